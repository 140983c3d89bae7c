import assert from "node:assert/strict";
import { admittedAt, advance } from "../../../src/engine/execution.ts";

Deno.test("an execution walks its phases and keeps the time of each", () => {
  let state = admittedAt(10);
  state = advance(state, "check", 11);
  state = advance(state, "checked", 14);
  state = advance(state, "sandbox", 20);
  state = advance(state, "end", 31);
  assert.deepEqual(state, {
    phase: "ended",
    since: 31,
    spent: { admitted: 1, checking: 3, waiting: 6, running: 11 },
  });
});

Deno.test("an execution may end in every phase and only once", () => {
  assert.deepEqual(advance(admittedAt(0), "end", 5), {
    phase: "ended",
    since: 5,
    spent: { admitted: 5 },
  });
  const ended = advance(admittedAt(0), "end", 5);
  assert.throws(() => advance(ended, "end", 6), {
    name: "TypeError",
    message: 'Cannot advance the execution as "end": it is ended',
  });
});

Deno.test("an execution cannot skip its check", () => {
  assert.throws(() => advance(admittedAt(0), "sandbox", 1), {
    message: 'Cannot advance the execution as "sandbox": it is admitted',
  });
});
