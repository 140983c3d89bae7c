/** `files` through the host on a real file system with links that lead out. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAccess } from "../../../src/access/mod.ts";
import { SwappedPath, withAnchor } from "../../../src/access/real_path.ts";
import type { CapabilitySet } from "../../../src/capability/mod.ts";
import type { AuditEntry } from "../../../src/contract/mod.ts";
import { encodeValue } from "../../../src/protocol/values.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

type Files = CapabilitySet["filesystem"];

/** A folder with `data` (readable), `out` (writable) and `secret` (neither), links between them. */
function makeTree(): { root: string } & Disposable {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "access-")));
  for (const name of ["data", "data/inner", "out", "secret"]) mkdirSync(join(root, name));
  writeFileSync(join(root, "data/orders.csv"), "a,b\n");
  writeFileSync(join(root, "data/notes.txt"), "\ufeffnotes");
  writeFileSync(join(root, "secret/key.csv"), "hush");
  symlinkSync(join(root, "secret/key.csv"), join(root, "data/link.csv"));
  symlinkSync(join(root, "secret"), join(root, "data/folder"));
  symlinkSync(join(root, "secret"), join(root, "out/folder"));
  symlinkSync(join(root, "secret/new.csv"), join(root, "out/dangling.csv"));
  symlinkSync("orders.csv", join(root, "data/same.csv"));
  symlinkSync(join(root, "data"), join(root, "alias"));
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

function open(root: string, changes: Partial<NonNullable<Files>> = {}) {
  const entries: AuditEntry[] = [];
  const filesystem = {
    allowedPaths: [join(root, "data")],
    writablePaths: [join(root, "out")],
    ...changes,
  };
  const access = createAccess({
    grant: { filesystem },
    callerGrant: { filesystem },
    directory: root,
    clock: new FakeClock(),
    audit: { record: (entry) => void entries.push(entry) },
    executionId: "exec_1",
    principal: "ada",
    credentials: [],
    environment: {},
  });
  const call = (tool: string, ...args: unknown[]) =>
    access.call({
      type: "call",
      id: 1,
      namespace: "@files",
      tool,
      args: args.map((arg) => encodeValue(arg).wire),
    }, new AbortController().signal);
  return { call, entries };
}

const denied = (access: string, path: string) => ({
  code: "CAPABILITY_VIOLATION",
  message: `This program may not ${access} ${path}: the capability "${access}:${path}" is missing`,
});

const leadsOut = (access: string, path: string) => ({
  code: "CAPABILITY_VIOLATION",
  message: `This program may not ${access} ${path}: it leads through a link to what is not granted`,
});

const otherKind = (access: string, path: string) => ({
  code: "CAPABILITY_VIOLATION",
  message:
    `This program may not ${access} ${path}: only files with these extensions are granted: .csv`,
});

Deno.test("what was granted is read, listed and described, by relative and absolute paths", async () => {
  using tree = makeTree();
  const { call } = open(tree.root);
  assert.equal(await call("readText", "data/orders.csv"), "a,b\n");
  assert.equal(await call("readText", "./data/../data/same.csv"), "a,b\n");
  assert.equal(await call("readText", join(tree.root, "data/notes.txt")), "\ufeffnotes");
  assert.deepEqual(await call("readBytes", "data/orders.csv"), new Uint8Array([97, 44, 98, 10]));
  assert.deepEqual(await call("list", "data"), [
    { name: "folder", kind: "link" },
    { name: "inner", kind: "folder" },
    { name: "link.csv", kind: "link" },
    { name: "notes.txt", kind: "file" },
    { name: "orders.csv", kind: "file" },
    { name: "same.csv", kind: "link" },
  ]);
  const { modified, ...rest } = await call("stat", "data/orders.csv") as { modified: Date };
  assert.deepEqual(rest, { kind: "file", size: 4 });
  assert.ok(modified instanceof Date);
});

Deno.test("files and folders are made, replaced and removed where that was granted", async () => {
  using tree = makeTree();
  const { call } = open(tree.root);
  await call("makeFolder", "out/a/b");
  await call("makeFolder", "out/a/b");
  await call("writeText", "out/a/b/x.txt", "longer than the next");
  await call("writeText", "out/a/b/x.txt", "é");
  assert.equal(readFileSync(join(tree.root, "out/a/b/x.txt"), "utf8"), "é");
  await call("writeBytes", "out/a/b/y.bin", new Uint8Array([0, 255]));
  assert.deepEqual([...readFileSync(join(tree.root, "out/a/b/y.bin"))], [0, 255]);
  await assert.rejects(call("remove", "out/a/b"), {
    code: "FILE_FAILED",
    message: "Cannot use out/a/b: the folder is not empty",
  });
  for (const path of ["out/a/b/x.txt", "out/a/b/y.bin", "out/a/b"]) await call("remove", path);
  assert.ok(!existsSync(join(tree.root, "out/a/b")));
  await assert.rejects(call("writeText", "data/new.txt", "x"), denied("write", "data/new.txt"));
  await assert.rejects(call("remove", "data/orders.csv"), denied("write", "data/orders.csv"));
  await assert.rejects(call("makeFolder", "data/new"), denied("write", "data/new"));
});

Deno.test("links lead nowhere that was not granted, and nothing says what is there", async () => {
  using tree = makeTree();
  const { call, entries } = open(tree.root);
  const around = "data/../secret/key.csv";
  for (const path of ["data/link.csv", "data/folder/key.csv", "data/folder/none.csv"]) {
    await assert.rejects(call("readText", path), leadsOut("read", path));
  }
  await assert.rejects(call("readText", around), denied("read", around));
  for (const tool of ["list", "stat"]) {
    await assert.rejects(call(tool, "data/folder"), leadsOut("read", "data/folder"));
  }
  await assert.rejects(call("readText", "/etc/passwd"), denied("read", "/etc/passwd"));
  await assert.rejects(call("stat", "none/at/all"), denied("read", "none/at/all"));
  await assert.rejects(call("writeText", "out/folder/x", "x"), leadsOut("write", "out/folder/x"));
  await assert.rejects(call("makeFolder", "out/folder/x"), leadsOut("write", "out/folder/x"));
  await assert.rejects(
    call("remove", "out/folder/key.csv"),
    leadsOut("write", "out/folder/key.csv"),
  );
  await assert.rejects(call("writeText", "out/dangling.csv", "x"), { code: "NOT_FOUND" });
  assert.equal(readFileSync(join(tree.root, "secret/key.csv"), "utf8"), "hush");
  assert.ok(!existsSync(join(tree.root, "secret/new.csv")));
  assert.deepEqual(entries[0], {
    type: "access.decided",
    executionId: "exec_1",
    principal: "ada",
    capability: "read",
    target: join(tree.root, "data/link.csv"),
    allowed: false,
    reason: "a link leads out of what is granted",
  });
  assert.ok(
    entries.every((entry) =>
      entry.type === "access.decided" && !entry.allowed || entry.type ===
            "access.decided" && entry.target.endsWith("dangling.csv")
    ),
  );
});

Deno.test("removing a link removes the link", async () => {
  using tree = makeTree();
  await open(tree.root).call("remove", "out/folder");
  assert.ok(!existsSync(join(tree.root, "out/folder")));
  assert.ok(existsSync(join(tree.root, "secret/key.csv")));
});

Deno.test("a folder that was granted by a link to it is usable", async () => {
  using tree = makeTree();
  const { call } = open(tree.root, { allowedPaths: [join(tree.root, "alias")] });
  assert.equal(await call("readText", "alias/orders.csv"), "a,b\n");
  await assert.rejects(call("readText", "data/orders.csv"), denied("read", "data/orders.csv"));
  await assert.rejects(call("readText", "alias/link.csv"), leadsOut("read", "alias/link.csv"));
});

Deno.test("a folder that became a link after it was judged is not used", async () => {
  using tree = makeTree();
  const used: string[] = [];
  const use = (path: string) => Promise.resolve(void used.push(path));
  for (const path of ["data/folder/key.csv", "alias/orders.csv", "data/folder/deeper/x"]) {
    const real = join(tree.root, path);
    if (path.includes("deeper")) mkdirSync(join(tree.root, "secret/deeper"));
    await assert.rejects(withAnchor(real, use), SwappedPath, path);
  }
  assert.deepEqual(used, []);
});

Deno.test("sizes are bounded in both directions", async () => {
  using tree = makeTree();
  const { call } = open(tree.root, { maxFileSize: 4 });
  assert.equal(await call("readText", "data/orders.csv"), "a,b\n");
  const tooLarge = (path: string) => ({
    code: "PAYLOAD_TOO_LARGE",
    message: `Cannot use ${path}: a file has at most 4 bytes`,
  });
  await assert.rejects(call("readText", "data/notes.txt"), tooLarge("data/notes.txt"));
  await call("writeText", "out/x", "éé");
  await assert.rejects(call("writeText", "out/x", "ééé"), tooLarge("out/x"));
  assert.equal(readFileSync(join(tree.root, "out/x"), "utf8"), "éé");
  const usual = open(tree.root);
  truncateSync(join(tree.root, "data/notes.txt"), 1_048_577);
  await assert.rejects(usual.call("readBytes", "data/notes.txt"), { code: "PAYLOAD_TOO_LARGE" });
});

Deno.test("a file that says it is empty is bounded too", async () => {
  using tree = makeTree();
  const own = open(tree.root, { allowedPaths: [`/proc/${Deno.pid}`], maxFileSize: 4 });
  await assert.rejects(own.call("readText", `/proc/${Deno.pid}/status`), {
    code: "PAYLOAD_TOO_LARGE",
  });
});

Deno.test("extensions hold for the name and for what it leads to; folders have none", async () => {
  using tree = makeTree();
  symlinkSync("notes.txt", join(tree.root, "data/sly.csv"));
  const { call } = open(tree.root, { allowedExtensions: [".csv"] });
  assert.equal(await call("readText", "data/orders.csv"), "a,b\n");
  for (const tool of ["readText", "stat"]) {
    await assert.rejects(call(tool, "data/notes.txt"), otherKind("read", "data/notes.txt"));
    await assert.rejects(call(tool, "data/sly.csv"), leadsOut("read", "data/sly.csv"));
  }
  const names = (await call("list", "data") as { name: string }[]).map(({ name }) => name);
  assert.deepEqual(names, ["folder", "inner", "link.csv", "orders.csv", "same.csv", "sly.csv"]);
  await assert.rejects(call("writeText", "out/x.txt", "x"), otherKind("write", "out/x.txt"));
  await call("makeFolder", "out/a");
  await call("writeText", "out/a/x.csv", "x");
});

Deno.test("only regular files are opened: no pipes, devices, folders", async () => {
  using tree = makeTree();
  execFileSync("mkfifo", [join(tree.root, "data/pipe"), join(tree.root, "out/pipe")]);
  const { call } = open(tree.root, { allowedPaths: [join(tree.root, "data"), "/dev"] });
  for (const path of ["data/pipe", "/dev/zero", "/dev/null"]) {
    await assert.rejects(call("readText", path), {
      code: "FILE_FAILED",
      message: `Cannot use ${path}: it is not a file`,
    });
  }
  for (const [tool, path] of [["readText", "data/inner"], ["writeText", "out"]] as const) {
    await assert.rejects(call(tool, path, "x"), { code: "FILE_FAILED" });
  }
  await assert.rejects(call("writeText", "out/pipe", "x"), {
    code: "FILE_FAILED",
    message: "Cannot use out/pipe: it is not a file",
  });
});

Deno.test("what cannot be done says why, in the program's own path", async () => {
  using tree = makeTree();
  const { call } = open(tree.root);
  writeFileSync(join(tree.root, "data/bytes"), new Uint8Array([255, 254]));
  const failures: readonly (readonly [string, readonly unknown[], string])[] = [
    ["readText", ["data/none"], "There is no data/none"],
    ["list", ["data/none"], "There is no data/none"],
    ["list", ["data/orders.csv"], "Cannot use data/orders.csv: it is not a folder"],
    ["readText", ["data/orders.csv/x"], "Cannot use data/orders.csv/x: it is not a folder"],
    [
      "makeFolder",
      ["out/folder"],
      "This program may not write out/folder: it leads through a link to what is not granted",
    ],
    ["writeText", ["out/none/x", "x"], "There is no out/none/x"],
    [
      "readText",
      ["data/bytes"],
      "Cannot use data/bytes: it is not UTF-8 text; files.readBytes reads it",
    ],
    ["writeText", ["out/x", 1], "files.writeText takes a path and a string"],
    ["writeBytes", ["out/x", "x"], "files.writeBytes takes a path and a Uint8Array"],
  ];
  for (const [tool, args, message] of failures) {
    await assert.rejects(call(tool, ...args), { message }, `${tool} ${args}`);
  }
});
