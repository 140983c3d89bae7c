import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import { Audiences } from "../../../src/mcp/audience.ts";

Deno.test("names that come and go leave nothing behind; one that is listened to waits for the next", () => {
  const audiences = new Audiences(createLogger([], "error"));
  for (let at = 0; at < 100; at += 1) {
    audiences.of(`n${at}`);
    audiences.left(`n${at}`);
  }
  assert.equal(audiences.size, 0);
  const told: unknown[] = [];
  const audience = audiences.of("peer");
  const listener = audience.listen((change) => told.push(change));
  audiences.left("peer");
  assert.equal(audiences.of("peer"), audience);
  audience.tell({ type: "prompts" });
  listener[Symbol.dispose]();
  audience.tell({ type: "prompts" });
  assert.deepEqual(told, [{ type: "prompts" }]);
  audiences.left("peer");
  assert.equal(audiences.size, 0);
});

Deno.test("a resource that somebody subscribed to keeps the name, too", async () => {
  const audiences = new Audiences(createLogger([], "error"));
  const session = { subscribe: () => Promise.resolve(() => Promise.resolve()) };
  const { signal } = new AbortController();
  const subscription = await audiences.of("peer").subscriptions
    .add("x://y", session, { principal: "alice", signal });
  audiences.left("peer");
  assert.equal(audiences.size, 1);
  await subscription[Symbol.asyncDispose]();
  audiences.left("peer");
  assert.equal(audiences.size, 0);
});
