/** The `python` engine: the contract of every language, values, errors, logs, access. */

import assert from "node:assert/strict";
import { encodeValue } from "../../../src/protocol/values.ts";
import { createPythonRuntime, type Runtime } from "../../../src/runtime/mod.ts";
import { languageContract } from "../../contract/language_contract.ts";
import { recordingHost } from "../../harness/programs.ts";
import { runAll } from "../../harness/python_programs.ts";
import { summarize } from "../../harness/sandbox.ts";

languageContract("python", () => createPythonRuntime(), {
  value: "1 + 1",
  data: 'a = [1, "x"]\n{"a": a}',
  fails: 'raise ValueError("far")',
  failure: "failed ValueError: far",
  calls: 'await mcp.memory.search_nodes(query="ada")',
  callsMany:
    "import asyncio\nawait asyncio.gather(*[memory.search_nodes(query=str(n)) for n in range(20)])",
  catches:
    'try:\n  await memory.searchNodes({"query": "x"})\nexcept McpToolError as error:\n  result = "caught"\nresult',
  callsFive: 'for n in range(5):\n  await memory.search_nodes(query="x")',
  surroundings: "f\"{env['REGION']} {context['user']}\"",
  logs: 'print("first")\nprint("second")',
  waits: "import asyncio\nawait asyncio.sleep(60)",
  spins: "while True:\n  pass",
  large: '"x" * 6000',
  leaves:
    'import builtins, os, sys\nbuiltins.left = sys.left = 1\nopen("/tmp/left", "w").write("x")\n1',
  finds:
    'import builtins, os, sys\n"clean" if not (hasattr(builtins, "left") or hasattr(sys, "left") or os.path.exists("/tmp/left")) else "dirty"',
});

/** What is Python's own, by name; each has sandboxes of its own. */
const CHECKS: Readonly<Record<string, (runtime: Runtime) => Promise<void>>> = {
  "values keep their meaning in both directions": async (runtime) => {
    const given = {
      when: new Date(0),
      bytes: new Uint8Array([1]),
      big: 2n ** 70n,
      set: new Set([1]),
    };
    const host = recordingHost(() => ({ ok: true, value: encodeValue(given).wire }));
    const [back, rich, classes] = await runAll(runtime, [
      `import datetime
r = await memory.search_nodes()
assert r["when"] == datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc), r["when"]
assert r["bytes"] == b"\\x01" and r["big"] == 2**70 and r["set"] == {1}
r`,
      `from decimal import Decimal
[float("nan"), -0.0, 2**53, {1: "one"}, (1, 2), Decimal("1.5"), {"$type": "x"}, range(2)]`,
      `import dataclasses, collections, enum
@dataclasses.dataclass
class A:
  x: int
P = collections.namedtuple("P", "a b")
class E(enum.Enum):
  ONE = 1
class C:
  def __init__(self):
    self.y = 2
[A(1), P(1, 2), E.ONE, C(), lambda: 1]`,
    ], { host });
    assert.deepEqual(back?.outcome, {
      kind: "completed",
      value: encodeValue(given).wire,
      notes: [],
    });
    assert.deepEqual(rich?.outcome.kind === "completed" && rich.outcome.value, [
      { $type: "number", value: "NaN" },
      { $type: "number", value: "-0" },
      { $type: "bigint", value: "9007199254740992" },
      { $type: "Map", value: [[1, "one"]] },
      [1, 2],
      "1.5",
      { $type: "Object", value: { $type: "x" } },
      [0, 1],
    ]);
    assert.deepEqual(classes?.outcome, {
      kind: "completed",
      value: [{ x: 1 }, { a: 1, b: 2 }, 1, { y: 2 }, null],
      notes: [
        "result[3]: an instance of C became a plain object",
        "result[4]: a function cannot leave the sandbox and became None",
      ],
    });
  },

  "errors carry the program's own traceback, cause and data": async (runtime) => {
    const [thrown, called] = await runAll(runtime, [
      `def load():
  error = ValueError("e")
  error.code = "X"
  raise error from KeyError("k")
load()`,
      "await memory.search_nodes(query=1)",
    ], {
      host: recordingHost(() => ({
        ok: false,
        error: { name: "McpToolError", message: "no", properties: { code: "C", details: [1] } },
      })),
    });
    assert.ok(thrown?.outcome.kind === "failed" && called?.outcome.kind === "failed");
    const { cause, ...error } = thrown.outcome.error;
    assert.deepEqual(error, {
      name: "ValueError",
      message: "e",
      stack:
        'Traceback (most recent call last):\n  File "guest.py", line 5, in <module>\n    load()\n    ~~~~^^\n' +
        '  File "guest.py", line 4, in load\n    raise error from KeyError("k")\nValueError: e',
      place: { line: 4, column: 3 },
      properties: { code: "X" },
    });
    assert.deepEqual([cause?.name, cause?.message], ["KeyError", "'k'"]);
    assert.deepEqual(called.outcome.error, {
      name: "McpToolError",
      message: "no",
      stack:
        'Traceback (most recent call last):\n  File "guest.py", line 1, in <module>\n    await memory.search_nodes(query=1)\nMcpToolError: no',
      place: { line: 1, column: 1 },
      properties: { code: "C", details: [1] },
    });
  },

  "what is printed keeps its order and level": async (runtime) => {
    const host = recordingHost();
    await runAll(runtime, [`import logging, sys, warnings, os
print("a", 1, end=" ")
print("b")
print("two\\nlines")
sys.stderr.write("half")
print("out")
logging.getLogger("x").warning("care")
logging.basicConfig(level=logging.DEBUG)
logging.debug("deep")
warnings.warn("old")
print("x" * 20000)
print("end", end="")`], { host });
    const lines = host.logs.map(({ level, text }) => `${level} ${text.slice(0, 60)}`);
    assert.deepEqual(lines, [
      "log a 1 b",
      "log two",
      "log lines",
      "error half",
      "log out",
      "warn care",
      "debug DEBUG:root:deep",
      "warn guest.py:10: UserWarning: old",
      `log ${"x".repeat(60)}`,
      "log end",
    ]);
    assert.equal(host.logs[8]?.text.length, 16_384 + "… (3616 more characters)".length);
  },

  "fetch and files are calls the host makes": async (runtime) => {
    const response = {
      url: "http://api.test/b",
      redirected: true,
      status: 201,
      statusText: "Made",
      headers: [["x-a", "1"]],
      body: new TextEncoder().encode('{"a":1}'),
    };
    const host = recordingHost(({ tool }) =>
      tool === "fetch"
        ? { ok: true, value: encodeValue(response).wire }
        : { ok: true, value: "text" }
    );
    const access = { network: true, files: true, environment: { REGION: "eu" } };
    const [report] = await runAll(
      runtime,
      [`import os
r = await fetch("http://api.test/a", method="PUT", headers={"X-B": "2"}, body="hi")
[r.status, r.ok, r.headers["X-A"], await r.json(), await r.text(), await files.read_text("a"), env, os.environ["REGION"]]`],
      {
        host,
        changes: { access },
      },
    );
    assert.deepEqual(report?.outcome.kind === "completed" && report.outcome.value, [
      201,
      true,
      "1",
      { a: 1 },
      '{"a":1}',
      "text",
      { REGION: "eu" },
      "eu",
    ]);
    const request = {
      url: "http://api.test/a",
      method: "PUT",
      headers: [["X-B", "2"], ["content-type", "text/plain;charset=UTF-8"]],
      body: { $type: "Uint8Array", value: "aGk=" },
      redirect: "follow",
    };
    assert.deepEqual(host.calls.map(({ namespace, tool, args }) => [namespace, tool, ...args]), [
      ["@network", "fetch", request],
      ["@files", "readText", "a"],
    ]);
  },

  "work that nobody awaited is reported": async (runtime) => {
    const host = recordingHost(() => new Promise(() => {}));
    const [report] = await runAll(runtime, [
      "import asyncio\nasync def bad():\n  raise ValueError('nobody')\nasyncio.create_task(bad())\nmemory.search_nodes(1)\nawait asyncio.sleep(0.01)\n1",
    ], { host });
    assert.deepEqual(report?.outcome, {
      kind: "completed",
      value: 1,
      notes: [
        "memory.search_nodes: not awaited; cancelled when the program ended",
        "A task nobody awaited failed: nobody",
      ],
    });
  },

  "chance differs between sandboxes of one snapshot": async (runtime) => {
    const reports = await runAll(
      runtime,
      Array(2).fill("import random, uuid\n[random.random(), str(uuid.uuid4())]"),
    );
    const [one, other] = reports.map(summarize);
    assert.notEqual(one, other);
  },
};

Deno.test("python: programs of one runtime", async (t) => {
  await using runtime = createPythonRuntime();
  for (const [name, check] of Object.entries(CHECKS)) await t.step(name, () => check(runtime));
});
