import assert from "node:assert/strict";
import { Watchers } from "../../../src/mcp/watchers.ts";

Deno.test("everyone who waits is woken; who gave up is rejected", async () => {
  const watchers = new Watchers();
  const caller = new AbortController();
  const waiting = [watchers.next(new AbortController().signal), watchers.next(caller.signal)];
  watchers.wake();
  await Promise.all(waiting);
  const next = watchers.next(caller.signal);
  caller.abort(new Error("gave up"));
  await assert.rejects(next, { message: "gave up" });
  await assert.rejects(watchers.next(caller.signal), { message: "gave up" });
});
