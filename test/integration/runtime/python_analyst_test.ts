/** Questions of many at one analyst: each gets its own answer, whatever the parser has to say besides. */

import assert from "node:assert/strict";
import { createPythonChecker } from "../../../src/checker/mod.ts";
import type { CheckResult } from "../../../src/checker/mod.ts";
import { createPythonAnalyst } from "../../../src/runtime/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";
import { ROOT } from "../../harness/start_service.ts";
import { createPythonStubs } from "../../../src/typegen/mod.ts";

const declarations = createPythonStubs([]);
const ambient = { runtime: "python", network: false } as const;

function told({ ok, kind, diagnostics }: CheckResult): unknown {
  return ok ? "ok" : [kind, diagnostics[0]?.message];
}

Deno.test("an analyst's answers go to who asked, and one it cannot give costs nobody else's", async () => {
  await using checker = createPythonChecker({ analyst: createPythonAnalyst() });
  const check = (code: string) =>
    checker.check({ code, language: "python", declarations, ambient, mode: "error" });
  // Each of these makes the parser warn.
  const warned = ['import re\nre.findall("\\\\d", "a1")', '"\\\\e"', "1 is 1", 'x = "\\\\q"\nx'];
  const asked = warned.flatMap((code, index) => [code, `nobody_${index}`, `total = ${index} + 1`]);
  const answers = await Promise.all(asked.map(check));
  assert.deepEqual(
    answers.map(told),
    warned.flatMap((_, index) => [
      "ok",
      ["types", `Name 'nobody_${index}' is not defined`],
      "ok",
    ]),
  );
  const nested = `"x"${".a".repeat(4000)}`;
  const around = await Promise.all([nested, "1 + 1", "nobody", "2 + 2"].map(check));
  const [refused, ...others] = around.map(told);
  assert.deepEqual(refused, ["refused", "The program is too complex to check"]);
  assert.deepEqual(others, ["ok", ["types", "Name 'nobody' is not defined"], "ok"]);
});

/** An analyst that answers with the question, and `hang` never. */
const ECHO = `${ROOT}test/fixtures/python/echo_analyst.js`;

Deno.test("an analyst: principals take turns, each question has its time, and the queue has an end", async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  await using analyst = createPythonAnalyst({ guestPath: ECHO, clock, maxWaiting: 3 });
  const ask = (principal: string, question: string) =>
    analyst.ask(question, { principal }).then(
      (answer) => told.push(answer),
      ({ code, message }) => told.push(`${question} ${code}: ${message}`),
    );
  await ask("a", "first");
  const questions = [["a", "hang"], ["a", "a1"], ["a", "a2"], ["a", "a3"], ["a", "a4"]] as const;
  const asked = [...questions, ["b", "b1"] as const].map(([who, what]) => ask(who, what));
  await Promise.all([asked[3], asked[4]]);
  assert.deepEqual(told.splice(0).sort(), [
    "a3 QUEUE_FULL: 3 checks of Python programs are waiting",
    "a4 QUEUE_FULL: 3 checks of Python programs are waiting",
    "first",
  ]);
  await settle();
  clock.advance(5000);
  await Promise.all(asked);
  assert.deepEqual(told, [
    "hang INTERNAL: A program could not be analysed: it took too long",
    "a1",
    "b1",
    "a2",
  ]);
});
