/** `normalizeCode` against recorded behaviour; text may differ in formatting only. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { loadTypeScript } from "../../../src/checker/compiler.ts";
import { normalizeCode } from "../../../src/checker/mod.ts";

interface Vector {
  readonly id: string;
  readonly input: string;
  readonly expected: string;
  readonly defect?: string;
}

const VECTORS: readonly Vector[] = JSON.parse(
  readFileSync(new URL("../../fixtures/vectors/normalize_code.json", import.meta.url), "utf8"),
);

/** Where ours answers otherwise, and why. */
const DEVIATIONS: ReadonlyMap<string, { readonly expected: string; readonly reason: string }> =
  new Map([
    ["normalizeCode/133", {
      expected: "async () => { function* gen() { yield 1; } return Array.fromAsync(gen()); }",
      reason: "a generator's value is what it yields",
    }],
    ["normalizeCode/134", {
      expected: "async () => { class A {} return A; }",
      reason: "a lone class is the value",
    }],
    ["normalizeCode/142", {
      expected: "async () => { return x; }",
      reason: "empty statements do not count",
    }],
    ["normalizeCode/144", {
      expected: "async () => { let completion_1; try { completion_1 = await f(); } catch (e) " +
        "{ completion_1 = void 0; completion_1 = 'err'; } return completion_1; }",
      reason: "a script's completion value is its value",
    }],
    ["normalizeCode/147", {
      expected:
        'async () => { throw new Error("A program cannot load modules: import is refused."); }',
      reason: "says what is wrong instead of failing to parse",
    }],
    ["normalizeCode/152", {
      expected: "async () => { return { fetch() {} }; }",
      reason: "an object literal",
    }],
    ["normalizeCode/159", {
      expected: "async () => { const x = 1; return x; }",
      reason: "types are stripped",
    }],
    ["normalizeCode/160", {
      expected: "async () => { return async () => { return 1; }(); }",
      reason: "types are stripped, the arrow is called",
    }],
    ["normalizeCode/161", {
      expected: "async () => { return async () => { const x = 'a'; return x; }(); }",
      reason: "types are stripped, the arrow is called",
    }],
    ["normalizeCode/163", { expected: "async () => 1", reason: "prose is not code" }],
    ["normalizeCode/164", { expected: "async () => 1", reason: "prose is not code" }],
    ["normalizeCode/166", {
      expected: "async () => { return print(1); }",
      reason: "the fence is not code",
    }],
    ["normalizeCode/169", { expected: "async () => 1", reason: "the fence is not code" }],
    ["normalizeCode/183", {
      expected: "async () => { return 42; }",
      reason: "a hashbang is not code",
    }],
  ]);

/** Vectors whose defect is that the code itself does not parse; nothing better can be made of it. */
const UNPARSEABLE = new Set(["normalizeCode/189", "normalizeCode/190", "normalizeCode/191"]);

for (const { id, input, expected, defect } of VECTORS) {
  const deviation = DEVIATIONS.get(id);
  const note = deviation ? ` (differs: ${deviation.reason})` : defect ? ` (defect: ${defect})` : "";
  Deno.test(`${id}${note}`, () => {
    assert.deepEqual(tokens(normalizeCode(input)), tokens(deviation?.expected ?? expected));
  });
}

Deno.test("every defect is answered by a deviation or cannot be", () => {
  const unanswered = VECTORS.filter(({ id, defect }) =>
    defect !== undefined && !DEVIATIONS.has(id)
  );
  assert.deepEqual(new Set(unanswered.map(({ id }) => id)), UNPARSEABLE);
});

Deno.test("an arrow function is kept as it is written", () => {
  assert.equal(normalizeCode("  async ( a ) =>   1 // why\n"), "async ( a ) =>   1 // why");
});

Deno.test("code nested too deep to parse is wrapped unchanged", () => {
  const deep = "[".repeat(20_000);
  assert.equal(normalizeCode(deep), `async () => {\n${deep}\n}`);
});

/** Tokens without those that are formatting: parentheses, semicolons, quotes' kind. */
function tokens(code: string): string[] {
  const ts = loadTypeScript();
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, code);
  const found: string[] = [];
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    const text = scanner.getTokenText();
    if (!["(", ")", ";"].includes(text)) found.push(text.replace(/^'(.*)'$/, '"$1"'));
  }
  return found;
}
