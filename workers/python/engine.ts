/**
 * Starts Pyodide in a realm that is sealed already. Its files are bytes that were read before; to
 * Pyodide this is a shell with one function for reading, so it finds neither Deno nor Node nor a network.
 */

import { PACKAGE, PYTHON_SOURCES } from "./sources.ts";

/** What Pyodide is made of. */
export interface EngineFiles {
  /** `pyodide.mjs`. */
  readonly loader: string;
  /** `pyodide.asm.mjs`. */
  readonly glue: string;
  /** `pyodide.asm.wasm`. */
  readonly wasm: Uint8Array;
  /** `python_stdlib.zip`. */
  readonly library: Uint8Array;
  /** Memory as it was once everything had been prepared; absent prepares anew. */
  readonly snapshot?: Uint8Array | undefined;
  /** Packages, as wheels. */
  readonly wheels: readonly Uint8Array[];
}

/** What Python's memory is once it has started, before any program. */
const STARTED_BYTES = 32 * 1024 * 1024;

/** What is used of a Python object. */
export interface PythonObject {
  get(name: string | number): unknown;
}

/** What is used of Pyodide. */
export interface Pyodide {
  readonly FS: {
    mkdirTree(path: string): void;
    writeFile(path: string, data: string | Uint8Array): void;
  };
  runPython(code: string): unknown;
  pyimport(name: string): Readonly<Record<string, unknown>>;
  unpackArchive(bytes: Uint8Array, format: "wheel"): void;
  makeMemorySnapshot(): Uint8Array;
}

type LoadPyodide = (options: Readonly<Record<string, unknown>>) => Promise<Pyodide>;

/** Where Python looks for packages. */
const SITE_PACKAGES = "/lib/python3.14/site-packages";
/** No package can be fetched by name: what is to be here is given as wheels. */
const LOCK_FILE = JSON.stringify({
  info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2" },
  packages: {},
});

/** Options of {@link startPython}. */
export interface StartOptions {
  /** Whether a snapshot will be made of it. */
  readonly forSnapshot?: boolean;
  /** What Python's memory may grow by. */
  readonly memoryBytes: number;
  /** Takes lines that no stream of Python's own has taken. */
  readonly print: (level: "log" | "error", text: string) => void;
}

/** Python, ready for its first program. */
export async function startPython(files: EngineFiles, options: StartOptions): Promise<Pyodide> {
  const { snapshot, wheels } = files;
  // Names that a shell has, and that no type knows.
  const scope = globalThis as unknown as Record<string, unknown>;
  const { MessageChannel } = globalThis;
  scope["window"] = {}; // The glue takes its random numbers from `crypto` then.
  scope["MessageChannel"] = TurnChannel;
  const { loadPyodide, createPyodideModule } = evaluate(files, scope, options.memoryBytes);
  const pyodide = await loadPyodide({
    createPyodideModule,
    indexURL: "/",
    lockFileContents: LOCK_FILE,
    env: { HOME: "/home/guest", TZ: "UTC", PYTHONHASHSEED: "0" },
    stdin: () => null,
    stdout: (text: string) => options.print("log", text),
    stderr: (text: string) => options.print("error", text),
    _makeSnapshot: options.forSnapshot ?? false,
    _loadSnapshot: snapshot,
  });
  for (const name of ["window", "read", "load", "readbuffer"]) delete scope[name];
  scope["MessageChannel"] = MessageChannel;
  for (const wheel of wheels) pyodide.unpackArchive(wheel, "wheel");
  if (snapshot === undefined) prepare(pyodide);
  return pyodide;
}

/** Text evaluates faster than a module loads, and shows no path in stacks. */
function evaluate(
  { loader, glue, wasm, library }: EngineFiles,
  scope: Record<string, unknown>,
  memoryBytes: number,
): { loadPyodide: LoadPyodide; createPyodideModule: unknown } {
  const files: Readonly<Record<string, Uint8Array>> = {
    "/pyodide.asm.wasm": wasm,
    "/python_stdlib.zip": library,
  };
  const refuse = (path: string) => {
    throw new TypeError(`Cannot read ${path}: the engine has no such file`);
  };
  scope["read"] = scope["load"] = refuse;
  scope["readbuffer"] = (path: string) => files[path] ?? refuse(path);
  const run = globalThis.eval;
  const createPyodideModule = run(
    toScript(withHeapMax(glue, STARTED_BYTES + memoryBytes), "engine.js", "_createPyodideModule"),
  );
  const [, name = ""] = /export\{.*?(\w+) as loadPyodide/.exec(loader) ?? [];
  return { loadPyodide: run(toScript(loader, "loader.js", name)), createPyodideModule };
}

/**
 * The glue with a bound of its own on Python's memory, so that Python hears at once that there is no
 * more. Where the kernel is the first to refuse, V8 collects garbage for seconds before it says so.
 */
function withHeapMax(glue: string, bytes: number): string {
  const bounded = glue.replace(/(?<=\bgetHeapMax=\(\)=>)\d+/, (most) => {
    const pages = Math.floor(Math.min(bytes, Number(most)) / 65_536);
    return String(pages * 65_536);
  });
  if (bounded === glue) throw new TypeError("Cannot bound the memory of Python: no bound is known");
  return bounded;
}

/** A module's text as a script whose value is one of its names. */
function toScript(module: string, file: string, name: string): string {
  const body = module.replaceAll("import.meta.url", `"file:///${file}"`)
    .replace(/export(\{[^}]*\}| default \w+);?/, "")
    .replace(/\/\/# sourceMappingURL=.*$/m, "");
  return `(()=>{${body};return ${name}})()\n//# sourceURL=${file}`;
}

function prepare(pyodide: Pyodide): void {
  const folder = `${SITE_PACKAGES}/${PACKAGE}`;
  pyodide.FS.mkdirTree(folder);
  for (const [name, text] of Object.entries(PYTHON_SOURCES)) {
    pyodide.FS.writeFile(`${folder}/${name}.py`, text);
  }
  pyodide.runPython(`import ${PACKAGE}.analysis, ${PACKAGE}.program\n${PACKAGE}.program.prepare()`);
}

const nextTurn = globalThis.setImmediate;

/**
 * What Pyodide schedules its turns by. A channel of the engine's own would count as something to wait
 * for even when nothing is left, and a timer takes 2 ms.
 */
class TurnChannel {
  readonly port1: { onmessage: () => void; start(): void } = { onmessage: () => {}, start() {} };
  readonly port2: { postMessage(): void } = {
    postMessage: () => void nextTurn(() => this.port1.onmessage()),
  };
}
