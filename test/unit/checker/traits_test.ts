/** What a program's text tells of its cost and its needs. */

import assert from "node:assert/strict";
import type { ProgramTraits } from "../../../src/contract/mod.ts";
import { CodeChecker } from "../../../src/checker/check_code.ts";
import { createCheck, requestFor } from "./run_emitted.ts";

const check = createCheck();

function traitsOf(code: string, mode: "warn" | "off" = "off"): ProgramTraits {
  const { traits, diagnostics } = check(code, { mode });
  assert.ok(traits, JSON.stringify(diagnostics));
  return traits;
}

Deno.test("glue: calls, and next to no operations", () => {
  const code = "const [a, b] = await Promise.all([\n" +
    "  mcp.memory.search_nodes({ query: 'ada' }), mcp.files.read_file({ path: 'x' })]);\n" +
    "({ found: a.length, text: b })";
  const { shape, ...traits } = traitsOf(code, "warn");
  assert.match(shape ?? "", /^[0-9a-f]{24}$/);
  assert.deepEqual(traits, {
    needs: ["Promise.all"],
    loops: 0,
    literalLength: 4,
    operations: 427,
    isGuess: false,
    expectedCalls: 2,
    calls: 2,
    recursions: 0,
    largestBytes: 16,
    usesNetwork: false,
    usesFiles: false,
  });
});

Deno.test("compute: operations by the bounds of loops, the place of most of them, the largest value", () => {
  const code = "const n = 2_000;\nconst cells = new Float64Array(n * n);\n" +
    "for (let x = 0; x < n; x++) {\n  for (let y = 0; y < n; y++) cells[x * n + y] = x * y;\n}\ncells.length";
  const { operations = 0, isGuess, heaviest, largestBytes, loops } = traitsOf(code, "warn");
  assert.ok(operations > 4e6 * 5 && operations < 4e6 * 20, `${operations}`);
  assert.deepEqual({ isGuess, largestBytes, loops, what: heaviest?.what, line: heaviest?.line }, {
    isGuess: false,
    largestBytes: 32_000_000,
    loops: 2,
    what: "loop",
    line: 3,
  });
});

/** Orders of magnitude: the power of ten of the estimate, and whether it is a guess. */
const MAGNITUDES:
  readonly (readonly [code: string, least: number, most: number, guess: boolean])[] = [
    ["1 + 1", 1, 2, false],
    ["function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2); }\nf(32)", 3e7, 3e8, false],
    ["const f = (n) => n < 2 ? n : f(n - 1) + f(n - 2);\nf(10)", 500, 5000, false],
    [
      "const m = new Map(); function f(n) { if (m.has(n)) return m.get(n); const v = n < 2 ? n : f(n - 1) + f(n - 2); m.set(n, v); return v; }\nf(32)",
      100,
      3000,
      false,
    ],
    ["function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2); }\nf(context.n)", 1e6, 1e9, true],
    ["function f(n) { return n === 0 ? 0 : 1 + f(n - 1); }\nf(5000)", 2e4, 1e5, false],
    [
      "function sort(a) { if (a.length < 2) return a; const m = a.length >> 1; return merge(sort(a.slice(0, m)), sort(a.slice(m))); }\n" +
      "function merge(a, b) { const c = []; for (let i = 0; i < a.length + b.length; i++) c.push(a[i] ?? b[i]); return c; }\nsort(Array.from({ length: 1024 }, (_, i) => i))",
      2e4,
      5e6,
      false,
    ],
    ["let s = 0; for (let i = 1; i < 1e6; i *= 2) s += i; s", 50, 500, false],
    ["let s = 0; for (let i = 1e6; i > 0; i--) s += i; s", 4e6, 2e7, false],
    ["let i = 0; while (i < 1e6) { i++; }", 3e6, 2e7, false],
    ["for (;;) {}", 5e6, 5e7, true],
    [
      "while (true) { const x = await mcp.memory.search_nodes({ query: 'a' }); if (x.length) break; }",
      1000,
      5000,
      true,
    ],
    ["for (const row of context.rows) console.log(row.name)", 100, 2000, true],
    ["'ab'.repeat(5e5).split('').map((c) => c.charCodeAt(0)).length", 5e6, 5e7, false],
    ["JSON.parse(JSON.stringify(new Array(1e5).fill(1))).length", 5e6, 1e8, false],
    ["let b = 1n; for (let i = 1n; i < 10000n; i++) b *= i; b", 1e6, 1e7, false],
    [
      "function* g() { for (let i = 0; i < 1e6; i++) yield i; }\nlet n = 0; for (const x of g()) n += x; n",
      5e6,
      5e7,
      false,
    ],
    ["async () => { let s = 0; for (let i = 0; i < 1e6; i++) s++; return s; }", 3e6, 2e7, false],
    [
      "function a(n) { return n < 1 ? 0 : b(n - 1); }\nfunction b(n) { return a(n); }\na(10)",
      50,
      2000,
      true,
    ],
  ];

for (const [code, least, most, isGuess] of MAGNITUDES) {
  Deno.test(`operations of ${JSON.stringify(code)}`, () => {
    const traits = traitsOf(code);
    const { operations = 0 } = traits;
    assert.ok(operations >= least && operations <= most, `${operations}`);
    if (operations > 200) assert.equal(traits.isGuess, isGuess);
  });
}

Deno.test("with and without a check of types, a program has the same traits", () => {
  const code = "const xs: number[] = [1, 2];\nlet sum = 0;\nfor (const x of xs) sum += x;\nsum";
  assert.deepEqual(traitsOf(code, "warn"), traitsOf(code, "off"));
});

Deno.test("a program with faults of type has traits, one that does not parse has none", () => {
  assert.equal(check("const a: number = 'x'; a").traits?.operations, 0);
  assert.equal(check("const a = ;").traits, undefined);
});

const NEEDS: readonly (readonly [code: string, needs: readonly string[]])[] = [
  ["new Intl.DateTimeFormat('de')", ["Intl.DateTimeFormat"]],
  ["globalThis.Intl.NumberFormat", ["Intl.NumberFormat"]],
  ["const { Collator } = Intl; Collator", ["Intl"]],
  ["(5).toLocaleString('de-DE')", ["*.toLocaleString"]],
  ["(5).toLocaleString()", []],
  ["'a'.localeCompare('b')", []],
  ["'a'.localeCompare('b', 'sv')", ["*.localeCompare"]],
  ["crypto.subtle.digest('SHA-256', new Uint8Array(1))", ["Uint8Array", "crypto.subtle.digest"]],
  ["typeof Intl", []],
  ["const Intl = { x: 1 }; Intl.x", []],
  ["({ Intl: 1 }).Intl", []],
  ["const x: Intl.NumberFormat | 1 = 1; x", []],
];

for (const [code, needs] of NEEDS) {
  Deno.test(`needs of ${code}`, () => assert.deepEqual(traitsOf(code).needs, needs));
}

Deno.test("a shape is the same for other literals, names, layout and types", () => {
  const one = traitsOf("const n: number = 5; const list = [1, 2]; list.map((x) => x * n)").shape;
  const other = traitsOf(
    "// other\nconst count = -50 as number;\nconst xs = [1, 2, 3, 4]\nxs.map((item: number) => (item * count));",
  ).shape;
  assert.equal(one, other);
  const f = traitsOf("const { a } = context; f({ a }); function f(x) {}").shape;
  assert.equal(f, traitsOf("const { a: b } = context; g({ a: b }); function g(y) {}").shape);
});

Deno.test("a shape differs by operators, tools, properties and structure", () => {
  const shapes = [
    "const n = 5; n + 1",
    "const n = 5; n - 1",
    "let n = 5; n++",
    "let n = 5; n--",
    "mcp.memory.search_nodes({ query: 'a' })",
    "mcp.files.read_file({ path: 'a' })",
    "const n = [1]; n.map(String)",
    "const n = [1]; n.filter(String)",
    "if (1) 2",
    "while (1) 2",
  ].map((code) => traitsOf(code).shape);
  assert.equal(new Set(shapes).size, shapes.length);
});

const NESTED_CALLS = Array.from(
  { length: 40 },
  (_, i) => `function f${i}() { return f${i + 1}() + f${i + 1}(); }`,
).join("\n") + "\nfunction f40() { return 1; }\nf0()";

/** Programs that an estimate could be long about. */
const LONG: readonly (readonly [name: string, code: string])[] = [
  ["a literal of a megabyte", `const text = "${"x".repeat(1_000_000)}"; text.length`],
  ["a list of 100,000 literals", `[${"1,".repeat(100_000)}].length`],
  ["2,000 sums in each other", `1${"+1".repeat(2000)}`],
  ["200 loops in each other", `${"while (x) {".repeat(200)}${"}".repeat(200)}`],
  ["2 to the 40th calls", NESTED_CALLS],
  ["5,000 loops", "for (let i = 0; i < 9; i++) f(i);\n".repeat(5000)],
  ["30,000 arguments", `function f() {}\nf(${"1,".repeat(30_000)}1)`],
  ["300 functions in each other", `${"(() => ".repeat(300)}1${")()".repeat(300)}`],
];

for (const [name, code] of LONG) {
  Deno.test(`an estimate of ${name} is bounded`, () => {
    // An estimate without bounds would not end before the group is killed.
    const { ok, traits } = new CodeChecker({ deadlineMs: Infinity }).check(
      requestFor(code, { mode: "off" }),
    );
    assert.equal(ok, true);
    assert.ok(Number.isFinite(traits?.operations) && JSON.stringify(traits).length < 2000);
  });
}

Deno.test("calls of calls of calls multiply", () => {
  assert.ok((traitsOf(NESTED_CALLS).operations ?? 0) > 2 ** 40);
});
