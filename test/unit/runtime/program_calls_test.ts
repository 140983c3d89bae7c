/** The calls of a program: what is granted, how many at a time and in all, and what their end does. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { silentLogger } from "../../../src/base/log.ts";
import type { CallReply, Program, RunHost } from "../../../src/runtime/mod.ts";
import { ProgramCalls } from "../../../src/runtime/program_calls.ts";
import { AMPLE, callFrame, MEMORY, program, recordingHost } from "../../harness/programs.ts";
import { settle } from "../../harness/settle.ts";

function open(changes: Partial<Program> = {}, host: RunHost = recordingHost()) {
  const sent: unknown[] = [];
  const flushes: (() => void)[] = [];
  const told: string[] = [];
  let isSlow = false;
  const calls = new ProgramCalls(program("return 1", { namespaces: MEMORY, ...changes }), host, {
    logger: silentLogger,
    time: { callBegan: () => void told.push("began"), callEnded: () => void told.push("ended") },
    write(text, onFlushed) {
      sent.push(JSON.parse(text));
      if (onFlushed === undefined) return;
      if (isSlow) flushes.push(onFlushed);
      else onFlushed();
    },
  });
  return { calls, sent, flushes, told, slowDown: () => void (isSlow = true) };
}

/** A host whose calls are answered by hand. */
function waitingHost() {
  const started: number[] = [];
  const answers: ((value: number) => void)[] = [];
  const host = recordingHost(({ id }) => {
    started.push(id);
    return new Promise((resolve) => answers.push((value) => resolve({ ok: true, value })));
  });
  return { host, started, answers };
}

function errorOf(error: CodemodeError | undefined) {
  assert.ok(error instanceof CodemodeError);
  const { code, message, details } = error;
  return { code, message, details };
}

const REPEATABLE = { seed: "00", startedAt: 5, frames: 0, replies: 0 };
const sleep = (id: number) => ({ ...callFrame(id, "sleep", "@time"), args: [10] });

Deno.test("a call out of its order breaks the protocol, and is not made", () => {
  for (const ids of [[0], [2], [1, 1], [1, 3]]) {
    const host = recordingHost();
    const { calls } = open({}, host);
    const ends = ids.map((id) => calls.take(callFrame(id)));
    assert.deepEqual(errorOf(ends.at(-1)), {
      code: "SANDBOX_CRASHED",
      message: "The sandbox broke its protocol: a call out of order",
      details: {},
    });
    assert.equal(host.calls.length, ids.length - 1);
  }
});

Deno.test("so many calls in all, not one more", () => {
  const host = recordingHost();
  const { calls } = open({ budget: { ...AMPLE, calls: 2 } }, host);
  assert.deepEqual([calls.take(callFrame(1)), calls.take(callFrame(2))], [undefined, undefined]);
  assert.deepEqual(errorOf(calls.take(callFrame(3))), {
    code: "CALL_LIMIT_EXCEEDED",
    message: "The program made more than 2 tool calls",
    details: { limit: 2 },
  });
  assert.equal(host.calls.length, 2);
});

Deno.test("concurrent calls are bounded; the rest wait in order", async () => {
  const { host, started, answers } = waitingHost();
  const { calls, sent, told } = open({ budget: { ...AMPLE, concurrentCalls: 2 } }, host);
  for (const id of [1, 2, 3, 4]) calls.take(callFrame(id));
  await settle();
  assert.deepEqual(started, [1, 2]);
  assert.deepEqual(calls.queued.map((queued) => queued.id), [3, 4]);
  answers[1]!(20);
  await settle();
  assert.deepEqual(started, [1, 2, 3]);
  assert.deepEqual(sent, [{ type: "reply", id: 2, ok: true, value: 20 }]);
  assert.deepEqual(told, ["began", "began", "ended", "began"]);
});

Deno.test("a guest that does not read its replies gets no further calls made", async () => {
  const host = recordingHost();
  const { calls, slowDown, flushes } = open({ budget: { ...AMPLE, concurrentCalls: 1 } }, host);
  slowDown();
  for (const id of [1, 2, 3]) calls.take(callFrame(id));
  await settle();
  assert.equal(host.calls.length, 1);
  flushes.shift()!();
  await settle();
  assert.equal(host.calls.length, 2);
});

Deno.test("names that were not granted never reach the host", async () => {
  const host = recordingHost();
  const { calls, sent } = open({}, host);
  const names = [
    ["memory", "constructor"],
    ["memory", "write"],
    ["__proto__", "read"],
    ["other", "read"],
    ["codemode", "then"],
  ];
  names.forEach(([namespace, tool], index) => calls.take(callFrame(index + 1, tool, namespace)));
  await settle();
  assert.deepEqual(host.calls, []);
  assert.deepEqual(
    sent,
    names.map(([namespace, tool], index) => ({
      type: "reply",
      id: index + 1,
      ok: false,
      error: { name: "TypeError", message: `No tool is called ${namespace}.${tool}` },
    })),
  );
});

Deno.test("the reserved namespace is always there", async () => {
  const host = recordingHost();
  const { calls } = open({ namespaces: [] }, host);
  calls.take(callFrame(1, "search", "codemode"));
  await settle();
  assert.equal(host.calls.length, 1);
});

Deno.test("calls for hosts and files reach the host only where they were granted", async () => {
  const reached = async (access: Program["access"]) => {
    const host = recordingHost();
    const { calls } = open(access === undefined ? {} : { access }, host);
    calls.take(callFrame(1, "fetch", "@network"));
    calls.take(callFrame(2, "readText", "@files"));
    calls.take(callFrame(3, "unlink", "@files"));
    await settle();
    return host.calls.map(({ namespace, tool }) => `${namespace}.${tool}`);
  };
  assert.deepEqual(await reached(undefined), []);
  assert.deepEqual(await reached({ environment: { A: "1" } }), []);
  assert.deepEqual(await reached({ network: true }), ["@network.fetch"]);
  assert.deepEqual(await reached({ files: true }), ["@files.readText"]);
});

Deno.test("a host that throws is answered without its words", async () => {
  const { calls, sent } = open({}, {
    call: () => Promise.reject(new Error("/host/secret")),
    log: () => {},
  });
  calls.take(callFrame(1));
  await settle();
  assert.deepEqual(sent, [{
    type: "reply",
    id: 1,
    ok: false,
    error: { name: "Error", message: "The host could not make the call" },
  }]);
});

Deno.test("after the end nothing that waited is made, and no answer is sent", async () => {
  const { host, started, answers } = waitingHost();
  const { calls, sent } = open({ budget: { ...AMPLE, concurrentCalls: 1 } }, host);
  for (const id of [1, 2]) calls.take(callFrame(id));
  await settle();
  calls.end();
  answers[0]!(1);
  await settle();
  assert.deepEqual([started, sent], [[1], []]);
  assert.deepEqual(calls.queued.map(({ id }) => id), [2]);
});

Deno.test("a repeatable program sleeps without using up calls or turns", async () => {
  const answers: (() => void)[] = [];
  const host = recordingHost(({ id }) =>
    new Promise((resolve) => answers.push(() => resolve({ ok: true, value: id, at: 7 })))
  );
  const lengths: unknown[] = [];
  const budget = { ...AMPLE, calls: 1, concurrentCalls: 1 };
  const { calls, sent, told } = open({ budget, repeatable: REPEATABLE }, {
    ...host,
    replied: ({ id }, text) => void lengths.push([id, text.length]),
  });
  for (const frame of [sleep(1), sleep(2), callFrame(3), sleep(4)]) calls.take(frame);
  for (const index of [3, 2, 1, 0]) {
    answers[index]!();
    await settle();
  }
  const order = [4, 3, 2, 1];
  assert.deepEqual(sent, order.map((id) => ({ type: "reply", id, ok: true, value: id, at: 7 })));
  assert.deepEqual(lengths, order.map((id) => [id, 50]));
  assert.deepEqual(told, ["began", "ended"]);
  assert.equal(errorOf(calls.take(callFrame(5))).code, "CALL_LIMIT_EXCEEDED");
});

Deno.test("a thousand timers at the same time, not one more", async () => {
  const { host, answers } = waitingHost();
  const { calls } = open({ repeatable: REPEATABLE }, host);
  for (let id = 1; id <= 1000; id += 1) assert.equal(calls.take(sleep(id)), undefined);
  assert.equal(host.calls.length, 1000);
  assert.deepEqual(errorOf(calls.take(sleep(1001))), {
    code: "CALL_LIMIT_EXCEEDED",
    message: "The program set more than 1000 timers at the same time",
    details: { limit: 1000 },
  });
  answers[0]!(1);
  await settle();
  assert.equal(calls.take(sleep(1002)), undefined);
});

Deno.test("only a repeatable program sleeps by calls", async () => {
  const { calls, sent } = open();
  calls.take(sleep(1));
  await settle();
  const message = "No tool is called @time.sleep";
  assert.deepEqual(sent, [
    { type: "reply", id: 1, ok: false, error: { name: "TypeError", message } },
  ]);
});

Deno.test("an answer that cannot be printed is an error of its call, and of nothing else", async () => {
  const replies = [
    { ok: true, value: 1n },
    {
      ok: true,
      get value() {
        throw new Error("unreadable");
      },
    },
    {
      ok: false,
      error: {
        name: "Error",
        message: "m",
        toJSON: () => {
          throw new Error("no");
        },
      },
    },
    { ok: true, value: 7 },
  ] as unknown as CallReply[];
  const host = recordingHost(({ id }) =>
    Promise.resolve(replies[id - 1] ?? { ok: true, value: 0 })
  );
  const { calls, sent, told } = open({}, host);
  for (const id of [1, 2, 3, 4]) calls.take(callFrame(id));
  await settle();
  const error = { name: "Error", message: "The host could not print the answer of the call" };
  assert.deepEqual(sent, [
    { type: "reply", id: 1, ok: false, error },
    { type: "reply", id: 2, ok: false, error },
    { type: "reply", id: 3, ok: false, error },
    { type: "reply", id: 4, ok: true, value: 7 },
  ]);
  assert.deepEqual(told.filter((one) => one === "ended").length, 4);
});
