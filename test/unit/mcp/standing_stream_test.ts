import assert from "node:assert/strict";
import { createDeferred } from "../../../src/base/deferred.ts";
import {
  HELD_MS,
  LONGEST_REST_MS,
  type OpenStream,
  REST_MS,
  StandingStream,
} from "../../../src/mcp/standing_stream.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

/** Streams that end when told; the next one opens unless `isRefused`. */
function setUp({ hasFirst = true } = {}) {
  const clock = new FakeClock();
  const session = new AbortController();
  const state = { opened: 0, told: 0, isRefused: false };
  let end = () => {};
  const stream = (): OpenStream => {
    const closed = createDeferred<void>();
    end = () => closed.resolve();
    return { closed: closed.promise, close: () => Promise.resolve(closed.resolve()) };
  };
  const standing = new StandingStream(hasFirst ? stream() : undefined, {
    clock,
    signal: session.signal,
    open() {
      state.opened += 1;
      return state.isRefused ? Promise.reject(new TypeError("refused")) : Promise.resolve(stream());
    },
    onReopened: () => void (state.told += 1),
  });
  /** Ends the stream; milliseconds until the next one was asked for. */
  const restAfterEnd = async () => {
    const { opened } = state;
    end();
    await settle();
    for (let restMs = 0;; restMs += 500) {
      if (state.opened > opened) return restMs;
      clock.advance(500);
      await settle();
    }
  };
  return { clock, session, state, standing, restAfterEnd };
}

Deno.test("a stream that ends is opened again, as often as it ends, and told of each time", async () => {
  const { clock, session, state, restAfterEnd } = setUp();
  for (let time = 1; time <= 5; time += 1) {
    clock.advance(HELD_MS);
    assert.equal(await restAfterEnd(), REST_MS);
    assert.deepEqual([state.opened, state.told], [time, time]);
  }
  session.abort();
  await settle();
  assert.equal(clock.pending, 0);
});

Deno.test("one that does not hold, or cannot be had, rests longer and longer", async () => {
  const { clock, session, state, restAfterEnd } = setUp();
  const rests: number[] = [];
  for (let time = 0; time < 8; time += 1) rests.push(await restAfterEnd());
  const expected = [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * REST_MS);
  assert.deepEqual(rests, expected);
  assert.equal(LONGEST_REST_MS, 60 * REST_MS);
  state.isRefused = true;
  const told = state.told;
  await restAfterEnd();
  clock.advance(LONGEST_REST_MS);
  await settle();
  assert.deepEqual([state.opened, state.told], [10, told]);
  state.isRefused = false;
  clock.advance(LONGEST_REST_MS);
  await settle();
  assert.equal(state.told, told + 1);
  clock.advance(HELD_MS);
  assert.equal(await restAfterEnd(), REST_MS);
  session.abort();
  await settle();
  assert.equal(clock.pending, 0);
});

Deno.test("one that could not be had at first is opened after a rest", async () => {
  const { session, state, restAfterEnd } = setUp({ hasFirst: false });
  assert.equal(await restAfterEnd(), REST_MS);
  assert.equal(state.told, 1);
  session.abort();
});

Deno.test("one that is closed is not opened again, whether it stands or rests", async () => {
  for (const isResting of [false, true]) {
    const { clock, state, standing } = setUp({ hasFirst: !isResting });
    await settle();
    assert.equal(clock.pending, isResting ? 1 : 0);
    await standing.close();
    await settle();
    clock.advance(2 * LONGEST_REST_MS);
    await settle();
    assert.deepEqual([state.opened, clock.pending], [0, 0]);
  }
});
