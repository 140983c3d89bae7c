import assert from "node:assert/strict";
import { FairQueue } from "../../../src/base/fair_queue.ts";

interface Item {
  readonly principal: string;
  readonly name: string;
  isReady: boolean;
}

function queueOf(...names: string[]) {
  const queue = new FairQueue<Item>();
  const items = names.map((name) => ({ principal: name[0] ?? "", name, isReady: true }));
  for (const item of items) queue.add(item);
  const order = (mayRun = (_principal: string) => true) => {
    const taken: string[] = [];
    for (let item; (item = queue.next(mayRun)) !== undefined;) taken.push(item.name);
    return taken;
  };
  return { queue, items, order };
}

Deno.test("fair queue: principals take turns, each in its own order", () => {
  const { queue, order } = queueOf("a1", "a2", "a3", "b1", "b2", "c1");
  assert.deepEqual(order(), ["a1", "b1", "c1", "a2", "b2", "a3"]);
  assert.equal(queue.size, 0);
});

Deno.test("fair queue: one that may not run keeps its turn", () => {
  const { queue, order } = queueOf("a1", "a2", "b1");
  assert.deepEqual(order((principal) => principal !== "a"), ["b1"]);
  assert.equal(queue.count("a"), 2);
  assert.deepEqual(order(), ["a1", "a2"]);
});

Deno.test("fair queue: one that is not ready is passed over", () => {
  const { items, order } = queueOf("a1", "a2", "b1");
  const [first] = items;
  assert.ok(first);
  first.isReady = false;
  assert.deepEqual(order(), ["a2", "b1"]);
  first.isReady = true;
  assert.deepEqual(order(), ["a1"]);
});

Deno.test("fair queue: a position is the number of turns before it", () => {
  const { queue, items } = queueOf("a1", "a2", "a3", "b1", "b2", "c1");
  const positions = Object.fromEntries(items.map((item) => [item.name, queue.position(item)]));
  assert.deepEqual(positions, { a1: 0, b1: 1, c1: 2, a2: 3, b2: 4, a3: 5 });
  const next = ["a", "b", "c", "d"].map((principal) => queue.positionOfNext(principal));
  assert.deepEqual(next, [6, 6, 5, 3]);
  queue.next(() => true);
  const later = Object.fromEntries(items.map((item) => [item.name, queue.position(item)]));
  assert.deepEqual(later, { a1: undefined, b1: 0, c1: 1, a2: 2, b2: 3, a3: 4 });
});

Deno.test("fair queue: what is taken out is gone, once", () => {
  const { queue, items, order } = queueOf("a1", "a2");
  const [first] = items;
  assert.ok(first);
  assert.equal(queue.newestOfLongest()?.name, "a2");
  assert.equal(queue.remove(first), true);
  assert.equal(queue.remove(first), false);
  assert.deepEqual(order(), ["a2"]);
  assert.equal(queue.newestOfLongest(), undefined);
});
