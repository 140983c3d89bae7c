import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import {
  MAX_SUBSCRIPTIONS,
  ResourceSubscriptions,
} from "../../../src/mcp/resource_subscriptions.ts";

const { signal } = new AbortController();
const create = () => new ResourceSubscriptions(createLogger([], "error"));

/** A session that remembers what it was asked for. */
function session(fails = false) {
  const story: string[] = [];
  const subscribe = (uri: string) => {
    story.push(`+${uri}`);
    if (fails) return Promise.reject(new Error("refused"));
    return Promise.resolve(() => {
      story.push(`-${uri}`);
      return Promise.resolve();
    });
  };
  return { story, subscribe };
}

Deno.test("a resource is subscribed to once and until nobody wants it, and anew on each session", async () => {
  const subscriptions = create();
  const [first, second] = [session(), session()];
  const one = await subscriptions.add("a", first, signal);
  const two = await subscriptions.add("a", first, signal);
  subscriptions.renew(second);
  await one[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
  assert.deepEqual(second.story, ["+a"]);
  await two[Symbol.asyncDispose]();
  assert.deepEqual([first.story, second.story], [["+a"], ["+a", "-a"]]);
});

Deno.test("a refused subscription is forgotten; one that is refused anew ends quietly", async () => {
  const subscriptions = create();
  await assert.rejects(subscriptions.add("a", session(true), signal), { message: "refused" });
  const held = await subscriptions.add("a", session(), signal);
  subscriptions.renew(session(true));
  await held[Symbol.asyncDispose]();
});

Deno.test("the number of resources has a bound", async () => {
  const subscriptions = create();
  const peer = session();
  for (let at = 0; at < MAX_SUBSCRIPTIONS; at += 1) {
    await subscriptions.add(`r${at}`, peer, signal);
  }
  await subscriptions.add("r0", peer, signal);
  await assert.rejects(subscriptions.add("one more", peer, signal), {
    code: "RATE_LIMITED",
    message: "No more than 256 resources of one server can be subscribed to",
  });
});
