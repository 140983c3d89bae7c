/**
 * The guest side of the `python` engine: Pyodide in a process. Reads the engine's files, gives up the
 * permission to, takes what it needs from the global scope and seals it; only then Python starts. The
 * first argument is what it is for: `serve` one program, make a `snapshot`, or `analyse` programs. Then
 * come the folder of its files, what its memory may grow by, and names of packages.
 */

import { createLine } from "./guest/line.ts";
import { exitWhenOrphaned } from "./guest/orphan.ts";
import { printLog } from "./guest/print_frame.ts";
import { analysePrograms } from "./python/analyse.ts";
import { type EngineFiles, type Pyodide, type StartOptions, startPython } from "./python/engine.ts";
import { servePython } from "./python/serve.ts";
import { sealGlobals } from "./guest/seal.ts";
import { openStdioDoor } from "./guest/stdio_door.ts";
import { assertNoPermissions } from "./guest/worker_guards.ts";
import { watchGlobals } from "./guest/watch.ts";

const [mode, folder, memoryBytes, ...wheels] = Deno.args as [string, string, string, ...string[]];
const read = (name: string) => Deno.readFileSync(`${folder}/${name}`);
const readText = (name: string) => Deno.readTextFileSync(`${folder}/${name}`);

function readSnapshot(): Uint8Array | undefined {
  try {
    return read("engine.snapshot");
  } catch {
    return undefined; // There is none: Python is prepared anew.
  }
}

function readFiles(): EngineFiles {
  return {
    loader: readText("engine.loader.mjs"),
    glue: readText("engine.glue.mjs"),
    wasm: read("engine.wasm"),
    library: read("engine.zip"),
    snapshot: mode === "snapshot" ? undefined : readSnapshot(),
    wheels: wheels.map(read),
  };
}

/** Started with bytes that nothing else holds, so that they can be let go of. */
function starter(): (print: StartOptions["print"]) => Promise<Pyodide> {
  let files: EngineFiles | undefined = readFiles();
  return (print) => {
    const forSnapshot = mode === "snapshot";
    const started = startPython(files!, { forSnapshot, memoryBytes: Number(memoryBytes), print });
    files = undefined;
    return started;
  };
}

const start = starter();
// SAFETY: no program may read a file, not even the engine's (test/escape: python, permissions).
Deno.permissions.revokeSync({ name: "read" });
assertNoPermissions(Deno.permissions);

const exit = Deno.exit.bind(Deno);
const writeSync = Deno.stdout.writeSync.bind(Deno.stdout);
const door = openStdioDoor(Deno.stdin, Deno.stdout);
const watch = watchGlobals(globalThis);
exitWhenOrphaned(globalThis, Deno);
sealGlobals(globalThis);

const line = createLine(door);
// An analyst's parser may have something to say; nobody asked it.
const print: StartOptions["print"] = mode === "analyse"
  ? () => {}
  : (level, text) => line.send(printLog(level, text));

async function serve(pyodide: Pyodide): Promise<void> {
  if (mode === "analyse") return analysePrograms(pyodide, door, exit);
  if (mode !== "snapshot") return await servePython(pyodide, door, line, watch);
  let rest = pyodide.makeMemorySnapshot();
  while (rest.length > 0) rest = rest.subarray(writeSync(rest));
  exit(0);
}

// The bundle is no module, so nothing can be awaited at its top.
start(print).then(serve).catch((error) => {
  console.error("Python did not start:", error);
  exit(1);
});
