/** The queue before the thread, with a thread and a clock that do as told. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { silentLogger } from "../../../src/base/log.ts";
import { CheckerThread } from "../../../src/checker/checker_thread.ts";
import type { CheckResult } from "../../../src/checker/mod.ts";
import type { ThreadReply, ThreadRequest } from "../../../src/checker/thread_messages.ts";
import { requestFor } from "./run_emitted.ts";

class FakeThread {
  readonly sent: ThreadRequest["request"][] = [];
  terminated = false;
  readonly #listeners = new Map<string, (value: never) => void>();

  postMessage({ request }: ThreadRequest): void {
    this.sent.push(request);
  }
  on(event: string, listener: (value: never) => void): void {
    this.#listeners.set(event, listener);
  }
  terminate(): Promise<void> {
    this.terminated = true;
    return Promise.resolve();
  }
  say(reply: ThreadReply): void {
    this.#listeners.get("message")?.(reply as never);
  }
  fail(error: Error): void {
    this.#listeners.get("error")?.(error as never);
  }
}

class FakeClock {
  readonly timers = new Map<() => void, number>();
  now = () => 0;
  monotonic = () => 0;
  after(delayMs: number, task: () => void): Disposable {
    this.timers.set(task, delayMs);
    return { [Symbol.dispose]: () => void this.timers.delete(task) };
  }
}

function setUp() {
  const threads: FakeThread[] = [];
  const clock = new FakeClock();
  const startThread = () => {
    const thread = new FakeThread();
    threads.push(thread);
    return thread;
  };
  const checker = new CheckerThread({ deadlineMs: 100, logger: silentLogger, clock, startThread });
  const thread = (index: number) => threads[index] ?? assert.fail(`No thread ${index}`);
  return { checker, clock, thread, threads };
}

function resultOf(name: string): CheckResult {
  return { ok: true, kind: "checked", diagnostics: [], uses: { tools: [name], globals: [] } };
}

Deno.test("requests wait for the thread and are sent one at a time, in order", async () => {
  const { checker, thread } = setUp();
  const first = checker.check(requestFor("a"));
  const second = checker.check(requestFor("b"));
  assert.deepEqual(thread(0).sent, []);
  thread(0).say({ type: "ready" });
  assert.deepEqual(thread(0).sent.map(({ code }) => code), ["a"]);
  thread(0).say({ type: "result", result: resultOf("a") });
  assert.deepEqual(thread(0).sent.map(({ code }) => code), ["a", "b"]);
  thread(0).say({ type: "result", result: resultOf("b") });
  assert.deepEqual(await Promise.all([first, second]), [resultOf("a"), resultOf("b")]);
  await checker[Symbol.asyncDispose]();
});

Deno.test("the text of declarations is sent when asked for", async () => {
  const { checker, thread } = setUp();
  thread(0).say({ type: "ready" });
  const answer = checker.check(requestFor("a", { declarations: { text: "text", hash: "h" } }));
  thread(0).say({ type: "unknown_declarations" });
  assert.deepEqual(thread(0).sent.map(({ declarations }) => declarations), [
    { hash: "h" },
    { hash: "h", text: "text" },
  ]);
  thread(0).say({ type: "result", result: resultOf("a") });
  assert.deepEqual(await answer, resultOf("a"));
  await checker[Symbol.asyncDispose]();
});

Deno.test("a missed deadline replaces the thread, refuses the request and goes on", async () => {
  const { checker, clock, thread } = setUp();
  thread(0).say({ type: "ready" });
  const slow = checker.check(requestFor("slow"));
  const next = checker.check(requestFor("next"));
  assert.deepEqual([...clock.timers.values()], [200]);
  for (const expire of clock.timers.keys()) expire();
  assert.equal((await slow).diagnostics[0]?.code, "CHECK_TOO_COMPLEX");
  assert.equal(thread(0).terminated, true);
  thread(0).say({ type: "result", result: resultOf("late") });
  thread(1).say({ type: "ready" });
  thread(1).say({ type: "result", result: resultOf("next") });
  assert.deepEqual(await next, resultOf("next"));
  assert.equal(clock.timers.size, 0);
  await checker[Symbol.asyncDispose]();
});

Deno.test("a thread that dies at work is replaced", async () => {
  const { checker, thread } = setUp();
  thread(0).say({ type: "ready" });
  const deadly = checker.check(requestFor("deadly"));
  thread(0).fail(new Error("out of memory"));
  assert.equal((await deadly).kind, "refused");
  const next = checker.check(requestFor("next"));
  thread(1).say({ type: "ready" });
  thread(1).say({ type: "result", result: resultOf("next") });
  assert.deepEqual(await next, resultOf("next"));
  await checker[Symbol.asyncDispose]();
});

Deno.test("a thread that cannot start fails what waits, and the next request tries again", async () => {
  const { checker, thread } = setUp();
  const waiting = checker.check(requestFor("a"));
  thread(0).fail(new Error("no such file"));
  await assert.rejects(
    waiting,
    (error) => error instanceof CodemodeError && error.code === "INTERNAL",
  );
  const next = checker.check(requestFor("b"));
  thread(1).say({ type: "ready" });
  thread(1).say({ type: "result", result: resultOf("b") });
  assert.deepEqual(await next, resultOf("b"));
  await checker[Symbol.asyncDispose]();
});

Deno.test("abort removes what is queued and frees its caller", async () => {
  const { checker, thread } = setUp();
  thread(0).say({ type: "ready" });
  const running = new AbortController();
  const queued = new AbortController();
  const first = checker.check(requestFor("a"), running.signal);
  const second = checker.check(requestFor("b"), queued.signal);
  const third = checker.check(requestFor("c"));
  queued.abort(new Error("not wanted"));
  running.abort(new Error("not wanted either"));
  await assert.rejects(second, /^Error: not wanted$/);
  await assert.rejects(first, /^Error: not wanted either$/);
  thread(0).say({ type: "result", result: resultOf("a") });
  assert.deepEqual(thread(0).sent.map(({ code }) => code), ["a", "c"]);
  thread(0).say({ type: "result", result: resultOf("c") });
  assert.deepEqual(await third, resultOf("c"));
  await assert.rejects(
    checker.check(requestFor("d"), AbortSignal.abort(new Error("before"))),
    /^Error: before$/,
  );
  await checker[Symbol.asyncDispose]();
});

Deno.test("an unexpected failure in the thread rejects one request", async () => {
  const { checker, thread } = setUp();
  thread(0).say({ type: "ready" });
  const broken = checker.check(requestFor("a"));
  thread(0).say({ type: "failed", message: "TypeError: /host/path" });
  await assert.rejects(broken, { code: "INTERNAL", message: "The checker failed unexpectedly" });
  await checker[Symbol.asyncDispose]();
});

Deno.test("disposing ends the thread and rejects everything", async () => {
  const { checker, clock, thread } = setUp();
  thread(0).say({ type: "ready" });
  const jobs = [checker.check(requestFor("a")), checker.check(requestFor("b"))];
  const outcomes = Promise.allSettled(jobs);
  await checker[Symbol.asyncDispose]();
  const codes = (await outcomes).map((each) => each.status === "rejected" && each.reason.code);
  assert.deepEqual(codes, ["SHUTTING_DOWN", "SHUTTING_DOWN"]);
  assert.equal(thread(0).terminated, true);
  assert.equal(clock.timers.size, 0);
  await assert.rejects(checker.check(requestFor("c")), { code: "SHUTTING_DOWN" });
});
