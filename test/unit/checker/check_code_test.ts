/** What the checker says of faulty programs, whole diagnostics at a time. */

import assert from "node:assert/strict";
import type { CheckResult } from "../../../src/checker/mod.ts";
import { createCheck, requestFor } from "./run_emitted.ts";
import { type CheckLimits, CodeChecker } from "../../../src/checker/check_code.ts";

const check = createCheck();

/** Each diagnostic as one line: place, code, severity, message, suggestion. */
function lines(result: CheckResult): string[] {
  return result.diagnostics.map((each) => {
    const place = `${each.line}:${each.column}-${each.endLine}:${each.endColumn}`;
    const suggestion = each.suggestion === undefined ? "" : ` | ${each.suggestion}`;
    return `${place} ${each.code} ${each.severity} ${each.message}${suggestion}`;
  });
}

Deno.test("an unknown tool and its wrong argument are reported together", () => {
  const { traits, ...result } = check("mcp.memory.serch_nodes({query: 1})");
  assert.equal(traits?.calls, 1);
  assert.deepEqual(result, {
    ok: false,
    kind: "types",
    diagnostics: [{
      line: 1,
      column: 12,
      endLine: 1,
      endColumn: 23,
      code: "TS2551",
      severity: "error",
      message: "Property 'serch_nodes' does not exist on mcp.memory.",
      snippet: "mcp.memory.serch_nodes({query: 1})\n           ^^^^^^^^^^^",
      suggestion: "Did you mean 'search_nodes'?",
    }, {
      line: 1,
      column: 25,
      endLine: 1,
      endColumn: 30,
      code: "TS2322",
      severity: "error",
      message: "Type 'number' is not assignable to type 'string'.",
      snippet: "mcp.memory.serch_nodes({query: 1})\n                        ^^^^^",
    }],
    uses: { tools: ["memory.serch_nodes"], globals: [] },
  });
});

/** Code and the lines it is answered with. */
const FAULTS: readonly (readonly [name: string, code: string, expected: readonly string[]])[] = [
  [
    "faults behind an unknown server and an unknown tool",
    "await mcp.memry.search_nodes({ query: 1 });\nawait mcp.files.readFile({ pth: 'a' });",
    [
      "1:11-1:16 TS2551 error Property 'memry' does not exist on mcp. | Did you mean 'memory'?",
      "1:32-1:37 TS2322 error Type 'number' is not assignable to type 'string'.",
      "2:17-2:25 TS2551 error Property 'readFile' does not exist on mcp.files. | Did you mean 'read_file'?",
      "2:28-2:31 TS2561 error Object literal may only specify known properties, but 'pth' does not exist in type '{ path: string; }'. | Did you mean 'path'?",
    ],
  ],
  [
    "a tool whose words are in another order",
    "mcp.memory.nodes_search({ query: 'a' })",
    ["1:12-1:24 TS2339 error Property 'nodes_search' does not exist on mcp.memory. | Did you mean 'search_nodes'?"],
  ],
  [
    "a tool whose verb is another, although the compiler would suggest it",
    "mcp.memory.delete_entities({ entities: [] })",
    ["1:12-1:27 TS2551 error Property 'delete_entities' does not exist on mcp.memory. | It has 'search_nodes', 'create_entities'."],
  ],
  [
    "a tool that resembles none",
    "mcp.memory.drop()",
    ["1:12-1:16 TS2339 error Property 'drop' does not exist on mcp.memory. | It has 'search_nodes', 'create_entities'."],
  ],
  [
    "a tool named in brackets",
    "mcp.memory['serch_nodes']",
    ["1:12-1:25 TS2551 error Property 'serch_nodes' does not exist on mcp.memory. | Did you mean 'search_nodes'?"],
  ],
  [
    "a namespace as a global",
    "memori.search_nodes({ query: 2 })",
    [
      "1:1-1:7 TS2552 error Cannot find name 'memori'. | Did you mean 'memory'?",
      "1:23-1:28 TS2322 error Type 'number' is not assignable to type 'string'.",
    ],
  ],
  [
    "a value outside a union",
    "memory.create_entities({ entities: [{ name: 'a', order: 'ascending' }] })",
    ['1:50-1:55 TS2322 error Type \'"ascending"\' is not assignable to type \'"asc" | "desc" | undefined\'.'],
  ],
  [
    "a missing property",
    "return memory.search_nodes({})",
    ["1:28-1:30 TS2345 error Argument of type '{}' is not assignable to parameter of type '{ query: string; limit?: number | undefined; }'.\n  Property 'query' is missing in type '{}' but required in type '{ query: string; limit?: number | undefined; }'."],
  ],
  [
    "an unawaited call",
    "const found = memory.search_nodes({ query: 'a' });\nreturn found.map((node) => node.name)",
    ["2:14-2:17 TS2339 error Property 'map' does not exist on found. | It is a promise: did you forget 'await'?"],
  ],
  [
    "a promise taken apart",
    "const [first] = memory.search_nodes({ query: 'a' });\nconst { length } = memory.search_nodes({ query: 'a' });\nconst n: number = memory.create_entities({ entities: [] });",
    [
      "1:7-1:14 TS2488 error Type 'Promise<{ name: string; kind?: string | undefined; }[]>' must have a '[Symbol.iterator]()' method that returns an iterator. | It is a promise: did you forget 'await'?",
      "2:9-2:15 TS2339 error Property 'length' does not exist on type 'Promise<{ name: string; kind?: string | undefined; }[]>'. | It is a promise: did you forget 'await'?",
      "3:7-3:8 TS2322 error Type 'Promise<void>' is not assignable to type 'number'. | It is a promise: did you forget 'await'?",
    ],
  ],
  [
    "what a top-level return gives",
    "return memory.search_node({ query: 'a' })",
    ["1:15-1:26 TS2551 error Property 'search_node' does not exist on memory. | Did you mean 'search_nodes'?"],
  ],
  [
    "network that is not granted",
    "const answer = await fetch('https://example.com')",
    ['1:22-1:27 CAPABILITY_MISSING error fetch needs a network capability, which this program was not granted. | Ask for the host, such as "network:api.example.com:443", or use a tool.'],
  ],
  [
    "files and variables that are not granted",
    "files.list('data'); env.REGION",
    [
      '1:1-1:6 CAPABILITY_MISSING error files needs a read or write capability, which this program was not granted. | Ask for the folder, such as "read:./data", or use a tool.',
      '1:21-1:24 CAPABILITY_MISSING error env needs an env capability, which this program was not granted. | Ask for the variable, such as "env:REGION".',
    ],
  ],
  [
    "globals of other hosts",
    "process.env; document; Buffer",
    [
      "1:1-1:8 TS2591 error Cannot find name 'process'. | The sandbox has no host API: inputs come in 'context', everything else through tools.",
      "1:14-1:22 TS2584 error Cannot find name 'document'. | The sandbox is not a browser: use the tools and standard globals.",
      "1:24-1:30 TS2591 error Cannot find name 'Buffer'. | Use Uint8Array, TextEncoder, TextDecoder, atob and btoa.",
    ],
  ],
  [
    "positions inside a fence",
    "Here:\r\n```ts\r\nconst a = 1;\r\n\tb\r\n```",
    ["4:2-4:3 TS2304 error Cannot find name 'b'."],
  ],
];

for (const [name, code, expected] of FAULTS) {
  Deno.test(`faults: ${name}`, () => {
    const result = check(code);
    assert.deepEqual(lines(result), expected);
    assert.equal(result.ok, false);
    assert.equal(result.kind, "types");
    assert.equal(result.emitted, undefined);
  });
}

/** Code that is fine. */
const FINE: readonly string[] = [
  "const f = (a, { b }, ...c) => [a, b, c];\nf(1, { b: 2 })",
  "let x; x = 1; x = 's';",
  "const xs = []; xs.push(1); xs.push('a'); xs.length",
  "const unused = 1; function alsoUnused(a) {}",
  "try { JSON.parse('{') } catch (e) { e.message }",
  "const counts = {}; for (const w of ['a', 'b']) counts[w] = (counts[w] ?? 0) + 1;",
  "const a: string | undefined = ['a'][0]; if (!a) return; a.length",
  "return 1; console.log('unreachable')",
  "const name = 'a'; const memory = { own: 1 }; memory.own",
  "const id = setTimeout(() => {}, 1); clearTimeout(id); await new Promise((r) => setTimeout(r, 1));",
  "[new URL('https://a.b').searchParams.get('c'), new TextEncoder().encode('x').length, crypto.randomUUID()]",
  "const c = new AbortController(); c.signal.addEventListener('abort', () => {}); structuredClone(new Map())",
  "context.userId.deep.path",
  "await codemode.search('x'); await codemode.call('memory.search_nodes', { query: 'a' })",
  "try { await memory.search_nodes({ query: 'a' }) } catch (e) { if (e instanceof McpToolError) e.tool }",
  "import type { Foo } from 'foo'; const x: Foo = 1; x",
  "var nullTest = null; var nullResult = nullTest ?? 10; nullResult;",
  "export const a = 1; a",
  "function f() { return this }",
  "using x = { [Symbol.dispose]() {} }; 1",
  "await Promise.all(['a', 'b'].map((query) => mcp.memory.search_nodes({ query })))",
];

for (const code of FINE) {
  Deno.test(`fine: ${code}`, () => {
    const result = check(code);
    assert.deepEqual(result.diagnostics, []);
    assert.equal(result.ok, true);
    assert.equal(result.kind, "checked");
  });
}

Deno.test("fetch is declared when network is granted", () => {
  const code =
    "const r = await fetch('https://a.b', { method: 'POST' }); return [r.status, await r.json()]";
  assert.deepEqual(check(code, { ambient: { runtime: "deno", network: true } }).diagnostics, []);
});

Deno.test("files and env are typed where they are granted", () => {
  const ambient = { runtime: "deno", network: false, files: true, environment: true } as const;
  const right = `const rows: string[] = (await files.readText("a.csv")).split("\\n");
await files.writeBytes("b", new Uint8Array(1));
const [{ name, kind }] = await files.list(".") as [{ name: string; kind: string }];
const region: string = env.REGION ?? "eu";
return [rows, name, kind, region, (await files.stat("a")).modified.getTime()];`;
  assert.deepEqual(check(right, { ambient }).diagnostics, []);
  const wrong = check("await files.readTxt('a'); await files.writeText('a', 1)", { ambient });
  assert.deepEqual(wrong.diagnostics.map(({ code, message }) => [code, message]), [
    ["TS2551", "Property 'readTxt' does not exist on files."],
    ["TS2345", "Argument of type 'number' is not assignable to parameter of type 'string'."],
  ]);
});

Deno.test("javascript is checked too, without types of its own", () => {
  const javascript = { language: "javascript" } as const;
  assert.deepEqual(
    lines(check("const o = {}; o.a = 1; const f = (x) => x.y; f(o)", javascript)),
    [],
  );
  assert.deepEqual(lines(check("mcp.memory.serch_nodes({ query: 1 })", javascript)), [
    "1:12-1:23 TS2551 error Property 'serch_nodes' does not exist on mcp.memory. | Did you mean 'search_nodes'?",
    "1:26-1:31 TS2322 error Type 'number' is not assignable to type 'string'.",
  ]);
  const typed = check("const a: number = 1", javascript);
  assert.equal(typed.kind, "syntax");
  assert.deepEqual(lines(typed), [
    "1:10-1:16 TS8010 error Type annotations can only be used in TypeScript files.",
  ]);
});

Deno.test("modules are refused in every mode", () => {
  const code = "import x from 'y';\nexport * from 'z';\nconst fs = require('fs');\n" +
    "await import('node:fs');\nimport.meta.url;\nexport = 1;\nimport old = require('old');";
  const remedy = "Remove it: everything a program can use is already there, tools as " +
    "mcp.<server>.<tool>(input), inputs as context.";
  const refused = (place: string, what: string) =>
    `${place} IMPORT_REFUSED error A program cannot load modules: ${what} is refused. | ${remedy}`;
  for (const mode of ["error", "warn", "off"] as const) {
    const result = check(code, { mode });
    assert.deepEqual(lines(result), [
      refused("1:1-1:19", "import"),
      refused("2:1-2:19", "export … from"),
      refused("3:12-3:25", "require()"),
      refused("4:7-4:24", "import()"),
      refused("5:1-5:12", "import.meta"),
      refused("6:1-6:12", "export ="),
      refused("7:1-7:29", "import"),
    ]);
    assert.equal(result.kind, "refused");
    assert.equal(result.ok, false);
  }
  assert.equal(check("const require = (x: string) => x; require('a')").ok, true);
});

Deno.test("a fence of another language is refused", () => {
  assert.deepEqual(lines(check("```python\nprint(1)\n```")), [
    "1:1-1:10 LANGUAGE_MISMATCH error The code is marked as python, but is to run as TypeScript or JavaScript. | Name the language in the request, or mark the fence as ts or js.",
  ]);
});

Deno.test("mode warn reports and emits, mode off looks at syntax only", () => {
  const code = "mcp.memory.nope({ query: 1 })";
  const warned = check(code, { mode: "warn" });
  assert.equal(warned.ok, true);
  assert.equal(warned.kind, "checked");
  assert.deepEqual(warned.diagnostics.map(({ severity }) => severity), ["warning"]);
  assert.equal(warned.emitted?.code, "return mcp.memory.nope({ query: 1 });\n");
  const off = check(code, { mode: "off" });
  assert.deepEqual(off.diagnostics, []);
  assert.equal(off.emitted?.code, "return mcp.memory.nope({ query: 1 });\n");
  assert.deepEqual(off.uses, { tools: ["memory.nope"], globals: [] });
  for (const mode of ["warn", "off"] as const) {
    const broken = check("const = {{{", { mode });
    assert.equal(broken.kind, "syntax");
    assert.equal(broken.ok, false);
  }
});

Deno.test("nine faults are answered with seven and a count", () => {
  const eight = check(Array.from({ length: 8 }, (_, index) => `zzz${index};`).join("\n"));
  assert.deepEqual(eight.diagnostics.map(({ line, code }) => [line, code]), [
    [1, "TS2304"],
    [2, "TS2304"],
    [3, "TS2304"],
    [4, "TS2304"],
    [5, "TS2304"],
    [6, "TS2304"],
    [7, "TS2304"],
    [8, "TS2304"],
  ]);
  const nine = lines(check(Array.from({ length: 9 }, (_, index) => `zzz${index};`).join("\n")));
  assert.equal(nine.length, 8);
  assert.equal(
    nine[7],
    "8:1-8:5 MORE_DIAGNOSTICS info 2 more problems from here on are not shown.",
  );
});

Deno.test("messages name no files", () => {
  const code = "export class Foo { private a = 1 }\nconst f: Foo = { a: 1 };\n" +
    "const g: { b: string } = new Foo();\nconst m = globalThis as typeof import('./other');";
  for (const diagnostic of check(code).diagnostics) {
    assert.doesNotMatch(JSON.stringify(diagnostic), /\/guest|\.d\.ts|node_modules|import\(\\"\//);
  }
});

/** Input no writer of sense sends. */
const BAD: readonly (readonly [
  name: string,
  code: string,
  kind: CheckResult["kind"],
  code1: string | undefined,
])[] = [
  ["a NUL outside a string", "const a = 1;\0", "syntax", "TS1127"],
  ["a NUL inside a string", "'a\0b'", "checked", undefined],
  ["a lone surrogate outside a string", "const a = \ud800;", "syntax", "TS1127"],
  ["a lone surrogate inside a string", "'\ud800'", "checked", undefined],
  ["an unterminated string", "const a = 'abc", "syntax", "TS1002"],
  ["an unterminated template", "const a = `abc", "syntax", "TS1160"],
  ["an unterminated comment", "/* abc", "syntax", "TS1010"],
  ["an unclosed fence", "```ts", "checked", undefined],
  ["a stray brace", "}", "syntax", "TS1128"],
  ["ten thousand brackets", "[".repeat(10_000), "refused", "CHECK_TOO_COMPLEX"],
  [
    "ten thousand closed parentheses",
    "(".repeat(10_000) + ")".repeat(10_000),
    "refused",
    "CHECK_TOO_COMPLEX",
  ],
  [
    "a chain of twenty thousand operators",
    Array(20_000).fill("1").join("+"),
    "refused",
    "CHECK_TOO_COMPLEX",
  ],
  [
    "a chain of five thousand calls",
    "context" + ".a()".repeat(5000),
    "refused",
    "CHECK_TOO_COMPLEX",
  ],
  ["three thousand fences", "```js\n`\n".repeat(3000), "syntax", "TS1443"],
  ["two hundred thousand backticks", "`".repeat(200_000), "checked", undefined],
  ["escaping the wrapper", "}); globalThis.escaped = 1; (async () => {", "syntax", "TS1128"],
];

for (const [name, code, kind, first] of BAD) {
  for (const mode of ["error", "off"] as const) {
    Deno.test(`bad input: ${name}, mode ${mode}`, () => {
      const result = check(code, { mode });
      assert.equal(result.kind, kind);
      assert.equal(result.diagnostics[0]?.code, first);
      assert.ok(JSON.stringify(result).isWellFormed());
      assert.equal(check("1 + 1", { mode }).ok, true);
    });
  }
}

Deno.test("256 KB of code are checked", () => {
  const line = "console.log('some ordinary line of code', 1 + 1);\n";
  const result = check(line.repeat(Math.floor(256 * 1024 / line.length)));
  assert.equal(result.ok, true);
});

/** Each limit alone, too small for this program and large enough for the next. */
const LIMITS: readonly CheckLimits[] = [
  { deadlineMs: 60_000, objects: 50_000 },
  { deadlineMs: 60_000, heapBytes: 96 * 1024 * 1024 },
];

for (const limits of LIMITS) {
  Deno.test(`types over the limit are refused and the next check works: ${JSON.stringify(limits)}`, () => {
    const checker = new CodeChecker(limits);
    const explosive = Array.from(
      { length: 300 },
      (_, index) =>
        `type B${index}<N extends number, A extends unknown[] = []> = A['length'] extends N ? A : ` +
        `B${index}<N, [...A, ${index}]>; const v${index}: B${index}<990>['length'] = 1;`,
    ).join("\n");
    assert.equal(checker.check(requestFor(explosive)).diagnostics[0]?.code, "CHECK_TOO_COMPLEX");
    assert.equal(checker.check(requestFor("memory.search_nodes({ query: 'a' })")).ok, true);
  });
}

Deno.test("a check past its deadline is refused", () => {
  const checker = new CodeChecker({ deadlineMs: Number.MIN_VALUE });
  const result = checker.check(requestFor("[1].map((a) => [a].map((b) => b))"));
  assert.equal(result.diagnostics[0]?.code, "CHECK_TOO_COMPLEX");
});

Deno.test("declarations of different hashes do not mix", () => {
  const other = { text: "declare const other: { tool(): Promise<number> };", hash: "other" };
  assert.equal(check("other.tool()", { declarations: other }).ok, true);
  assert.equal(check("other.tool()").ok, false);
  assert.equal(check("memory.search_nodes({ query: 'a' })", { declarations: other }).ok, false);
});

Deno.test("broken declarations do not break the check", () => {
  const broken = { text: "declare const memory: { search(:: }}} const", hash: "broken" };
  assert.equal(check("1 + 1", { declarations: broken }).ok, true);
});

const TWO_FORMS = {
  text: `declare const mcp: { readonly files: { readonly read: {
    (input: { path: string; tail?: number }): Promise<{ content: string }>;
    (path: string, tail?: number): Promise<{ content: string }>;
  } } };`,
  hash: "two forms",
};

for (
  const [name, code, expected] of [
    [
      "a misspelt key",
      "await mcp.files.read({ pth: 'a' })",
      "1:24-1:27 TS2561 error Object literal may only specify known properties, but 'pth' does not exist in type '{ path: string; tail?: number | undefined; }'. | Did you mean 'path'?",
    ],
    [
      "a missing key",
      "await mcp.files.read({})",
      "1:22-1:24 TS2345 error Argument of type '{}' is not assignable to parameter of type '{ path: string; tail?: number | undefined; }'.\n  Property 'path' is missing in type '{}' but required in type '{ path: string; tail?: number | undefined; }'.",
    ],
    [
      "a key of an object made before",
      "const input = { path: 1 };\nawait mcp.files.read(input)",
      "2:22-2:27 TS2345 error Argument of type '{ path: number; }' is not assignable to parameter of type '{ path: string; tail?: number | undefined; }'.\n  Types of property 'path' are incompatible.\n    Type 'number' is not assignable to type 'string'.",
    ],
  ] as const
) {
  Deno.test(`faults: a tool with two forms: ${name}`, () => {
    assert.deepEqual(lines(check(code, { declarations: TWO_FORMS })), [expected]);
  });
}

Deno.test("names that the runtime lacks are findings there, and nowhere else", () => {
  const code = "if (typeof Intl === 'object') new Intl.NumberFormat();\n" +
    "const text: Intl.NumberFormatOptions = {}; const a = { Blob: 1 }.Blob;\n" +
    "new Blob(['x']); { const Temporal = 1; Temporal; }";
  const ambient = { runtime: "quickjs", network: true } as const;
  const absent = (name: string) =>
    `RUNTIME_LACKS error ${name} is not available in the runtime "quickjs"; the runtime "deno" has it.` +
    ' | Ask for the runtime "deno", or for none.';
  assert.deepEqual(lines(check(code, { ambient })), [
    `1:35-1:39 ${absent("Intl")}`,
    `3:5-3:9 ${absent("Blob")}`,
  ]);
  assert.deepEqual(lines(check(code, { ambient: { ...ambient, runtime: "deno" } })), []);
});
