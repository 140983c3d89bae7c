import assert from "node:assert/strict";
import { MovingCall } from "../../../src/mcp/moving_call.ts";
import type { Need } from "../../../src/mcp/own_call.ts";
import type { Ownable } from "../../../src/mcp/own_sessions.ts";

const ROOM: Ownable = {
  lost: new Promise(() => {}),
  isClean: true,
  close: () => Promise.resolve(),
};

/** A call that may go to the room when `grant` says so, and how often it has left it. */
function movingCall({ atOnce = false } = {}) {
  const state = { stays: 0, needs: 0 };
  let onGranted: Need<Ownable>["onGranted"] = () => {};
  const grant = () => {
    state.stays += 1;
    onGranted({ session: ROOM, [Symbol.dispose]: () => void (state.stays -= 1) });
  };
  const call = { owner: "x", principal: "p", canBeAsked: true, over: new AbortController().signal };
  const moving = new MovingCall<Ownable>({
    need(need) {
      state.needs += 1;
      onGranted = need.onGranted;
      if (atOnce) grant();
      return { [Symbol.dispose]: () => void (state.needs -= 1) };
    },
  }, { call, isWanted: () => true });
  return { moving, grant, state };
}

/** Waits for nothing but its end. */
const forEver = (gone: AbortSignal): Promise<never> =>
  new Promise((_, reject) => gone.addEventListener("abort", () => reject(gone.reason)));

/** What a wait fails with. */
const reasonOf = (wait: Promise<unknown>): Promise<unknown> =>
  wait.then(() => assert.fail("it ended well"), (reason) => reason);

for (const atOnce of [false, true]) {
  Deno.test(`a call goes where its execution has a session, ${atOnce ? "at once" : "when it has"}`, async () => {
    const { moving, grant, state } = movingCall({ atOnce });
    const waiting = reasonOf(moving.through(forEver));
    if (!atOnce) grant();
    const reason = await waiting;
    assert.equal(moving.to(reason), ROOM);
    assert.equal(moving.to(new Error("another one")), undefined);
    assert.deepEqual(state, { stays: 1, needs: 0 });
    moving[Symbol.dispose]();
    moving[Symbol.dispose]();
    assert.equal(state.stays, 0);
  });
}

Deno.test("a call that need not wait any more stays where it is", async () => {
  const { moving, state } = movingCall();
  assert.equal(await moving.through(() => Promise.resolve(1)), 1);
  assert.deepEqual(state, { stays: 0, needs: 0 });
  const both = movingCall();
  const wait = () => {
    both.grant();
    return Promise.resolve(2);
  };
  assert.equal(await both.moving.through(wait), 2);
  assert.deepEqual(both.state, { stays: 0, needs: 0 });
});

Deno.test("a wait that fails otherwise is no move", async () => {
  const { moving, state } = movingCall();
  const lost = new Error("lost");
  assert.equal(await reasonOf(moving.through(() => Promise.reject(lost))), lost);
  assert.deepEqual([moving.to(lost), moving.to(undefined), state.needs], [
    undefined,
    undefined,
    0,
  ]);
});
