/** How programs are put to the light engine of Python, and which are not. What both engines do is compared in `integration`. */

import assert from "node:assert/strict";
import { toLightProgram } from "../../../src/protocol/python_light.ts";
import { readPythonTokens } from "../../../src/protocol/python_tokens.ts";
import { MEMORY } from "../../harness/light_python.ts";

const codeOf = (source: string) => {
  const verdict = toLightProgram(source, MEMORY);
  return "code" in verdict ? verdict.code : `lacks ${verdict.lacks}`;
};

Deno.test("light python: calls of tools become calls that can be awaited, by whichever name", () => {
  const source = "await mcp.memory.search_nodes(query=memory.searchNodes('a'))\nmemory.from_()";
  assert.deepEqual(toLightProgram(source, MEMORY), {
    code: "await __tool(__call0(query=__tool(__call1('a'))))\n__tool(__call2())",
    calls: [
      { namespace: "memory", tool: "search_nodes" },
      { namespace: "memory", tool: "search_nodes" },
      { namespace: "memory", tool: "from" },
    ],
  });
});

Deno.test("light python: lines stay, comparisons and text go to functions", () => {
  assert.equal(
    codeOf(`if sum(x) < 3 and not y[0] >= len(z):\n  print(f"{a} {b:.2f} {c:>4}")\n1`),
    `if __lt(__sum(x) , 3) and not __ge(y[0] , len(z)):\n  __print(f"{__str(a)} {__typed(b):.2f} {__untyped(c):>4}")\n1`,
  );
  assert.equal(
    codeOf("def f(a: int) -> str:\n  return str(a)\n1"),
    "def f(a: int) -> str:\n  return __str(a)\n1",
  );
  assert.equal(codeOf("f(sum=1, memory=2)"), "f(sum=1, memory=2)");
});

Deno.test("light python: what could hide something is not read", () => {
  const broken = ["'open", "f'{x'", "(]", "x = ?", "f'{a:{b}}'", '"""open', "f'}'", "ä = 1"];
  assert.deepEqual(broken.map((source) => readPythonTokens(source)), broken.map(() => undefined));
  assert.equal(codeOf("(".repeat(65) + ")".repeat(65)), "lacks an understanding of its text");
  assert.equal(codeOf(" ".repeat(65_537)), "lacks room for so long a program");
});

Deno.test("light python: names inside fields of text are names", () => {
  assert.equal(codeOf("f'{eval(1)}'"), "lacks eval");
  assert.equal(codeOf("f'{f\"{memory}\"}'"), "lacks memory other than as a call");
  assert.equal(codeOf("rf'{__wait(1)}'"), "lacks __wait");
  assert.equal(codeOf("'{eval(1)} # x' # eval"), "'{eval(1)} # x' # eval");
});

Deno.test("light python: divisions go to functions, as far as each binds", () => {
  const sources = [
    "a - b * c % d + e",
    "a / b % -c ** 2 < d",
    "-a % f(b)[0].c",
    "f'{a / b}'",
    "if a: b %= c + 1\n1",
    "x % await y",
    "*a % b",
    "json.loads(a)['b'] / 2",
  ];
  assert.deepEqual(sources.map(codeOf), [
    "a - __mod(b * c , d) + e",
    "lacks such powers",
    "lacks .c",
    "f'{__str(__div(a , b))}'",
    "if a: b = __mod(b, c + 1)\n1",
    "lacks such operands of %",
    "lacks such operands of %",
    "__div(__loads(a)['b'] , 2)",
  ]);
});
