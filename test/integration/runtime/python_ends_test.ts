/** How programs of the `python` engine end: values of every form, and failures in words that help. */

import assert from "node:assert/strict";
import { createPythonRuntime, type Runtime } from "../../../src/runtime/mod.ts";
import { runAll } from "../../harness/python_programs.ts";
import { summarize } from "../../harness/sandbox.ts";

/** What is looked at, by name. */
const CHECKS: Readonly<Record<string, (runtime: Runtime) => Promise<void>>> = {
  "how programs end": async (runtime) => {
    const ends = [
      ["import sys\nsys.exit(0)", "completed null"],
      ["lambda: 1", "failed TypeError: Cannot encode result: a function cannot leave the sandbox"],
      [
        "a = []\na.append(a)\na",
        "failed TypeError: Cannot encode result[0]: it closes a circle to result",
      ],
      ["x = (", "failed SyntaxError: '(' was never closed (guest.py, line 1)"],
      [
        "import asyncio\nawait asyncio.get_running_loop().create_future()",
        "failed RuntimeError: The program waits for something that nothing will ever settle",
      ],
      [
        "import numpy",
        "failed ModuleNotFoundError: No module named 'numpy': the package is not installed here; the operator names packages in sandbox.python.packages",
      ],
      [
        "import mcp",
        "failed ModuleNotFoundError: No module named 'mcp': it is there already, remove the import",
      ],
    ] as const;
    const reports = await runAll(runtime, ends.map(([code]) => code));
    assert.deepEqual(reports.map(summarize), ends.map(([, end]) => end));
  },

  "forms of a program, and what its value is": async (runtime) => {
    const forms = [
      ["return 5", 5],
      ["x = 1\ndef f():\n  global x\n  x += 1\n  return x\nif f() == 2:\n  return [x]", [2]],
      ["import asyncio\nasync def main():\n  return 3\nasyncio.run(main())", 3],
      ["    a = 5\n    a + 1", 6],
      ["", null],
    ] as const;
    // One program reads the others as it was read itself.
    const code = `from _sandbox.completion import compile_program
[await compile_program(source).run({}) for source in context["sources"]]`;
    const changes = { context: { sources: forms.map(([source]) => source) } };
    const [report] = await runAll(runtime, [code], { changes });
    assert.equal(
      summarize(report!),
      `completed ${JSON.stringify(forms.map(([, value]) => value))}`,
    );
  },

  "exceptions that a program can catch, in words that help": async (runtime) => {
    const caught = [
      ["bytearray(10**9)", "MemoryError: "],
      ["def f(): return f()\nf()", "RecursionError: maximum recursion depth exceeded"],
      [
        "mcp.memory.serch_nodes",
        "AttributeError: mcp.memory has no tool 'serch_nodes'. Did you mean 'search_nodes'?",
      ],
      [
        'memory.search_nodes()["x"]',
        "TypeError: mcp.memory.search_nodes(…) was not awaited: write 'await mcp.memory.search_nodes(…)'",
      ],
      ["mcp.memory.x = 1", "AttributeError: mcp.memory cannot be changed"],
      [
        'import urllib.request\nurllib.request.urlopen("http://127.0.0.1:9/")',
        "URLError: <urlopen error A program has no sockets: use fetch, with a network capability for the host, or a tool of mcp>",
      ],
      [
        'import socket\nsocket.create_connection(("127.0.0.1", 9))',
        "OSError: A program has no sockets: use fetch, with a network capability for the host, or a tool of mcp",
      ],
      [
        "import socket\nsocket.socket()",
        "OSError: A program has no sockets: use fetch, with a network capability for the host, or a tool of mcp",
      ],
      [
        "import http.client\nhttp.client.HTTPSConnection('127.0.0.1', 9).request('GET', '/')",
        "OSError: A program has no sockets: use fetch, with a network capability for the host, or a tool of mcp",
      ],
      [
        "import subprocess\nsubprocess.run(['ls'])",
        "OSError: [Errno 138] emscripten does not support processes.",
      ],
      [
        'await fetch("https://example.com/x")',
        'PermissionError: This program may not reach example.com:443: the capability "network:example.com:443" is missing',
      ],
    ] as const;
    // Memory that cannot be had is refused at once, so that even that is the program's to catch.
    const code = `import ast, inspect
ends = []
for code in context["codes"]:
  try:
    done = eval(compile(code, "guest.py", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), globals())
    if inspect.isawaitable(done):
      await done
    ends.append("completed")
  except Exception as error:
    ends.append(f"{type(error).__name__}: {error}")
ends`;
    const changes = { context: { codes: caught.map(([code]) => code) } };
    const [report] = await runAll(runtime, [code], { changes });
    assert.deepEqual(
      report?.outcome.kind === "completed" && report.outcome.value,
      caught.map(([, end]) => end),
    );
  },

  "failures have a place, in lines and UTF-16 columns of the submitted text": async (runtime) => {
    const places = [
      ["x = 1\n_ = '𝒳é'; x.nope", { line: 2, column: 12 }],
      ["def f():\n  return (1 +\n    {}['b'])\n\nreturn f()", { line: 3, column: 5 }],
      ["    x = 1\n    x.nope", { line: 2, column: 5 }],
      ["x = '𝒳' )", { line: 1, column: 10 }],
      ["    x = 1\n    x x", { line: 2, column: 7 }],
      ["import json\njson.loads('{')", { line: 2, column: 1 }],
      ["exec('1 / 0')", { line: 1, column: 1 }],
    ] as const;
    // One program has the others read, run and told of as it was itself.
    const code = `from _sandbox.completion import compile_program
from _sandbox.program import to_wire_error
places = []
for source in context["sources"]:
  try:
    await compile_program(source).run({})
  except Exception as error:
    error.__traceback__ = error.__traceback__.tb_next
    places.append(to_wire_error(error, 64, source).get("place"))
places`;
    const changes = { context: { sources: places.map(([source]) => source) } };
    const [report] = await runAll(runtime, [code], { changes });
    assert.deepEqual(
      report?.outcome.kind === "completed" && report.outcome.value,
      places.map(([, place]) => place),
    );
  },

  "memory that is not there ends a program, wherever it is noticed": async (runtime) => {
    const told =
      "stopped MEMORY_LIMIT_EXCEEDED: Code execution exceeded its memory limit of 16777216 bytes";
    const codes = ["keep = []\nwhile True:\n  keep.append([1])", "'x' * 14_000_000"];
    const reports = await runAll(runtime, codes, { memoryLimitBytes: 16 * 1024 * 1024 });
    assert.deepEqual(reports.map(summarize), [told, told]);
  },
};

Deno.test("python: ends of programs", async (t) => {
  await using runtime = createPythonRuntime();
  for (const [name, check] of Object.entries(CHECKS)) await t.step(name, () => check(runtime));
});
