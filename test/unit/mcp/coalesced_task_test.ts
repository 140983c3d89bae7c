import assert from "node:assert/strict";
import { CoalescedTask } from "../../../src/mcp/coalesced_task.ts";

Deno.test("asked for five times during a run, it runs once more", async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let runs = 0;
  const task = new CoalescedTask(() => gates[runs++]!.promise);
  const first = task.request();
  await Promise.all(Array.from({ length: 5 }, () => task.request()));
  assert.equal(runs, 1);
  gates[0]!.resolve();
  gates[1]!.resolve();
  await first;
  assert.equal(runs, 2);
});

Deno.test("a run that fails does not prevent the next", async () => {
  let runs = 0;
  const task = new CoalescedTask(() => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error("first")) : Promise.resolve();
  });
  await assert.rejects(task.request(), { message: "first" });
  await task.request();
  assert.equal(runs, 2);
});
