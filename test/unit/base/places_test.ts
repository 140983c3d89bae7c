import assert from "node:assert/strict";
import { type Place, Places } from "../../../src/base/places.ts";

Deno.test("a principal has its share, all of them what there is, and nobody else's places", () => {
  const places = new Places({ all: 3, perPrincipal: 2 });
  const given = ["alice", "alice", "alice", "bob", "carol", "bob"].map((name) => places.take(name));
  assert.deepEqual(given.map((one) => typeof one === "string" ? one : "taken"), [
    ...["taken", "taken", "perPrincipal"],
    ...["taken", "all", "all"],
  ]);
  assert.equal(places.taken, 3);
});

Deno.test("a place that is given back is another's, however often it is given back", () => {
  const places = new Places({ all: 2, perPrincipal: 1 });
  const place = places.take("__proto__") as Place;
  const other = places.take("bob") as Place;
  place[Symbol.dispose]();
  place[Symbol.dispose]();
  assert.equal(places.taken, 1);
  assert.equal(typeof places.take("__proto__"), "object");
  assert.equal(places.take("carol"), "all");
  other[Symbol.dispose]();
  assert.equal(typeof places.take("carol"), "object");
  assert.equal(places.taken, 2);
});
