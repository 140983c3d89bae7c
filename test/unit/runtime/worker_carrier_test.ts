/** Where a worker may hold a program. */

import assert from "node:assert/strict";
import { whyNoWorkers } from "../../../src/runtime/worker_carrier.ts";

Deno.test("workers are a wall only in Deno, and only where nobody is asked for permissions", () => {
  const ask = (isDeno: boolean, hasTerminal: boolean) => whyNoWorkers({ isDeno, hasTerminal });
  assert.deepEqual([ask(true, false), ask(true, true), ask(false, false)], [
    undefined,
    "On a terminal Deno asks the operator what a worker may do; set DENO_NO_PROMPT=1",
    "Workers of this engine have all the permissions of the service",
  ]);
});
