/** Brackets and fields of Python's text are paired in one pass, however they are written. */

import assert from "node:assert/strict";
import { readPythonBrackets } from "../../../src/protocol/python_brackets.ts";
import { toLightProgram } from "../../../src/protocol/python_light.ts";
import { readPythonTokens } from "../../../src/protocol/python_tokens.ts";

const NAMESPACES = [{ name: "a", tools: [{ name: "b", aliases: [] }], global: true, member: true }];

Deno.test("brackets: each is paired with its own, fields of f-strings among them", () => {
  const tokens = readPythonTokens('f(a[1], {2: g()}) + f"{h(x):>3}"')!;
  const brackets = readPythonBrackets(tokens);
  const text = (at: number) => tokens[at]?.text ?? "none";
  const pairs = tokens.flatMap((_, at) => {
    const end = brackets.closing(at);
    return end < 0 ? [] : [`${text(at)}${at} ${text(end)}${end}`];
  });
  assert.deepEqual(pairs, ["(1 )14", "[3 ]5", "{7 }13", "(11 )12", "16 :21", "(18 )20"]);
  const around = [0, 1, 2, 4, 8, 11, 12, 14, 17, 19].map((at) => text(brackets.around(at)));
  assert.deepEqual(around, ["none", "none", "(", "[", "{", "{", "{", "none", "", "("]);
  assert.equal(brackets.closing(-1), -1);
});

Deno.test("brackets: every token is looked at a fixed number of times", () => {
  const tokens = readPythonTokens(`[${"a.b(),".repeat(5000)}${"(".repeat(60)}${")".repeat(60)}]`)!;
  let reads = 0;
  const watched = new Proxy(tokens, {
    get: (target, key) => {
      if (typeof key === "string" && /^\d+$/.test(key)) reads += 1;
      return Reflect.get(target, key);
    },
  });
  const brackets = readPythonBrackets(watched);
  for (let at = 0; at < tokens.length; at += 1) {
    brackets.closing(at);
    brackets.around(at);
  }
  assert.equal(reads, tokens.length);
});

Deno.test("brackets: the longest program of calls is taken whole; what is lacked is told in short", () => {
  const calls = 10_000;
  const taken = toLightProgram(`[${"a.b(),".repeat(calls)}]`, NAMESPACES);
  assert.equal("calls" in taken && taken.calls.length, calls);
  const long = "x".repeat(60_000);
  const left = [`__${long}`, `import ${long}`, `a.${long}(1)`, `mcp${".a".repeat(30_000)}`];
  const lacks = left.map((code) => {
    const verdict = toLightProgram(code, NAMESPACES);
    return "lacks" in verdict ? verdict.lacks.length : 0;
  });
  assert.deepEqual(lacks, [200, 200, 200, "mcp.a.a other than as a call".length]);
});
