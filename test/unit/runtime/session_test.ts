/** The host half of the protocol against a scripted guest. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { silentLogger } from "../../../src/base/log.ts";
import type { Program, RunHost } from "../../../src/runtime/mod.ts";
import { Session } from "../../../src/runtime/session.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { pass, settle } from "../../harness/settle.ts";
import { AMPLE, callFrame, MEMORY, program, recordingHost } from "../../harness/programs.ts";

const NONCE = "n_secret";

function open(changes: Partial<Program> = {}, host: RunHost = recordingHost()) {
  const clock = new FakeClock();
  const sent: unknown[] = [];
  const flushes: (() => void)[] = [];
  let isSlow = false;
  const session = new Session(program("return 1", { namespaces: MEMORY, ...changes }), host, {
    clock,
    logger: silentLogger,
    nonce: NONCE,
    write(text, onFlushed) {
      sent.push(JSON.parse(text));
      if (onFlushed === undefined) return;
      if (isSlow) flushes.push(onFlushed);
      else onFlushed();
    },
  });
  session.start();
  return {
    session,
    clock,
    sent,
    flushes,
    slowDown: () => void (isSlow = true),
    raw: (text: string) => session.receive(new TextEncoder().encode(text)),
    say: (frame: unknown) =>
      session.receive(new TextEncoder().encode(`\n${NONCE} ${JSON.stringify(frame)}\n`)),
  };
}

const final = (value: unknown = 1) => ({ type: "final", ok: true, value, notes: [] });

async function stoppedBy(
  session: Session,
): Promise<{ code: string; message: string; details: unknown }> {
  const outcome = await session.outcome;
  assert.equal(outcome.kind, "stopped");
  assert.ok(outcome.kind === "stopped" && outcome.error instanceof CodemodeError);
  const { code, message, details } = outcome.error;
  return { code, message, details };
}

Deno.test("start carries the program, the nonce and the depth", () => {
  const { sent } = open();
  assert.deepEqual(sent, [{
    type: "start",
    version: 1,
    nonce: NONCE,
    code: "return 1",
    namespaces: MEMORY,
    context: {},
    depth: 64,
  }]);
});

Deno.test("a final frame ends the run and leaves no timer", async () => {
  const { session, say, clock } = open();
  say({ type: "final", ok: true, value: { a: 1 }, notes: ["n"] });
  assert.deepEqual(await session.outcome, { kind: "completed", value: { a: 1 }, notes: ["n"] });
  assert.equal(clock.pending, 0);
});

Deno.test("a guest's failure is a value", async () => {
  const { session, say } = open();
  say({ type: "final", ok: false, error: { name: "E", message: "m" } });
  assert.deepEqual(await session.outcome, { kind: "failed", error: { name: "E", message: "m" } });
});

Deno.test("frames after the final one are dropped", async () => {
  const host = recordingHost();
  const { session, say } = open({}, host);
  say(final(1));
  say({ type: "log", level: "log", text: "late" });
  say(callFrame(1));
  say(final(2));
  assert.deepEqual(await session.outcome, { kind: "completed", value: 1, notes: [] });
  assert.deepEqual([host.logs, host.calls], [[], []]);
});

Deno.test("frames after the final one in the same chunk are dropped too", async () => {
  const host = recordingHost();
  const { session, raw } = open({}, host);
  raw(`${NONCE} ${JSON.stringify(final(1))}\n${NONCE} ${JSON.stringify(callFrame(1))}\n`);
  assert.deepEqual(await session.outcome, { kind: "completed", value: 1, notes: [] });
  assert.deepEqual(host.calls, []);
});

Deno.test("lines without the nonce are noise", async () => {
  const { session, raw, say } = open();
  raw(`${JSON.stringify(final("forged"))}\nn_wrong ${JSON.stringify(final("forged"))}\nhalf`);
  say(final("true"));
  assert.deepEqual(await session.outcome, { kind: "completed", value: "true", notes: [] });
});

Deno.test("messages of a channel of messages are counted, one line each, and text", async () => {
  const line = (frame: unknown) => `\n${NONCE} ${JSON.stringify(frame)}\n`;
  const whole = open();
  whole.session.receiveMessage(JSON.stringify(final("forged")));
  whole.session.receiveMessage(line(final("true")));
  assert.deepEqual(await whole.session.outcome, { kind: "completed", value: "true", notes: [] });
  for (const message of [undefined, null, 1, { type: "final" }, new Uint8Array(1), []]) {
    const { session } = open();
    session.receiveMessage(message);
    assert.equal(
      (await stoppedBy(session)).message,
      "The sandbox broke its protocol: a message that is not text",
    );
  }
  const frame = open({ budget: { ...AMPLE, frameBytes: 100 } });
  frame.session.receiveMessage("ä".repeat(51));
  assert.equal(
    (await stoppedBy(frame.session)).message,
    "A single message of the program is larger than 100 bytes",
  );
  const total = open({ budget: { ...AMPLE, totalBytes: 100 } });
  for (let count = 0; count < 11; count += 1) total.session.receiveMessage("1234567890");
  assert.equal(
    (await stoppedBy(total.session)).message,
    "The program's output in all is larger than 100 bytes",
  );
});

const BROKEN: readonly (readonly [string, unknown, string])[] = [
  ["an unknown type", { type: "start" }, "its type is unknown"],
  ["a second ready", { type: "ready", version: 1 }, "a second ready frame"],
  ["a call out of order", callFrame(2), "a call out of order"],
  ["a value nested too deep", final([[[[1]]]]), "value is nested too deep"],
];
for (const [name, frame, reason] of BROKEN) {
  Deno.test(`${name} is a broken protocol`, async () => {
    const { session, say } = open({ budget: { ...AMPLE, depth: 3 } });
    say(frame);
    assert.deepEqual(await stoppedBy(session), {
      code: "SANDBOX_CRASHED",
      message: `The sandbox broke its protocol: ${reason}`,
      details: {},
    });
  });
}

Deno.test("time is up exactly at the timeout", async () => {
  const { session, clock } = open({ timeoutMs: 500 });
  await pass(clock, 499);
  assert.equal(clock.pending, 1);
  await pass(clock, 1);
  assert.deepEqual(await stoppedBy(session), {
    code: "EXECUTION_TIMEOUT",
    message: "Code execution timed out after 500ms",
    details: { timeout: 500 },
  });
});

Deno.test("time stands still while a call is in flight, and goes on with its answer", async () => {
  const answers: (() => void)[] = [];
  const { session, clock, say, slowDown } = open({ timeoutMs: 50, waitMs: 1000 }, {
    call: () => new Promise((resolve) => answers.push(() => resolve({ ok: true, value: 1 }))),
    log: () => {},
  });
  say(callFrame(1));
  await pass(clock, 500);
  assert.equal(session.waitTimeMs, 500);
  slowDown(); // A guest that does not read its replies no longer waits for them.
  answers[0]!();
  await pass(clock, 49);
  assert.equal(session.waitTimeMs, 500);
  await pass(clock, 1);
  assert.deepEqual((await stoppedBy(session)).details, { timeout: 50 });
});

Deno.test("waiting ends the run when its own time is up, CPU time when it is spent", async () => {
  const host = { call: () => new Promise<never>(() => {}), log: () => {} };
  const waiting = open({ timeoutMs: 50, waitMs: 70 }, host);
  waiting.say(callFrame(1));
  await pass(waiting.clock, 70);
  assert.deepEqual(await stoppedBy(waiting.session), {
    code: "EXECUTION_TIMEOUT",
    message: "Code execution waited for its calls longer than 70ms",
    details: { wait: 70 },
  });
  assert.equal(waiting.session.waitTimeMs, 70);
  const busy = open({ timeoutMs: 50, waitMs: 70 }, host);
  busy.say(callFrame(1));
  busy.session.judgeCpuTime(50);
  assert.equal(busy.clock.pending, 1);
  busy.session.judgeCpuTime(51);
  assert.deepEqual((await stoppedBy(busy.session)).details, { cpuTime: 50 });
  assert.equal(busy.clock.pending, 0);
});

Deno.test("limits on bytes: one frame, all frames, the result", async () => {
  const frame = open({ budget: { ...AMPLE, frameBytes: 100 } });
  frame.raw("x".repeat(101));
  assert.deepEqual(await stoppedBy(frame.session), {
    code: "OUTPUT_LIMIT_EXCEEDED",
    message: "A single message of the program is larger than 100 bytes",
    details: { limit: 100 },
  });
  const total = open({ budget: { ...AMPLE, totalBytes: 100 } });
  for (let line = 0; line < 11; line += 1) total.raw("123456789\n");
  assert.equal(
    (await stoppedBy(total.session)).message,
    "The program's output in all is larger than 100 bytes",
  );
  const result = open({ budget: { ...AMPLE, resultBytes: 10 } });
  result.say(final("123456789"));
  assert.equal((await stoppedBy(result.session)).message, "The result is larger than 10 bytes");
  const exact = open({ budget: { ...AMPLE, resultBytes: 10 } });
  exact.say(final("12345678"));
  assert.equal((await exact.session.outcome).kind, "completed");
});

Deno.test("logs beyond their budget are dropped and counted", async () => {
  const host = recordingHost();
  const { session, say } = open({ budget: { ...AMPLE, logLines: 2, logBytes: 5 } }, host);
  for (const text of ["äö", "xx", "", "y"]) say({ type: "log", level: "log", text });
  say(final());
  await session.outcome;
  assert.deepEqual(host.logs.map((log) => log.text), ["äö", ""]);
  assert.equal(session.droppedLogs, 2);
});

Deno.test("one call more than allowed ends the run", async () => {
  const { session, say } = open({ budget: { ...AMPLE, calls: 2 } });
  for (const id of [1, 2, 3]) say(callFrame(id));
  assert.deepEqual(await stoppedBy(session), {
    code: "CALL_LIMIT_EXCEEDED",
    message: "The program made more than 2 tool calls",
    details: { limit: 2 },
  });
});

Deno.test("calls that wait for a place are told, those that are made are not", () => {
  const { session, say } = open({ budget: { ...AMPLE, concurrentCalls: 1 } });
  for (const id of [1, 2, 3]) say(callFrame(id));
  assert.deepEqual(session.queuedCalls, [callFrame(2), callFrame(3)]);
});

Deno.test("the end of the run aborts calls in flight, and their answers go nowhere", async () => {
  let signal: AbortSignal | undefined;
  let answer: () => void = () => {};
  const { session, say, sent } = open({}, {
    call: (_call, given) => {
      signal = given;
      return new Promise((resolve) => answer = () => resolve({ ok: true, value: 1 }));
    },
    log: () => {},
  });
  say(callFrame(1));
  await settle();
  assert.equal(signal?.aborted, false);
  session.stop(new CodemodeError("CANCELLED", "enough"));
  assert.equal(signal?.aborted, true);
  answer();
  await settle();
  assert.equal(sent.length, 1);
});

const REPEATABLE = { seed: "00", startedAt: 5, frames: 0, replies: 0 };
const sleep = (id: number) => ({ ...callFrame(id, "sleep", "@time"), args: [10] });

Deno.test("a repeatable program is told its terms", () => {
  const { sent } = open({ repeatable: REPEATABLE, yieldAfterMs: 100 });
  const { repeatable, yieldAfterMs } = sent[0] as Record<string, unknown>;
  assert.deepEqual([repeatable, yieldAfterMs], [REPEATABLE, 100]);
});

Deno.test("sleeping is the program's own time", async () => {
  const host = recordingHost(() => new Promise(() => {}));
  const { session, say, clock } = open({ timeoutMs: 100, repeatable: REPEATABLE }, host);
  say(sleep(1));
  clock.advance(100);
  assert.deepEqual((await stoppedBy(session)).code, "EXECUTION_TIMEOUT");
});

Deno.test("a program is given up only where that was allowed", async () => {
  const frame = {
    type: "yield",
    reason: "lacks",
    what: "Intl",
    usage: { cpuMs: 1, memoryBytes: 2 },
  };
  const { session, say } = open({ repeatable: REPEATABLE, yieldAfterMs: 100 });
  say(frame);
  const outcome = { kind: "yielded", reason: "lacks", what: "Intl" };
  assert.deepEqual([await session.outcome, session.usage], [outcome, frame.usage]);
  const refused = open({ repeatable: REPEATABLE });
  refused.say(frame);
  assert.deepEqual((await stoppedBy(refused.session)).message, REFUSED_YIELD);
});

const REFUSED_YIELD = "The sandbox broke its protocol: a yield nobody asked for";

Deno.test("a program that is repeatable survives the loss of its sandbox, another does not", async () => {
  const error = new CodemodeError("SANDBOX_CRASHED", "It was another's fault");
  const repeatable = open({ repeatable: REPEATABLE });
  repeatable.session.lose(error);
  assert.deepEqual(await repeatable.session.outcome, {
    kind: "yielded",
    reason: "lost",
    what: "It was another's fault",
  });
  const other = open();
  other.session.lose(error);
  assert.equal((await stoppedBy(other.session)).code, "SANDBOX_CRASHED");
});

Deno.test("a program that ended its sandbox goes on where its engine may give it up", async () => {
  const error = new CodemodeError("SANDBOX_CRASHED", "It was its own fault");
  const light = open({ repeatable: REPEATABLE, yieldAfterMs: 100 });
  light.session.crash(error);
  const what = "It was its own fault";
  assert.deepEqual(await light.session.outcome, { kind: "yielded", reason: "lost", what });
  const pinned = open({ repeatable: REPEATABLE });
  pinned.session.crash(error);
  assert.equal((await stoppedBy(pinned.session)).code, "SANDBOX_CRASHED");
});

Deno.test("what the guest's side says of its use is kept", async () => {
  const { session, say } = open();
  say({ ...final(), usage: { cpuMs: 1.5, memoryBytes: 10 } });
  await session.outcome;
  assert.deepEqual(session.usage, { cpuMs: 1.5, memoryBytes: 10 });
});

Deno.test("a value with more in it than any may have ends the run with a way out", async () => {
  const names = open({ budget: { ...AMPLE, frameBytes: 10_000_000, totalBytes: 20_000_000 } });
  names.say(final(Object.fromEntries(Array.from({ length: 101_000 }, (_none, id) => [id, 1]))));
  assert.deepEqual(await stoppedBy(names.session), {
    code: "OUTPUT_LIMIT_EXCEEDED",
    message:
      "A value of the program cannot leave it: it has more than 100000 different names of members; " +
      "take it in parts, or as a list of pairs",
    details: { limit: 100_000, unit: "names" },
  });
});
