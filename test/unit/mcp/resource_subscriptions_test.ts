import assert from "node:assert/strict";
import { createDeferred } from "../../../src/base/deferred.ts";
import { createLogger } from "../../../src/base/log.ts";
import {
  MAX_OF_CALLER,
  MAX_OF_SERVER,
  ResourceSubscriptions,
} from "../../../src/mcp/resource_subscriptions.ts";
import { settle } from "../../harness/settle.ts";

const { signal } = new AbortController();
const alice = { principal: "alice", signal };
const bob = { principal: "bob", signal };
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

/** A session that answers when it is told to. */
function slowSession() {
  const story: string[] = [];
  const answers: (() => void)[] = [];
  const answer = (): Promise<void> => {
    const { promise, resolve } = createDeferred<void>();
    answers.push(resolve);
    return promise;
  };
  return {
    story,
    /** Answers the oldest request. */
    answer: () => answers.shift()?.(),
    async subscribe(uri: string, over: AbortSignal) {
      story.push(`+${uri}`);
      const aborted = createDeferred<never>();
      over.addEventListener("abort", () => {
        story.push(`!${uri}`);
        aborted.reject(over.reason);
      });
      await Promise.race([answer(), aborted.promise]);
      return async () => {
        story.push(`-${uri}`);
        await answer();
      };
    },
  };
}

Deno.test("a resource is subscribed to once and until nobody wants it, and anew on each session", async () => {
  const subscriptions = create();
  const [first, second] = [session(), session()];
  const one = await subscriptions.add("a", first, alice);
  const two = await subscriptions.add("a", first, bob);
  subscriptions.renew(second);
  await one[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
  assert.deepEqual(second.story, ["+a"]);
  await two[Symbol.asyncDispose]();
  assert.deepEqual([first.story, second.story], [["+a"], ["+a", "-a"]]);
});

Deno.test("a refused subscription is forgotten; one that is refused anew is begun by the next", async () => {
  const subscriptions = create();
  await assert.rejects(subscriptions.add("a", session(true), alice), { message: "refused" });
  const held = await subscriptions.add("a", session(), alice);
  subscriptions.renew(session(true));
  await settle();
  const better = session();
  const another = await subscriptions.add("a", better, bob);
  await held[Symbol.asyncDispose]();
  assert.deepEqual(better.story, ["+a"]);
  await another[Symbol.asyncDispose]();
  assert.deepEqual(better.story, ["+a", "-a"]);
});

Deno.test("who gives up takes nothing from others that wait for the same", async () => {
  const subscriptions = create();
  const peer = slowSession();
  const gone = new AbortController();
  const first = subscriptions.add("a", peer, { principal: "alice", signal: gone.signal });
  const second = subscriptions.add("a", peer, bob);
  gone.abort(new Error("gone"));
  await assert.rejects(first, { message: "gone" });
  assert.deepEqual(peer.story, ["+a"]);
  peer.answer();
  const held = await second;
  void held[Symbol.asyncDispose]();
  await settle();
  assert.deepEqual(peer.story, ["+a", "!a", "-a"]);
});

Deno.test("when all have given up the server is told to stop", async () => {
  const subscriptions = create();
  const peer = slowSession();
  const gone = new AbortController();
  const wish = { principal: "alice", signal: gone.signal };
  const waiting = [subscriptions.add("a", peer, wish), subscriptions.add("a", peer, wish)];
  gone.abort(new Error("gone"));
  for (const one of waiting) await assert.rejects(one, { message: "gone" });
  assert.deepEqual(peer.story, ["+a", "!a"]);
  await assert.rejects(subscriptions.add("b", peer, wish), { message: "gone" });
  assert.deepEqual(peer.story, ["+a", "!a"]);
});

Deno.test("the failure of an old session does not end what was begun on the new one", async () => {
  const subscriptions = create();
  const lost = createDeferred<() => Promise<void>>();
  const waiting = subscriptions.add("a", { subscribe: () => lost.promise }, alice);
  const fresh = session();
  subscriptions.renew(fresh);
  const held = await subscriptions.add("a", session(true), bob);
  lost.reject(new Error("lost"));
  await assert.rejects(waiting, { message: "lost" });
  await settle();
  assert.deepEqual(fresh.story, ["+a"]);
  await held[Symbol.asyncDispose]();
  assert.deepEqual(fresh.story, ["+a", "-a"]);
});

Deno.test("what is ended and begun again is ended first", async () => {
  const subscriptions = create();
  const peer = slowSession();
  const begun = subscriptions.add("a", peer, alice);
  peer.answer();
  const ended = (await begun)[Symbol.asyncDispose]();
  const again = subscriptions.add("a", peer, alice);
  await settle();
  assert.deepEqual(peer.story, ["+a", "!a", "-a"]);
  peer.answer();
  await ended;
  await settle();
  assert.deepEqual(peer.story, ["+a", "!a", "-a", "+a"]);
  peer.answer();
  await again;
});

Deno.test("the number of resources has a bound, and one principal leaves some to others", async () => {
  const subscriptions = create();
  const peer = session();
  const parallel = async (principal: string, count: number) =>
    await Promise.allSettled(
      Array.from(
        { length: count },
        (_, at) => subscriptions.add(`${principal}${at}`, peer, { principal, signal }),
      ),
    );
  const given = await parallel("alice", MAX_OF_CALLER + 1);
  assert.deepEqual(given.filter(({ status }) => status === "rejected").length, 1);
  await subscriptions.add("alice0", peer, alice);
  await assert.rejects(subscriptions.add("one more", peer, alice), {
    code: "RATE_LIMITED",
    message: "No more than 128 resources of one server can be subscribed to for one caller",
  });
  await parallel("bob", MAX_OF_SERVER - MAX_OF_CALLER);
  const carol = { principal: "carol", signal };
  await subscriptions.add("bob0", peer, carol);
  await assert.rejects(subscriptions.add("one more", peer, carol), {
    code: "RATE_LIMITED",
    message: "No more than 256 resources of one server can be subscribed to",
  });
});
