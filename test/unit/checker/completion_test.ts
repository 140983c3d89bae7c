/** Every accepted form of code gives the value its writer means. */

import assert from "node:assert/strict";
import { createCheck, runEmitted } from "./run_emitted.ts";

const check = createCheck();

/** Code and the value it gives. */
const VALUES: readonly (readonly [code: string, value: unknown])[] = [
  // Scripts.
  ["", undefined],
  ["  \n\t ", undefined],
  ["// only a comment", undefined],
  ["42", 42],
  ["var x = 10; var y = 20; x + y", 30],
  ["[1, 2, 3].map(x => x * 2)", [2, 4, 6]],
  ['({ name: "Alice", age: 30 })', { name: "Alice", age: 30 }],
  ["const x = 42", undefined],
  ["const x = 100; x", 100],
  ["let y = 200; y = 300; y", 300],
  ["1\n2\n3", 3],
  ["5;;", 5],
  ["5; // done", 5],
  ["5\n\n// end", 5],
  ["'use strict'", "use strict"],
  ["function helper() { return 1; }\nhelper()", 1],
  ["helper()\nfunction helper() { return 2; }", 2],
  ["await Promise.resolve(7)", 7],
  ["Promise.resolve(8)", 8],
  ["undefined", undefined],
  ["// why\n// twice\n9", 9],
  ["/* a\n b */ 10", 10],
  ["throw_()\nfunction throw_() { return 'x' }", "x"],
  // Return.
  ["return 5", 5],
  ["if (true) {\n  return 1;\n}\nreturn 2;", 1],
  ["const r = await Promise.resolve(3);\nreturn r;", 3],
  ["return", undefined],
  // Completion values.
  [
    "async function test() { throw new Error('test'); } try { await test(); } catch(e) { 'caught' }",
    "caught",
  ],
  ["try { 'value' } finally { 'ignored' }", "value"],
  ["try { 1; JSON.parse('{') } catch { }", undefined],
  ["if (1 > 2) { 'yes' } else { 'no' }", "no"],
  ["if (1 < 2) 'yes'; else 'no'", "yes"],
  ["for (const n of [1, 2, 3]) { n * 2 }", 6],
  ["for (const n of [1, 2, 3]) { if (n > 1) { 'found ' + n; break; } 'none' }", "found 2"],
  ["let n = 0; while (n < 3) { n += 1 }", 3],
  ["let n = 0; do { n += 2 } while (n < 3)", 4],
  ["const x: number = 1; switch (x) { case 1: 'one'; break; default: 'other' }", "one"],
  ["outer: for (const a of [1, 2]) { for (const b of [3, 4]) { a * b; continue outer; } }", 6],
  ["{ const a = 1; { a + 1 } }", 2],
  ["if (true) { const f = () => { 5 }; f() }", undefined],
  ["const completion_1 = 1; if (true) { completion_1 + 1 }", 2],
  // Functions.
  ["async () => 42", 42],
  ["() => { return 1; }", 1],
  ["async () => 1;", 1],
  ["(async () => 2)", 2],
  ["(async () => { return 42; })()", 42],
  ["async function () { return 3 }".replace(/^/, "(") + ")", 3],
  ["(function* () { yield 1; yield 2 })", [1, 2]],
  ["const base = 2;\nasync () => base + 1", 3],
  ["async function f() { return 4 }", 4],
  ["async function main(x) { return x; }", undefined],
  ["const run = async () => 7", 7],
  ["const run = function () { return 8 }", 8],
  [
    "const base = 1; function helper() { return base } async function main() { return helper() + 1 }",
    2,
  ],
  ["const run = async () => 1;\nrun()", 1],
  ["function a() { return 1 } function b(x: number) { return x }", undefined],
  ["function* gen(){ yield 1; yield 2 }", [1, 2]],
  ["async function* gen(){ yield 1; yield 2 }", [1, 2]],
  // Modules' forms.
  ["export default 42", 42],
  ["export default async () => 43", 43],
  ["export default function() { return 44; }", 44],
  ["export default async function main() { return 45; }", 45],
  ["export default function* () { yield 1 }", [1]],
  ["export default { fetch() { return 1 } }.fetch()", 1],
  ["export default (async () => 1)()", 1],
  ["async function main() { return 46 }\nexport default main;", 46],
  ["export default main;\nconst base = 1;\nasync function main() { return base + 46 }", 47],
  ["export const a = 1; export function b() { return a }\nb()", 1],
  ["const c = 1; export { c };\nc", 1],
  // TypeScript.
  ['interface User { name: string; } const user: User = { name: "Bob" }; user.name', "Bob"],
  ["function identity<T>(x: T): T { return x; } identity(123)", 123],
  ["enum Color { Red = 'r' } Color.Red", "r"],
  ["async (): Promise<number> => { return 1 }", 1],
  ["(async () => 5) as () => Promise<number>", 5],
  ["type A = string; const a = 'x' as A; a!", "x"],
  ["5; type Later = string;", 5],
  // Fences.
  ["```js\n1 + 1\n```", 2],
  ["```typescript\nconst x: number = 1;\nx\n```  ", 1],
  ["~~~ts\n5\n~~~", 5],
  ["```\nasync () => 1\n```", 1],
  ["```js\r\nasync () => 2\r\n```", 2],
  ["Here is the code:\n```js\nasync () => 3\n```\nThat should work!", 3],
  ["```js async () => 4 ```", 4],
  ["```5```", 5],
  ["```ts\nreturn 6", 6],
  ["````md-free\n```\n````\n```ts\n7\n```".replace("````md-free\n```\n````\n", ""), 7],
  ["First:\n```python\nprint(1)\n```\nThen:\n```ts\n8\n```", 8],
  ["const md = `\n~~~js\nnested\n~~~\n`;\nmd.length", 18],
  ["~~~ts\nconst md = `\n~~~\ninner\n~~~\n`;\nmd.trim()\n~~~", "~~~\ninner\n~~~"],
  ["```ts\nconst md = `\n\\`\\`\\`\ninner\n\\`\\`\\``;\nmd.length\n```", 14],
  ["/*\n```js\n1\n```\n*/\n9", 9],
  // Preambles.
  ["#!/usr/bin/env node\n42", 42],
  ["\uFEFF43", 43],
  ["\uFEFF#!/usr/bin/env deno\n44", 44],
  ["const a = 1;\r\na + 1\r\n", 2],
];

for (const [code, value] of VALUES) {
  Deno.test(`value of ${JSON.stringify(code)}`, async () => {
    const { emitted, diagnostics } = check(code, { mode: "off" });
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(await runEmitted(emitted?.code ?? "throw 'nothing emitted'"), value);
  });
}

Deno.test("a lone class is the value", async () => {
  const { emitted } = check("class A {}");
  const value = await runEmitted(emitted?.code ?? "");
  assert.equal((value as { name: string }).name, "A");
});

Deno.test("the same code is emitted with and without a type check", () => {
  const code = "const a: number[] = [1];\nif (a.length) { a[0] } else { throw new Error('x') }";
  assert.deepEqual(check(code).emitted, check(code, { mode: "off" }).emitted);
});

Deno.test("syntax that engines may lack is lowered", () => {
  const { emitted } = check("class A { @((x: any, _context: any) => x) f() {} }\nnew A().f()", {
    mode: "off",
  });
  assert.equal(emitted?.code.includes("@("), false);
});
