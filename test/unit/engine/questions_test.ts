/** What is asked in the middle of calls, who answers, and what it costs. */

import assert from "node:assert/strict";
import type { Question } from "../../../src/contract/mod.ts";
import { ExecutionFeed } from "../../../src/engine/execution_feed.ts";
import type { Happening } from "../../../src/engine/happening.ts";
import { Questions } from "../../../src/engine/questions.ts";
import { EventLog } from "../../../src/journal/mod.ts";
import { Standstill } from "../../../src/runtime/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const NAME: Question = {
  server: "forms",
  tool: "ask",
  message: "Who are you?",
  mode: "form",
  requestedSchema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
};
const NEVER = new AbortController().signal;

function questionsOf(limits: { open?: number; total?: number; timeoutMs?: number } = {}) {
  const clock = new FakeClock();
  const log = new EventLog<Happening>({ entries: 10, bytes: 1000 }, clock);
  const standstill = new Standstill();
  const questions = new Questions({
    limits: { timeoutMs: 1000, open: 2, total: 10, ...limits },
    clock,
    feed: new ExecutionFeed(log),
    standstill,
  });
  const events = () => {
    const seen: Happening[] = [];
    for (let id = 1; id <= log.lastId; id += 1) {
      const read = log.read(id - 1);
      if (read !== undefined && "body" in read) seen.push(read.body);
    }
    return seen;
  };
  return { clock, questions, standstill, events };
}

Deno.test("questions: one waits, under a name, until it is answered; time stands still meanwhile", async () => {
  const { questions, standstill, events, clock } = questionsOf();
  const asked = questions.ask(NAME, NEVER);
  assert.deepEqual(questions.open, [{ ...NAME, question: "q1" }]);
  assert.equal(standstill.isOn, true);
  questions.answer("q1", { action: "accept", content: { name: "Ada" } });
  assert.deepEqual(await asked, { action: "accept", content: { name: "Ada" } });
  assert.deepEqual(questions.open, []);
  assert.equal(standstill.isOn, false);
  assert.equal(clock.pending, 0);
  assert.deepEqual(events(), [
    { type: "question", payload: { ...NAME, question: "q1" } },
    { type: "answer", payload: { question: "q1", action: "accept" } },
  ]);
});

Deno.test("questions: a wrong answer is refused and the question stays open", async () => {
  const { questions } = questionsOf();
  const asked = questions.ask(NAME, NEVER);
  assert.throws(() => questions.answer("q1", { action: "accept", content: { name: 7, x: 1 } }), {
    code: "INVALID_REQUEST",
    message: "The answer does not fit its question: content.name must be of type string; " +
      "content.x is not asked for",
  });
  assert.throws(() => questions.answer("q1", { action: "accept" }), {
    message: "The answer does not fit its question: content.name is required",
  });
  assert.throws(() => questions.answer("q1", { action: "decline", content: {} }), {
    message: "The answer does not fit its question: content only an accepted form has content",
  });
  assert.throws(() => questions.answer("q2", { action: "decline" }), {
    code: "INVALID_REQUEST",
    message: 'No question "q2" waits for an answer; open: q1',
  });
  questions.answer("q1", { action: "decline" });
  assert.deepEqual(await asked, { action: "decline" });
  assert.throws(() => questions.answer("q1", { action: "decline" }), {
    message: 'No question "q1" waits for an answer; none is',
  });
});

Deno.test("questions: an address takes an action and no content", async () => {
  const { questions } = questionsOf();
  const { requestedSchema: _, ...rest } = NAME;
  const asked = questions.ask({ ...rest, mode: "url", url: "https://example.org/" }, NEVER);
  assert.throws(() => questions.answer("q1", { action: "accept", content: {} }), {
    code: "INVALID_REQUEST",
  });
  questions.answer("q1", { action: "accept" });
  assert.deepEqual(await asked, { action: "accept" });
});

Deno.test("questions: who does not answer in time is not asked again", async () => {
  const { questions, clock, events } = questionsOf();
  const asked = questions.ask(NAME, NEVER);
  clock.advance(999);
  await settle();
  assert.equal(questions.open.length, 1);
  clock.advance(1);
  assert.deepEqual(await asked, { action: "cancel" });
  assert.deepEqual(await questions.ask(NAME, NEVER), { action: "cancel" });
  assert.deepEqual(events().map(({ type }) => type), ["question", "answer"]);
});

Deno.test("questions: more than may be open, or than may be asked in all, are refused at once", async () => {
  const { questions } = questionsOf({ open: 2, total: 3 });
  const first = [questions.ask(NAME, NEVER), questions.ask(NAME, NEVER)];
  assert.deepEqual(await questions.ask(NAME, NEVER), { action: "cancel" });
  questions.answer("q1", { action: "cancel" });
  questions.answer("q2", { action: "cancel" });
  await Promise.all(first);
  const third = questions.ask(NAME, NEVER);
  questions.answer("q3", { action: "decline" });
  assert.deepEqual(await third, { action: "decline" });
  assert.deepEqual(await questions.ask(NAME, NEVER), { action: "cancel" });
});

Deno.test("questions: one whose call ends is withdrawn", async () => {
  const { questions, standstill, clock, events } = questionsOf();
  const call = new AbortController();
  const asked = questions.ask(NAME, call.signal);
  call.abort(new Error("the call ended"));
  await assert.rejects(asked, { message: "the call ended" });
  assert.deepEqual([questions.open.length, standstill.isOn, clock.pending], [0, false, 0]);
  assert.deepEqual(events(), [
    { type: "question", payload: { ...NAME, question: "q1" } },
    { type: "answer", payload: { question: "q1", action: "cancel" } },
  ]);
  await assert.rejects(questions.ask(NAME, call.signal), { message: "the call ended" });
});

Deno.test("questions: what a server writes is bounded", async () => {
  const { questions } = questionsOf();
  void questions.ask({ ...NAME, message: "m".repeat(100_000) }, NEVER);
  assert.equal(questions.open[0]?.message.length, 4096);
  let deep: Record<string, unknown> = {};
  for (let level = 0; level < 10_000; level += 1) deep = { properties: deep };
  for (const requestedSchema of [deep, { title: "t".repeat(40_000) }]) {
    assert.deepEqual(await questions.ask({ ...NAME, requestedSchema }, NEVER), {
      action: "cancel",
    });
  }
  const url = `https://example.org/${"u".repeat(2048)}`;
  assert.deepEqual(await questions.ask({ ...NAME, mode: "url", url }, NEVER), { action: "cancel" });
});
