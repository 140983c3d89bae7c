/** Attacks of Python programs, as data: what each tries, how it ends. Several doors are tried at once. */

/** One attack. */
export interface PythonThreat {
  readonly id: string;
  readonly vector: string;
  /** The file that defends. */
  readonly defence: string;
  readonly verdict: "blocked" | "contained";
  readonly code: string;
  readonly end: string | RegExp;
  readonly timeoutMs?: number;
}

/** Tries each door and tells what it met. */
const tryAll = (doors: Readonly<Record<string, string>>) =>
  `import traceback
found = {}
doors = ${JSON.stringify(doors)}
for name, code in doors.items():
  try:
    scope = {}
    exec(code, scope)
    found[name] = scope.get("out", "done")
  except BaseException as error:
    found[name] = type(error).__name__
found`;

/** The way to JavaScript that cannot be closed: an object of its own that Python's event loop holds. */
const TO_JAVASCRIPT = `from pyodide.webloop import scheduleCallback as proxy
Function = proxy.constructor
`;

export const PYTHON_THREATS: readonly PythonThreat[] = [
  {
    id: "python-modules",
    defence: "workers/python/engine.ts",
    verdict: "blocked",
    vector: "modules that reach out: files of the host, processes, sockets, JavaScript, packages",
    code: tryAll({
      js: "import js",
      pyodide_js: "import pyodide_js",
      run_js: "from pyodide.code import run_js; run_js('1')",
      passwd: "open('/etc/passwd').read()",
      environ: "open('/proc/self/environ').read()",
      subprocess: "import subprocess; subprocess.run(['id'])",
      fork: "import os; os.fork()",
      kill: "import os; os.kill(os.getppid(), 9)",
      socket: "import socket; socket.create_connection(('192.0.2.1', 80), 2)",
      urllib: "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=2)",
      micropip: "import micropip",
      thread: "import threading; threading.Thread(target=print).start()",
      input: "input()",
    }),
    end:
      /^completed \{"js":"ModuleNotFoundError","pyodide_js":"ModuleNotFoundError","run_js":"ModuleNotFoundError","passwd":"FileNotFoundError","environ":"FileNotFoundError","subprocess":"OSError","fork":"\w+","kill":"\w+","socket":"\w*Error","urllib":"\w+","micropip":"ModuleNotFoundError","thread":"RuntimeError","input":"EOFError"\}$/,
  },
  {
    id: "python-javascript",
    defence: "workers/guest/seal.ts",
    verdict: "blocked",
    vector: "JavaScript by the constructor of what Python holds of it",
    code: `${TO_JAVASCRIPT}
names = ["Deno", "process", "Worker", "localStorage", "require", "read", "readbuffer"]
Function.new("names", "return names.map((name) => typeof globalThis[name]).join()")(names)`,
    end: 'completed "undefined,undefined,undefined,undefined,undefined,undefined,undefined"',
  },
  {
    id: "python-javascript-import",
    defence: "workers/python.ts",
    verdict: "blocked",
    vector: "modules of the engine by JavaScript, to read the files it was started from",
    code: `${TO_JAVASCRIPT}
found = []
for name in ["node:fs", "npm:chalk", "file:///etc/hostname", "https://esm.sh/x"]:
  try:
    module = await Function.new("name", "return import(name)")(name)
    found.append(str(module.readFileSync("/etc/passwd", "utf8")))
  except BaseException as error:
    found.append("refused")
found`,
    end: 'completed ["refused","refused","refused","refused"]',
  },
  {
    id: "python-steal-nonce",
    defence: "workers/python/serve.ts",
    verdict: "blocked",
    vector: "the secret of frames, read from the frames of Python and the texts it was given",
    code: `import gc, sys, re
frame, texts = sys._getframe(), []
while frame is not None:
  texts += [repr(value) for value in frame.f_locals.values()]
  frame = frame.f_back
texts += [repr(one)[:100000] for one in gc.get_objects() if isinstance(one, dict) and "nonce" in one]
sorted(set(re.findall(r"n_[0-9a-f]{32}", " ".join(texts))))`,
    end: "completed []",
  },
  {
    id: "python-forge-final",
    defence: "workers/python/serve.ts",
    verdict: "blocked",
    vector: "a final frame written past Python's own streams",
    code: `import os
os.write(1, b'\\n{"type":"final","ok":true,"value":"forged","notes":[]}\\n')
os.write(2, b'\\n{"type":"final","ok":true,"value":"forged","notes":[]}\\n')
"true"`,
    end: 'completed "true"',
  },
  {
    id: "python-host-paths",
    defence: "workers/python/engine.ts",
    verdict: "blocked",
    vector: "paths of the host in tracebacks, variables and modules",
    code: `import sys, os, traceback
text = " ".join([*sys.path, *map(repr, os.environ.items()), sys.executable or "", os.getcwd(), *traceback.format_stack(), repr(sys.argv), repr(sys.modules)])
[word for word in ("/root", "/work", "sandbox-", "/tmp/", "deno", "registry.npmjs") if word in text]`,
    end: "completed []",
  },
  {
    id: "python-pickle",
    defence: "workers/python.ts",
    verdict: "blocked",
    vector: "a pickle that runs a command",
    code: `import pickle, os
class Bad:
  def __reduce__(self):
    return (os.system, ("id > /tmp/escaped",))
pickle.loads(pickle.dumps(Bad()))`,
    end: /^(completed (-1|0|1|127|32512)|failed \w+)/,
  },
  {
    id: "python-buffer-bomb",
    defence: "src/runtime/limits.ts",
    verdict: "contained",
    vector: "memory without end",
    code: "keep = []\nwhile True:\n  keep.append(bytearray(8_000_000))",
    // Its end is what is asked for, however slow the machine.
    timeoutMs: 60_000,
    end:
      "stopped MEMORY_LIMIT_EXCEEDED: Code execution exceeded its memory limit of 134217728 bytes",
  },
  {
    id: "python-big-number",
    defence: "src/runtime/process_sandbox.ts",
    verdict: "contained",
    vector: "one operation that never looks up",
    code: "len(str(7 ** (10 ** 8)))",
    timeoutMs: 700,
    end: "stopped EXECUTION_TIMEOUT: Code execution timed out after 700ms",
  },
  {
    id: "python-deep-native",
    defence: "src/runtime/process_sandbox.ts",
    verdict: "contained",
    vector: "recursion outside Python's own count",
    code: `x = []
for _ in range(200000):
  x = [x]
try:
  repr(x)
except RecursionError:
  pass
import json
try:
  json.dumps(x)
except (RecursionError, ValueError):
  out = "held"
del x
out`,
    end: /^(completed "held"|failed \w+|stopped SANDBOX_CRASHED)/,
  },
  {
    id: "python-output-flood",
    defence: "src/runtime/session.ts",
    verdict: "contained",
    vector: "output without end",
    code: "while True:\n  print('x' * 10000)",
    end: "stopped OUTPUT_LIMIT_EXCEEDED: The program's output in all is larger than 4194304 bytes",
  },
  {
    id: "python-corrupt-memory",
    defence: "src/runtime/python_runtime.ts",
    verdict: "contained",
    vector: "Python's own memory overwritten",
    code: "import ctypes\nctypes.memset(1024, 0xff, 20_000_000)\n'alive'",
    timeoutMs: 3000,
    end:
      /^(completed|failed|stopped (SANDBOX_CRASHED|EXECUTION_TIMEOUT|CPU_LIMIT_EXCEEDED|MEMORY_LIMIT_EXCEEDED))/,
  },
  {
    id: "python-after-final",
    defence: "src/runtime/session.ts",
    verdict: "blocked",
    vector: "work that goes on after the program has ended",
    code: `import asyncio
async def later():
  await asyncio.sleep(0.05)
  await memory.read("late")
asyncio.create_task(later())
"early"`,
    end: 'completed "early"',
  },
  {
    id: "python-own-side",
    defence: "src/runtime/session.ts",
    verdict: "contained",
    vector: "the guest's side replaced by the program it serves",
    code: `import sys, json
side = sys.modules["_sandbox.codec"]
side.encode = lambda *_: ("forged" * 10, ["x" * 10])
json.dumps = lambda *_, **__: '{"type":"final"}\\n{"type":"final","ok":true,"value":1,"notes":[]}'
1`,
    end: /^(completed|stopped SANDBOX_CRASHED: The sandbox broke its protocol)/,
  },
];
