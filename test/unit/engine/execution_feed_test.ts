/** Where an execution is, as an observer is told. */

import assert from "node:assert/strict";
import { ExecutionFeed } from "../../../src/engine/execution_feed.ts";
import type { Happening } from "../../../src/engine/happening.ts";
import { EventLog } from "../../../src/journal/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

Deno.test("an execution on a light engine is on the runtime that the answer will name", () => {
  const log = new EventLog<Happening>({ entries: 10, bytes: 10_000 }, new FakeClock());
  const feed = new ExecutionFeed(log);
  assert.deepEqual(feed.state, { phase: "queued", calls: 0 });
  feed.running("monty");
  assert.deepEqual(feed.state, { phase: "running", runtime: "python", calls: 0 });
  const continuation = { reason: "lacks", what: "open", after: 1, calls: 0 } as const;
  feed.continued({ from: "monty", to: "python", ...continuation });
  assert.deepEqual(feed.state, { phase: "continued", runtime: "python", calls: 0 });
});
