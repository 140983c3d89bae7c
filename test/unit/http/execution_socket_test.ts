/** A socket whose credential ends: what runs on it ends at once, whatever its peer does. */

import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import type { Engine, StartedExecution } from "../../../src/engine/mod.ts";
import { ExecutionSocket } from "../../../src/http/execution_socket.ts";
import type { Peer } from "../../../src/http/upgrade.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const ANYBODY = { id: "anybody", scopes: ["*"], grant: {} };

/** A socket to a peer that says what a test says, and does not answer the goodbye by itself. */
function socketOf(expiresAt: number | undefined) {
  const clock = new FakeClock();
  const told: string[] = [];
  let hear: (text: string | undefined) => void = () => {};
  let leave = () => {};
  const peer: Peer = {
    bufferedAmount: 0,
    onMessage: (listener) => hear = listener,
    onPong: () => {},
    onClose: (listener) => leave = listener,
    send: (text, onTaken) => {
      told.push(JSON.parse(text).type);
      onTaken();
    },
    ping: () => told.push("ping"),
    pause: () => {},
    resume: () => {},
    terminate: () => told.push("terminate"),
    close: (code, reason) => told.push(`${code} ${reason}`),
  };
  const start: Engine["start"] = ({ code }) => {
    const ended = Promise.withResolvers<IteratorResult<never>>();
    const events = {
      next: () => ended.promise,
      return: () => {
        ended.resolve({ done: true, value: undefined });
        return ended.promise;
      },
      [Symbol.asyncIterator]: () => events,
    };
    const cancel = (reason = "") => void told.push(`${code}: ${reason}`);
    told.push(`${code} begun`);
    const execution: Partial<StartedExecution> = { events: () => events, cancel };
    return Promise.resolve(execution as StartedExecution);
  };
  const { server: config } = parseConfig({});
  new ExecutionSocket(peer, {
    engine: { start } as Partial<Engine> as Engine,
    clock,
    logger: createLogger([], "error"),
    config,
    authorize: () => Promise.resolve(ANYBODY),
    expiresAt,
    isTagged: false,
    onRefused: () => {},
  });
  const execute = async (code: string, more = {}) => {
    hear(JSON.stringify({ id: code, type: "execute", payload: { code, ...more } }));
    await settle();
  };
  return { clock, told, execute, leave: () => leave() };
}

Deno.test("socket: it ends with its credential, and what runs on it ends as when its peer goes", async () => {
  const { clock, told, execute, leave } = socketOf(5000);
  await execute("one");
  await execute("two", { onDisconnect: "continue" });
  clock.advance(4999);
  assert.deepEqual(told, ["one begun", "two begun"]);
  clock.advance(1);
  const ended = [
    "one begun",
    "two begun",
    "one: The execution was cancelled: its caller went away",
    "3000 The credential has expired",
  ];
  assert.deepEqual([told, clock.pending], [ended, 0]);
  await execute("too late");
  leave();
  clock.advance(10_000_000);
  assert.deepEqual([told, clock.pending], [ended, 0]);
});

Deno.test("socket: one that is closed waits for no credential's end; one without an end goes on", () => {
  const closed = socketOf(5000);
  closed.leave();
  assert.equal(closed.clock.pending, 0);
  const forever = socketOf(undefined);
  assert.equal(forever.clock.pending, 1);
  forever.leave();
  assert.deepEqual([closed.told, forever.told, forever.clock.pending], [[], [], 0]);
});
