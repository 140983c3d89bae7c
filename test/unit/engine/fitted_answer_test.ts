/** Answers for callers that take so many tokens: what is shared, what stays, what is kept. */

import assert from "node:assert/strict";
import { Metrics } from "../../../src/base/metrics.ts";
import { MIN_RESULT_TOKENS } from "../../../src/contract/mod.ts";
import { type ExecutionResult, toDecodedAnswer, toPlainAnswer } from "../../../src/engine/mod.ts";
import { fitCall, fitExecution, type Fitting } from "../../../src/engine/fitted_answer.ts";
import { encodeValue } from "../../../src/protocol/values.ts";
import { createKeptResults, estimateJsonTokens } from "../../../src/results/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { completed } from "../http/scripted_app.ts";

const ADA = { id: "ada", grant: {} };
const IMAGE = { type: "image", data: "AAAA", mimeType: "image/png" };

function fittingFor(maxTokens: number | undefined, bytes = 1_000_000): Fitting {
  const limits = { keepForMs: 60_000, bytesPerPrincipal: bytes, bytes };
  const results = createKeptResults({ clock: new FakeClock(), metrics: new Metrics(), limits });
  return { results, owner: ADA, maxTokens };
}

function answered(value: unknown, logs: string[] = []): ExecutionResult {
  const result = completed(encodeValue(value).wire);
  return { ...result, answer: { ...result.answer, logs } };
}

Deno.test("who names no number of tokens gets everything, as it was", () => {
  const result = answered("x".repeat(100_000), ["y".repeat(100_000)]);
  assert.equal(fitExecution(result, fittingFor(undefined)), result);
});

Deno.test("a result that fits keeps what JSON has no word for", () => {
  const value = { at: new Date(0), map: new Map([["a", 1n]]) };
  const fitted = fitExecution(answered(value), fittingFor(1000));
  assert.deepEqual(toDecodedAnswer(fitted).result, value);
  assert.equal(fitted.answer.truncated, undefined);
});

Deno.test("a result that is cut becomes JSON, says so, and is read whole by its handle", () => {
  const value = { at: new Date(0), $type: "Map", rows: Array.from({ length: 2000 }, (_n, i) => i) };
  const fitting = fittingFor(600);
  const plain = toPlainAnswer(fitExecution(answered(value), fitting));
  const { at, $type, rows } = plain.result as { at: string; $type: string; rows: unknown[] };
  assert.deepEqual([at, $type], ["1970-01-01T00:00:00.000Z", "Map"]);
  assert.deepEqual(plain.diagnostics.map(({ message }) => message), [
    "result.at: a Date became text",
  ]);
  const { handle = "", ...truncated } = plain.truncated!;
  assert.deepEqual(truncated, {
    expiresAt: "1970-01-01T00:01:00.000Z",
    tokens: truncated.tokens,
    cuts: [{ path: "$.rows", kind: "array", kept: rows.length - 1, total: 2000 }],
  });
  const page = fitting.results.read(handle, ADA, { path: "$.rows", maxTokens: 100_000 });
  assert.deepEqual(page.value, value.rows);
  assert.deepEqual(toDecodedAnswer(fitExecution(answered(value), fitting)).result, plain.result);
});

Deno.test("logs take up to a quarter, and the whole of them has a handle of its own", () => {
  const logs = Array.from({ length: 500 }, (_none, index) => `line ${index}`);
  const fitting = fittingFor(1000);
  const { answer } = fitExecution(answered({ rows: logs }, logs), fitting);
  const { truncated } = answer;
  assert.equal(answer.logs[0], "line 0");
  assert.equal(answer.logs.at(-1), "line 499");
  const { handle = "", expiresAt, ...counts } = truncated!.logs!;
  assert.equal(expiresAt, truncated!.expiresAt);
  assert.deepEqual(counts, { lines: 500, cut: 501 - answer.logs.length, shortened: 0 });
  assert.deepEqual(fitting.results.read(handle, ADA, { offset: 499 }).value, ["line 499"]);
  assert.notEqual(handle, truncated!.handle);
});

Deno.test("everything a model reads is within the number, at any number", () => {
  const logs = Array.from({ length: 500 }, (_none, index) => `line ${index} of many`);
  const value = {
    rows: Array.from({ length: 900 }, (_n, id) => ({ id, name: `user ${id}` })),
    IMAGE,
  };
  for (const maxTokens of [MIN_RESULT_TOKENS, 400, 500, 1000, 3000]) {
    const answer = toPlainAnswer(fitExecution(answered(value, logs), fittingFor(maxTokens)));
    const { result, truncated } = answer;
    const tokens = estimateJsonTokens({ result, truncated, logs: answer.logs });
    assert.ok(tokens <= maxTokens, `${tokens} > ${maxTokens}`);
  }
});

Deno.test("images come beside the result, whole, and what is kept has them in it", () => {
  const fitting = fittingFor(500);
  const image = { ...IMAGE, data: "A".repeat(40_000) };
  const whole = fitExecution(answered([image, "text"]), fitting);
  assert.deepEqual(toPlainAnswer(whole).result, [{ $content: 0 }, "text"]);
  assert.deepEqual(whole.answer.content, [image]);
  assert.equal(whole.answer.truncated, undefined);
  const cut = fitExecution(answered([image, "word ".repeat(5000)]), fitting);
  assert.deepEqual(cut.answer.content, [image]);
  const { handle = "" } = cut.answer.truncated!;
  const page = fitting.results.read(handle, ADA, { path: "$[0].data", maxTokens: 1_000_000 });
  assert.equal(page.value, image.data);
});

Deno.test("what a program threw fits as well", () => {
  const { answer } = completed(undefined);
  const error = {
    type: "runtime" as const,
    code: "EXECUTION_FAILED" as const,
    message: "x y ".repeat(5000),
    details: { value: "v w ".repeat(5000), line: 3 },
    timestamp: "1970-01-01T00:00:00.000Z",
    requestId: "req_1",
  };
  const failed = { answer: { ...answer, success: false, error } };
  const fitted = fitExecution(failed, fittingFor(500)).answer.error!;
  assert.ok(estimateJsonTokens([fitted.message, fitted.details]) <= 500);
  assert.match(fitted.message, /^x y .*… \d+ of 20000 characters cut$/);
  assert.equal(fitted.details?.["line"], 3);
  const small = { ...error, message: "no", details: {} };
  const kept = fitExecution({ answer: { ...answer, error: small } }, fittingFor(500));
  assert.equal(kept.answer.error, small);
});

Deno.test("a result too big to keep is cut all the same, and says that it is not kept", () => {
  const { answer } = fitExecution(answered("word ".repeat(5000)), fittingFor(500, 1000));
  const { cuts, ...rest } = answer.truncated!;
  assert.deepEqual(rest, { notKept: "The whole is bigger than what is kept of one caller" });
  assert.deepEqual(cuts.map(({ path, total }) => [path, total]), [["$", 25_000]]);
});

Deno.test("a direct call's result is made to fit in the same way", () => {
  const metrics = { queueTime: 0, callTime: 1 };
  const value = encodeValue([IMAGE, "word ".repeat(5000)]).wire;
  const result = { value, requestId: "req_1", metrics };
  assert.equal(fitCall(result, fittingFor(undefined)), result);
  const fitted = fitCall(result, fittingFor(500));
  assert.deepEqual(fitted.content, [IMAGE]);
  assert.equal(fitted.truncated?.cuts[0]?.path, "$[1]");
  assert.deepEqual([fitted.requestId, fitted.metrics], ["req_1", metrics]);
});

Deno.test("notes are within the number too, and tell long paths by their ends", () => {
  const wide: Record<string, unknown> = {};
  for (let index = 0; index < 40; index += 1) {
    wide["word ".repeat(10_000) + index] = new Map([[1, 2]]);
  }
  for (const maxTokens of [MIN_RESULT_TOKENS, 1000, 6000]) {
    const answer = toPlainAnswer(fitExecution(answered(wide), fittingFor(maxTokens)));
    const { result, truncated, diagnostics } = answer;
    const tokens = estimateJsonTokens({ result, truncated, diagnostics });
    assert.ok(tokens <= maxTokens, `${tokens} > ${maxTokens}`);
    if (maxTokens > 1000) continue;
    assert.match(diagnostics.at(-1)!.message, /^\d+ of 9 remarks are left out here$/);
  }
  const { diagnostics } = toPlainAnswer(answered(wide));
  assert.equal(diagnostics.length, 9);
  const half = ("word ".repeat(10)).slice(0, 50);
  assert.equal(
    diagnostics[0]?.message,
    `result["${half}…${("word ".repeat(10) + "0").slice(-50)}"]: a Map became pairs`,
  );
});

Deno.test("notes of a value that fits whole are counted, and told only with its JSON", () => {
  const value = { at: Array.from({ length: 8 }, () => new Date(0)) };
  const fitted = fitExecution(answered(value), fittingFor(600));
  const plain = toPlainAnswer(fitted);
  assert.deepEqual(plain.diagnostics.map(({ message }) => message), [
    "result.at[0]: a Date became text",
    "7 of 8 remarks are left out here",
  ]);
  assert.deepEqual(toDecodedAnswer(fitted).result, value);
  assert.deepEqual(toDecodedAnswer(fitted).diagnostics, []);
});

Deno.test("of very many diagnostics the first are told, and the rest counted", () => {
  const { answer } = completed(undefined);
  const one = { line: 1, column: 1, endLine: 1, endColumn: 2, code: "TS1", snippet: "x\n^" };
  const diagnostics = Array.from(
    { length: 300 },
    (_none, index) => ({ ...one, severity: "error" as const, message: `wrong ${index}` }),
  );
  const told = fitExecution({ answer: { ...answer, diagnostics } }, fittingFor(1000)).answer;
  const shown = told.diagnostics.length - 1;
  assert.ok(shown > 1 && estimateJsonTokens(told.diagnostics) <= 250);
  assert.deepEqual(told.diagnostics.slice(0, -1), diagnostics.slice(0, shown));
  assert.equal(told.diagnostics.at(-1)!.message, `${300 - shown} of 300 remarks are left out here`);
  const long = { ...diagnostics[0]!, message: "word ".repeat(9000) };
  const [cut] =
    fitExecution({ answer: { ...answer, diagnostics: [long] } }, fittingFor(1000)).answer
      .diagnostics;
  assert.match(cut!.message, /… \d+ of 45000 characters cut$/);
});
