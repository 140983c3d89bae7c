/** Checks of Python programs by Python itself, against stubs of granted tools. */

import assert from "node:assert/strict";
import { createPythonChecker } from "../../../src/checker/mod.ts";
import { createPythonAnalyst } from "../../../src/runtime/mod.ts";
import { createPythonStubs, nameTools } from "../../../src/typegen/mod.ts";
import { makeGroup, makeTool, realGroups } from "../../unit/typegen/tool_fixtures.ts";

const object = (properties: object, required: readonly string[] = []) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const NODES = {
  type: "array",
  items: object({ name: { type: "string" }, kind: { enum: ["a", "b"] } }, ["name"]),
};
const STUBS = createPythonStubs(nameTools([
  makeGroup("memory", [
    makeTool("search_nodes", {
      inputSchema: object({ query: { type: "string" }, limit: { type: "integer" } }, ["query"]),
    }),
    makeTool("create", {
      inputSchema: object({ nodes: NODES, note: { type: "string" } }, ["nodes"]),
    }),
    makeTool("from", { inputSchema: object({ class: { type: "string" } }, ["class"]) }),
  ]),
]));
const AMBIENT = { runtime: "python", network: false, files: true } as const;

Deno.test("python programs are checked by Python itself", async (t) => {
  // One process answers everything.
  await using checker = createPythonChecker({ analyst: createPythonAnalyst() });
  const check = (code: string, mode: "error" | "warn" | "off" = "error") =>
    checker.check({ code, language: "python", declarations: STUBS, ambient: AMBIENT, mode });
  const faults = async (code: string) =>
    (await check(code)).diagnostics.map(({ line, column, endColumn, code, message, suggestion }) =>
      `${line}:${column}-${endColumn} ${code} ${message}${suggestion ? ` / ${suggestion}` : ""}`
    );

  await t.step("a sound program is emitted as it is, with what it uses", async () => {
    const code =
      'import asyncio, json\nm = mcp.memory\na, b = await asyncio.gather(m.search_nodes(query="x", limit=2), memory.searchNodes("y"))\nawait memory.create(nodes=[{"name": "a", "kind": "b"}])\nawait memory.from_(class_="z")\nreturn json.dumps([a, b, context, files])';
    assert.deepEqual(await check(code), {
      ok: true,
      kind: "checked",
      diagnostics: [],
      uses: {
        tools: ["memory.create", "memory.from", "memory.search_nodes"],
        globals: ["context", "files"],
        imports: ["asyncio", "json"],
      },
      emitted: { code },
    });
  });

  await t.step("faults of calls, each at its place with a remedy", async () => {
    assert.deepEqual(
      await faults(
        'await mcp.memory.serch_nodes(query="x")\nawait mcp.memroy.create()\nawait memory.search_nodes(query="x", limt=1)\n' +
          'é = "𝒳"; await memory.search_nodes(query=5)\nawait memory.create(nodes=[{"nme": "x", "kind": "c"}])\nawait memory.search_nodes()\nawait memory.search_nodes("a", 1, 2)',
      ),
      [
        "1:18-29 UNKNOWN_TOOL mcp.memory has no tool 'serch_nodes' / Did you mean 'search_nodes'?",
        "2:11-17 UNKNOWN_SERVER mcp has no server 'memroy' / Did you mean 'memory'?",
        "3:38-44 UNKNOWN_ARGUMENT memory.search_nodes has no argument 'limt' / Did you mean 'limit'?",
        "4:43-44 TYPE_MISMATCH 'query' of memory.search_nodes is str, not int",
        "5:28-53 MISSING_ARGUMENT 'nodes' of memory.create[0] needs 'name'",
        "5:29-34 UNKNOWN_ARGUMENT 'nodes' of memory.create[0] has no 'nme' / Did you mean 'name'?",
        "5:49-52 TYPE_MISMATCH 'nodes' of memory.create[0].kind is Literal['a', 'b'], not 'c'",
        "6:7-28 MORE_DIAGNOSTICS 2 more problems from here on are not shown.",
      ],
    );
  });

  await t.step("a tool with another verb is not suggested", async () => {
    assert.deepEqual(await faults("await memory.unsearch_nodes()\nawait memory.serch_node()"), [
      "1:14-28 UNKNOWN_TOOL memory has no tool 'unsearch_nodes' / There are: create, from_, search_nodes, searchNodes",
      "2:14-24 UNKNOWN_TOOL memory has no tool 'serch_node' / Did you mean 'search_nodes'?",
    ]);
  });

  await t.step("names, modules, capabilities, awaiting, syntax", async () => {
    assert.deepEqual(
      await faults(
        'import numpy\ntry:\n  import pandas\nexcept ImportError:\n  pass\nprint(contxt)\nawait fetch("x")\nx = memory.search_nodes(query="a")["x"]',
      ),
      [
        "1:1-13 IMPORT_MISSING Package 'numpy' is not installed here; the operator names packages in sandbox.python.packages",
        "6:7-13 UNKNOWN_NAME Name 'contxt' is not defined / Did you mean 'context'?",
        "7:7-12 CAPABILITY_MISSING 'fetch' needs a network capability / " +
        'Ask for the host, such as "network:api.example.com:443", or use a tool.',
        "8:5-35 NOT_AWAITED The call of memory.search_nodes is not awaited: write (await memory.search_nodes(…))",
      ],
    );
    assert.deepEqual(await faults("def f(\n  x"), ["1:6-7 SYNTAX '(' was never closed"]);
    assert.deepEqual(await faults("return lambda: (yield)\nnonlocal x"), [
      "2:5-11 SYNTAX no binding for nonlocal 'x' found",
    ]);
  });

  await t.step("what is there already, and what can do nothing here", async () => {
    const there =
      "Remove the import: mcp, codemode, context and everything else that was granted can be used as it is.";
    const sockets = "Instead use fetch, with a network capability for the host, or a tool of mcp.";
    assert.deepEqual(
      await faults(
        "import mcp\nfrom mcp import memory\nimport files.x, urllib.parse\nfrom fetch import get\nimport http\nfrom http import client, HTTPStatus",
      ),
      [
        `1:1-11 IMPORT_REFUSED 'mcp' is there already and is no module / ${there}`,
        `2:1-23 IMPORT_REFUSED 'mcp' is there already and is no module / ${there}`,
        `3:1-29 IMPORT_REFUSED 'files' is there already and is no module / ${there}`,
        "4:1-22 CAPABILITY_MISSING 'fetch' needs a network capability / " +
        'Ask for the host, such as "network:api.example.com:443", or use a tool.',
        `6:1-36 IMPORT_REFUSED Module 'http.client' is of no use: a program has no sockets / ${sockets}`,
      ],
    );
    assert.deepEqual(
      await faults(
        "import memory\nimport urllib.request\nfrom socket import socket\nimport requests\nimport subprocess\nhttp_ = json.dumps(math)\ntry:\n  import ssl\nexcept ImportError:\n  pass\nsocket_ = subproces",
      ),
      [
        `1:1-14 IMPORT_REFUSED 'memory' is there already and is no module / ${there}`,
        `2:1-22 IMPORT_REFUSED Module 'urllib.request' is of no use: a program has no sockets / ${sockets}`,
        `3:1-26 IMPORT_REFUSED Module 'socket' is of no use: a program has no sockets / ${sockets}`,
        `4:1-16 IMPORT_REFUSED Module 'requests' is of no use: a program has no sockets / ${sockets}`,
        "5:1-18 IMPORT_REFUSED Module 'subprocess' is of no use: a program has no processes / " +
        "Instead use Python itself, or a tool of mcp.",
        "6:9-13 UNKNOWN_NAME Name 'json' is not defined / Did you forget \"import json\"?",
        "6:20-24 UNKNOWN_NAME Name 'math' is not defined / Did you forget \"import math\"?",
        "11:11-20 UNKNOWN_NAME Name 'subproces' is not defined / Did you mean 'subprocess'?",
      ],
    );
    assert.deepEqual(await faults("await asyncio.gather()\nre.sub\ndatetime.now()"), [
      "1:7-14 UNKNOWN_NAME Name 'asyncio' is not defined / Did you forget \"import asyncio\"?",
      "2:1-3 UNKNOWN_NAME Name 're' is not defined / Did you forget \"import re\"?",
      "3:1-9 UNKNOWN_NAME Name 'datetime' is not defined / Did you forget \"import datetime\"?",
    ]);
  });

  await t.step("arguments by position first, then by keyword", async () => {
    assert.deepEqual(
      await faults(
        'await memory.search_nodes("x", limit=2)\nawait codemode.search("x", limit=2, detail="brief")\nawait codemode.call("memory.search_nodes", query="x")\nawait memory.search_nodes("x", query="y")\nawait memory.search_nodes("x", limit="2")\nawait codemode.search("x", lmit=2)',
      ),
      [
        "4:32-41 ARGUMENT_TWICE memory.search_nodes is given 'query' by position and by keyword",
        "5:38-41 TYPE_MISMATCH 'limit' of memory.search_nodes is float, not '2'",
        "6:28-34 UNKNOWN_ARGUMENT codemode.search has no argument 'lmit' / Did you mean 'limit'?",
      ],
    );
  });

  await t.step("fences, other languages, modes", async () => {
    const fenced = await check("Here:\n```python\nx = 1\nx + 1\n```\nDone.");
    assert.deepEqual(fenced.emitted, { code: "     \n         \nx = 1\nx + 1\n   \n     " });
    assert.deepEqual(await faults("```js\nreturn 1\n```"), [
      "1:1-1 LANGUAGE_MISMATCH The code is marked as js, but is to run as Python. / " +
      "Name the language in the request, or mark the fence as python.",
    ]);
    const warned = await check("print(nothing)", "warn");
    assert.deepEqual([warned.ok, warned.diagnostics.map(({ severity }) => severity)], [true, [
      "warning",
    ]]);
    const off = await check("print(nothing)\nawait memory.create()", "off");
    assert.deepEqual([off.ok, off.diagnostics], [true, []]);
  });

  await t.step("dynamic programs are left alone", async () => {
    assert.deepEqual(
      await faults(
        'args = {"query": "x"}\nawait memory.search_nodes(**args)\nawait getattr(mcp.memory, "x" + "y")()\nawait mcp["memory"]["nope"]()\nfrom math import *\nsin(1)\nmemory_ = mcp\nawait memory.search_nodes(args)',
      ),
      [],
    );
  });

  await t.step("hostile texts are answered, and the next one as ever", async () => {
    const hostile = [
      "(".repeat(20_000),
      `${"-".repeat(50_000)}1`,
      `x = ${"[".repeat(90)}${"]".repeat(90)}`,
      "a\0b",
      "x = '\ud800'",
      `x = "${"\\N{DIGIT ONE}".repeat(1000)}"`,
      "\f\v\u2028x = 1",
      `# -*- coding: utf-7 -*-\nprint(1)`,
      "if 1:\n" +
      Array.from({ length: 120 }, (_, depth) => `${" ".repeat(depth + 1)}if 1:`).join("\n"),
    ];
    const kinds = [];
    for (const code of hostile) kinds.push((await check(code)).kind);
    assert.ok(
      kinds.every((kind) => ["checked", "syntax", "refused", "types"].includes(kind)),
      kinds.join(),
    );
    assert.equal((await check("1 + 1")).ok, true);
  });

  await t.step("the stubs of 527 real tools are read", async () => {
    const declarations = createPythonStubs(nameTools(realGroups()));
    const { ok, diagnostics } = await checker.check({
      code: "await mcp.filesystem.read_file(pth='x')",
      language: "python",
      declarations,
      ambient: AMBIENT,
      mode: "error",
    });
    assert.deepEqual([ok, diagnostics.map(({ code }) => code)], [
      false,
      ["MISSING_ARGUMENT", "UNKNOWN_ARGUMENT"],
    ]);
  });
});
