/** Packages of Python programs: from a folder, from an address, and what becomes of bad ones. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createPythonRuntime } from "../../../src/runtime/mod.ts";
import { findWheels } from "../../../src/runtime/python_packages.ts";
import { makeWheel } from "../../harness/wheel.ts";
import { program, recordingHost } from "../../harness/programs.ts";
import { summarize } from "../../harness/sandbox.ts";

const WHEEL = makeWheel("tinypack", "1.10.0", {
  "tinypack/__init__.py": "from .inner import answer\n",
  "tinypack/inner.py": "answer = 42\n",
});
const FILE = "tinypack-1.10.0-py3-none-any.whl";
const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const lock = (sha256: string, file = FILE) =>
  JSON.stringify({
    packages: {
      tinypack: { file_name: file, sha256, depends: [] },
      needy: { file_name: FILE, sha256, depends: ["tinypack", "needy"] },
    },
  });
const refusal = (why: string) => ({
  code: "RUNTIME_UNAVAILABLE",
  message: `The packages of Python programs cannot be had: ${why}`,
});

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    writeFileSync(join(folder, FILE), WHEEL);
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a package of the index can be imported, another cannot", () =>
  inFolder(async (folder) => {
    const packages = { index: folder, names: ["TinyPack"] };
    // The snapshot is of Python alone, so it is the one that everything else here starts from.
    await using runtime = createPythonRuntime({ packages });
    await using sandbox = await runtime.open({ memoryLimitBytes: 128 * 1024 * 1024 });
    const code =
      "import tinypack, importlib.metadata as m\ntry:\n  import numpy\nexcept ImportError:\n  other = None\n[tinypack.answer, m.version('tinypack'), other]";
    const report = await sandbox.run(program(code), recordingHost(), new AbortController().signal);
    assert.equal(summarize(report), 'completed [42,"1.10.0",null]');
  }));

Deno.test("wheels of a folder: the newest, what a lock file says, and nothing else", () =>
  inFolder(async (folder) => {
    const find = (name: string) => findWheels({ index: folder, names: [name] });
    writeFileSync(join(folder, "tinypack-1.9.0-py3-none-any.whl"), WHEEL);
    writeFileSync(join(folder, "tinypack-2.0.0-cp314-cp314-linux_x86_64.whl"), WHEEL);
    assert.deepEqual(await find("tinypack"), [join(folder, FILE)]);
    await assert.rejects(find("other"), refusal('there is no wheel of "other" in the index'));
    const write = (text: string) => writeFileSync(join(folder, "pyodide-lock.json"), text);
    write(lock(digest(WHEEL)));
    assert.deepEqual(await find("needy"), [join(folder, FILE), join(folder, FILE)]);
    write(lock("0".repeat(64)));
    await assert.rejects(find("tinypack"), refusal(`"${FILE}" is not what the lock file says`));
    write(lock(digest(WHEEL), "../outside.whl"));
    await assert.rejects(find("tinypack"), refusal("the lock file of the index cannot be read"));
    await assert.rejects(
      findWheels({ index: join(folder, "none"), names: ["x"] }),
      refusal("the folder of sandbox.python.packages.index cannot be read"),
    );
  }));

Deno.test("wheels of an address are fetched once and held against their digests", () =>
  inFolder(async (folder) => {
    const asked: string[] = [];
    let sha256 = digest(WHEEL);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        const { pathname } = new URL(request.url);
        asked.push(pathname);
        return pathname.endsWith(".json")
          ? new Response(lock(sha256))
          : new Response(WHEEL.slice());
      },
    );
    const packages = { index: `http://127.0.0.1:${server.addr.port}/full`, names: ["tinypack"] };
    const cachePath = join(folder, "wheels");
    const [path = ""] = await findWheels(packages, { cachePath });
    assert.deepEqual(new Uint8Array(readFileSync(path)), WHEEL);
    await findWheels(packages, { cachePath });
    assert.deepEqual(asked, [
      "/full/pyodide-lock.json",
      `/full/${FILE}`,
      "/full/pyodide-lock.json",
    ]);
    sha256 = "1".repeat(64);
    await assert.rejects(
      findWheels(packages, { cachePath }),
      refusal(`"${FILE}" is not what the lock file says`),
    );
  }));
