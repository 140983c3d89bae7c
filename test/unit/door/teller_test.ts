/** What a client hears of a program, by what it asked for. */

import assert from "node:assert/strict";
import type { ServerContext } from "@modelcontextprotocol/server";
import type { ExecutionEvent } from "../../../src/contract/mod.ts";
import { createTeller } from "../../../src/door/teller.ts";

const HEAD = { executionId: "exec_1", timestamp: "2026-01-01T00:00:00.000Z" };
const eventOf = (id: number, type: string, payload: unknown) =>
  ({ ...HEAD, id, type, payload }) as ExecutionEvent;

/** A client's request, and everything it was told. */
function listener(options: { readonly token?: string; readonly hasLeft?: boolean } = {}) {
  const { token, hasLeft = false } = options;
  const told: unknown[] = [];
  const tell = (one: unknown) => {
    told.push(one);
    return hasLeft ? Promise.reject(new Error("gone")) : Promise.resolve();
  };
  const mcpReq = {
    _meta: token === undefined ? {} : { progressToken: token },
    log: (level: string, data: unknown, logger: string) => tell({ level, data, logger }),
    notify: ({ method, params }: { method: string; params: object }) => tell({ method, ...params }),
  };
  return { ctx: { mcpReq } as unknown as ServerContext, told };
}

const notice = (event: ExecutionEvent, message?: string) => ({
  method: "notifications/progress",
  progressToken: "t",
  progress: event.id,
  ...(message === undefined ? {} : { message }),
  _meta: { "codemode/event": event },
});

const QUESTION = { server: "bank", tool: "pay", message: "How much?", mode: "form" };
const EVENTS: readonly (readonly [ExecutionEvent, string])[] = [
  [eventOf(1, "phase", { phase: "queued", position: 2 }), "queued, 2 before it"],
  [eventOf(2, "phase", { phase: "running", runtime: "quickjs" }), "running on quickjs"],
  [eventOf(3, "log", { level: "warn", message: "careful" }), "careful"],
  [eventOf(4, "call", { call: 1, server: "s", tool: "t", status: "started" }), "s.t"],
  [eventOf(5, "progress", { call: 1, progress: 1, total: 2, message: "half" }), "half (1 of 2)"],
  [
    eventOf(6, "question", { ...QUESTION, question: "q1" }),
    "bank.pay asks: How much?",
  ],
  [eventOf(7, "answer", { question: "q1", action: "accept" }), "question q1 was answered"],
  [eventOf(8, "answer", { question: "q2", action: "decline" }), "question q2 was declined"],
  [eventOf(9, "answer", { question: "q3", action: "cancel" }), "question q3 was cancelled"],
  [eventOf(10, "result", { success: true }), "completed"],
  [
    eventOf(11, "result", { success: false, error: { code: "EXECUTION_TIMEOUT" } }),
    "failed: EXECUTION_TIMEOUT",
  ],
  [eventOf(12, "error", { code: "QUEUE_FULL", message: "no" }), "failed: QUEUE_FULL"],
];

Deno.test("every event is one notice of progress, which grows as the events do", async () => {
  const { ctx, told } = listener({ token: "t" });
  const tell = createTeller(ctx, () => false);
  for (const [event] of EVENTS) await tell(event);
  assert.deepEqual(told, EVENTS.map(([event, message]) => notice(event, message)));
});

Deno.test("logs go the protocol's way to who wants them, and their words go no other way", async () => {
  const log = EVENTS[2]![0];
  const { ctx, told } = listener({ token: "t" });
  await createTeller(ctx, (level) => level === "warning")(log);
  const entry = { level: "warning", data: "careful", logger: "program" };
  assert.deepEqual(told, [entry, notice(log)]);
  const without = listener();
  for (const [event] of EVENTS) await createTeller(without.ctx, () => true)(event);
  assert.deepEqual(without.told, [entry]);
  const deaf = listener();
  for (const [event] of EVENTS) await createTeller(deaf.ctx, () => false)(event);
  assert.deepEqual(deaf.told, []);
});

Deno.test("of an event that is too big only the head is told, of a long line its start", async () => {
  const { ctx, told } = listener({ token: "t" });
  const tell = createTeller(ctx, () => false);
  const line = "x".repeat(64 * 1024);
  await tell(eventOf(1, "log", { level: "log", message: line }));
  assert.deepEqual(told, [{
    ...notice(eventOf(1, "log", {}), "x".repeat(500)),
    _meta: { "codemode/event": { ...HEAD, id: 1, type: "log" } },
  }]);
});

Deno.test("the end of a call without a program is no event, and nobody who has left is missed", async () => {
  const { ctx, told } = listener({ token: "t", hasLeft: true });
  const tell = createTeller(ctx, () => true);
  await tell(eventOf(1, "answer", { question: "", action: "cancel" }));
  assert.deepEqual(told, []);
  await tell(EVENTS[0]![0]);
  assert.equal(told.length, 1);
});
