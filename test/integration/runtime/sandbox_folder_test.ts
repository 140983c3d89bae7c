/** The folder of a runtime: what is in it, and that nothing else is ever removed. */

import assert from "node:assert/strict";
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { SandboxFolder } from "../../../src/runtime/sandbox_folder.ts";

/** A place of its own, with a guest side. */
class Place implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "folders-"));
  readonly guestPath: string = join(this.path, "built.js");

  constructor() {
    writeFileSync(this.guestPath, "guest");
  }

  open(alive: readonly number[] = []): SandboxFolder {
    const { guestPath, path: parent } = this;
    return new SandboxFolder({ guestPath, parent, isAlive: (pid) => alive.includes(pid) });
  }

  /** A folder as a service of another process would have left it. */
  leave(pid: number, end = "abcDE1"): string {
    const path = join(this.path, `sandbox-${namespaceId()}-${pid}-${end}`);
    mkdirSync(join(path, "empty"), { recursive: true, mode: 0o700 });
    for (const name of ["guest.js", "b1", "b22"]) writeFileSync(join(path, name), "");
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

function namespaceId(): string {
  return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))![0];
}

Deno.test("a folder is private, has the guest side and an empty place, and goes", () => {
  using place = new Place();
  const folder = place.open();
  const { path, guest, empty } = folder.prepare();
  assert.match(basename(path), new RegExp(`^sandbox-${namespaceId()}-${process.pid}-\\w{6}$`));
  assert.deepEqual([guest, empty], [join(path, "guest.js"), join(path, "empty")]);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.equal(statSync(empty).mode & 0o777, 0o500);
  assert.deepEqual(folder.prepare(), { path, guest, empty });
  assert.deepEqual([folder.nextSocket(), folder.nextSocket()], [
    join(path, "b1"),
    join(path, "b2"),
  ]);
  writeFileSync(join(path, "b2"), "");
  folder[Symbol.dispose]();
  assert.deepEqual(readdirSync(place.path), ["built.js"]);
});

Deno.test("a folder that was cleaned away is made again", () => {
  using place = new Place();
  using folder = place.open();
  const first = folder.prepare().path;
  rmSync(first, { recursive: true });
  const second = folder.prepare();
  assert.notEqual(second.path, first);
  assert.ok(existsSync(second.guest));
});

Deno.test("what a killed service left is removed, and what a living one has is not", () => {
  using place = new Place();
  const dead = place.leave(4_000_001);
  const living = place.leave(4_000_002);
  using folder = place.open([4_000_002]);
  folder.prepare();
  assert.deepEqual([existsSync(dead), existsSync(living)], [false, true]);
});

Deno.test("of two services with one process id, the one before this is the dead one", () => {
  using place = new Place();
  const before = place.leave(process.pid, "before");
  utimesSync(before, 1, 1);
  const other = place.leave(process.pid, "other1");
  using folder = place.open();
  folder.prepare();
  assert.deepEqual([existsSync(before), existsSync(other)], [false, true]);
});

Deno.test("names that are not ours, links and strange files stay", () => {
  using place = new Place();
  const target = join(place.path, "target");
  mkdirSync(target);
  writeFileSync(join(target, "guest.js"), "keep");
  const link = join(place.path, `sandbox-${namespaceId()}-4000001-linked`);
  symlinkSync(target, link);
  lutimesSync(link, 1, 1);
  const others = [
    "sandbox-abcdef",
    `sandbox-${namespaceId()}-4000001-toolong`,
    `sandbox-${namespaceId()}-4000001x-abcdef`,
    `sandbox-1-4000001-abcdef`,
  ].map((name) => join(place.path, name));
  for (const path of others) mkdirSync(path);
  const strange = place.leave(4_000_003);
  writeFileSync(join(strange, "notes.txt"), "keep");
  mkdirSync(join(strange, "b3", "full"), { recursive: true });
  using folder = place.open();
  folder.prepare();
  assert.ok(existsSync(link) && existsSync(join(target, "guest.js")));
  assert.deepEqual(others.filter((path) => !existsSync(path)), []);
  assert.deepEqual(readdirSync(strange).sort(), ["b3", "notes.txt"]);
});
