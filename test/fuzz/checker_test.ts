/** Any text as a program: normalised, extracted and checked without a throw, and what runs parses. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type CheckResult,
  createChecker,
  MAX_DIAGNOSTICS,
  normalizeCode,
} from "../../src/checker/mod.ts";
import { loadTypeScript, parseDiagnosticsOf } from "../../src/checker/compiler.ts";
import { extractCode } from "../../src/checker/extract_code.ts";
import { holds, mutated, property } from "./property.ts";

const PROGRAMS = [
  "const a: number = 1;\na + 1",
  "async (x?: string) => { return await mcp.memory.search_nodes({ query: x ?? `a${1}` }); }",
  "export default async function main() {\n  const [a, b] = await Promise.all([1, 2]);\n  return { a, b };\n}",
  "Here is the code:\n```ts\nreturn await memory.read_graph();\n```\nDone.",
  "```js const x = 1; x ```",
  "~~~typescript\ntype A<T> = T extends string ? 1 : 2;\nconst v = 1 as unknown as A<'x'>;\nv\n~~~",
  "class A<T> { #p = 1; static { A.name; } get x() { return this.#p; } }\nnew A<string>().x",
  "label: for (const x of [1, 2]) { if (x > 1) break label; else continue; }\nx => x",
  "import { a } from 'b';\nenum E { A, B }\nE.A",
  "const s = `\n```\n${'~~~'}`; /* ``` */ s.length",
  "#!/usr/bin/env deno\n\ufefflet r = /[/]\\//gu; r.test('x') ? { a: 1 } : [ ];",
  "try { throw new Error('x', { cause: 1 }) } catch { } finally { }\nfunction* g() { yield* [1]; }\n[...g()]",
];

const SNIPPETS = [
  "```",
  "~~~",
  "```ts\n",
  "\n```\n",
  "`",
  "${",
  "}",
  "{",
  "(",
  ")",
  "[",
  "]",
  "<",
  ">",
  "=>",
  "/*",
  "*/",
  "//",
  "/",
  "'",
  '"',
  "\\",
  "\\u{",
  "\u2028",
  "\u2029",
  "\u0000",
  "\ufeff",
  "\ud800",
  "#!",
  "#p",
  "@",
  "return ",
  "await ",
  "yield ",
  "async ",
  "export default ",
  "import(",
  "import.meta",
  "import 'x';",
  "new.target",
  "super.x",
  "this",
  "arguments",
  "eval('1')",
  "using x = y;",
  "namespace N {",
  "declare ",
  "abstract ",
  "satisfies ",
  "!",
  "?.",
  "??=",
  "**",
  ">>>=",
  "...",
  ";",
  ":",
  "<!--",
  "-->",
  "0b2",
  "1n",
  "1_0",
  "08",
  "let let",
  "with(a)",
  "debugger;",
  "(".repeat(60),
  "-".repeat(80) + "x",
  "a.".repeat(60),
  "type R<T> = T extends [infer H, ...infer X] ? R<X> : never;",
];

const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => unknown;

/** Whether the compiler reads the text; the engine may know letters of a later Unicode. */
function parses(text: string): boolean {
  const ts = loadTypeScript();
  return parseDiagnosticsOf(ts.createSourceFile("x.ts", text, ts.ScriptTarget.ESNext)).length === 0;
}

const texts = fc.oneof(
  { weight: 4, arbitrary: mutated(PROGRAMS, SNIPPETS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 80 }) },
);

Deno.test(
  ...property(
    "any text is normalised, and what is a function stays what it is",
    texts,
    700,
    (text) => {
      const once = normalizeCode(text);
      assert.equal(typeof once, "string");
      if (parses(once)) assert.equal(normalizeCode(once), once);
    },
  ),
);

Deno.test(...property("extraction blanks and moves nothing", texts, 2000, (text) => {
  const { text: code, foreign } = extractCode(loadTypeScript(), text);
  assert.equal(code.length, text.length);
  const changed = [...code.split("").entries()].filter(([at, char]) => char !== text[at]);
  assert.deepEqual(changed.filter(([, char]) => char !== " "), []);
  assert.deepEqual(changed.filter(([at]) => /[\r\n\u2028\u2029]/.test(text[at] ?? "")), []);
  if (foreign) {
    assert.ok(foreign.start >= 0 && foreign.start < foreign.end && foreign.end <= text.length + 1);
  }
}));

const DECLARATIONS = {
  text:
    "declare const mcp: { memory: { search_nodes(input: { query: string }): Promise<{ entities: string[] }>; " +
    "read_graph(): Promise<unknown> } };\ndeclare const memory: typeof mcp.memory;\n",
  hash: "fuzz",
};

function assertResult(
  code: string,
  { ok, kind, diagnostics, emitted, uses }: CheckResult,
  mode: string,
): void {
  assert.equal(emitted !== undefined, ok);
  assert.ok(diagnostics.length <= MAX_DIAGNOSTICS);
  assert.equal(ok ? kind : "not run", ok ? "checked" : "not run");
  if (!ok) assert.ok(diagnostics.length > 0);
  const lines = code.split(/\r\n|[\r\n\u2028\u2029]/);
  for (const { line, column, endLine, endColumn, message, snippet } of diagnostics) {
    assert.ok(line >= 0 && line <= lines.length + 1, `${line} of ${lines.length}`);
    assert.ok(endLine > line || (endLine === line && endColumn >= column));
    assert.ok(message.length > 0 && message.length < 4000 && snippet.length < 4000);
  }
  assert.ok([...uses.tools, ...uses.globals].every((name) => name.length > 0));
  if (emitted === undefined) return;
  // Without a check of names, one that is declared twice is found by the engine.
  if (mode === "error") assert.ok(new AsyncFunction(emitted.code));
  assert.equal(JSON.parse(emitted.sourceMap).version, 3);
}

for (const [mode, runs] of [["error", 500], ["off", 800]] as const) {
  Deno.test(`fuzz: any program is checked or refused with its place; mode ${mode}`, async () => {
    await using checker = createChecker({ thread: false, deadlineMs: 60_000, cacheEntries: 1 });
    const check = async (code: string) => {
      const request = {
        code,
        language: "typescript",
        declarations: DECLARATIONS,
        ambient: { runtime: "deno", network: false },
        mode,
      } as const;
      assertResult(code, await checker.check(request), mode);
    };
    await holds(texts, runs, check);
  });
}
