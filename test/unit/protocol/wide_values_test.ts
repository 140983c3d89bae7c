/** Objects with very many members are copied another way, and must come out the same. */

import assert from "node:assert/strict";
import { decodeValue, encodeValue } from "../../../src/protocol/values.ts";

/** As many members as are copied one by one, and more. */
const WIDE = 600;

function members(count = WIDE): [string, unknown][] {
  return Array.from({ length: count }, (_none, index) => [`k${index}`, index]);
}

Deno.test("wide values: a copy with the same members in the same order, and the usual prototype", () => {
  const value = { ...Object.fromEntries(members()), 7: { a: [1] }, 3: null };
  const { wire, notes } = encodeValue(value);
  assert.notEqual(wire, value);
  assert.deepEqual(wire, value);
  assert.deepEqual(Object.keys(wire as object), Object.keys(value));
  assert.equal(Object.getPrototypeOf(wire), Object.prototype);
  assert.notEqual((wire as Record<string, unknown>)["7"], value[7]);
  assert.deepEqual(notes, []);
});

Deno.test("wide values: a member named __proto__ is one like any other", () => {
  const text = `{"__proto__":{"polluted":true},${members().map(([k, v]) => `"${k}":${v}`)}}`;
  const { wire } = encodeValue(JSON.parse(text));
  assert.equal(JSON.stringify(wire), text);
  assert.equal(Object.getPrototypeOf(wire), Object.prototype);
  assert.equal((wire as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("wide values: setters of prototypes see none of the members", () => {
  const seen: unknown[] = [];
  Object.defineProperty(Object.prototype, "k1", {
    set: (value) => void seen.push(value),
    configurable: true,
  });
  try {
    const value = JSON.parse(`{${members().map(([k, v]) => `"${k}":${v}`)}}`);
    assert.equal(JSON.stringify(encodeValue(value).wire), JSON.stringify(value));
    assert.deepEqual(seen, []);
  } finally {
    delete (Object.prototype as Record<string, unknown>)["k1"];
  }
});

Deno.test("wide values: each member is read once", () => {
  let reads = 0;
  const value = Object.defineProperty(Object.fromEntries(members()), "k5", {
    get: () => reads += 1,
    enumerable: true,
  });
  const { wire } = encodeValue(value);
  assert.equal((wire as Record<string, unknown>)["k5"], 1);
  assert.equal(reads, 1);
});

Deno.test("wide values: what is no JSON among the members, or reads like a tag, crosses as ever", () => {
  const at = new Date(0);
  const rich = { ...Object.fromEntries(members()), at, $type: "mine" };
  assert.deepEqual(decodeValue(encodeValue(rich).wire), rich);
  const thrower = Object.defineProperty(Object.fromEntries(members()), "bad", {
    get() {
      throw new Error("no");
    },
    enumerable: true,
  });
  const { wire, notes } = encodeValue(thrower);
  assert.deepEqual((wire as Record<string, unknown>)["bad"], { $type: "undefined" });
  assert.equal(notes.length, 1);
});
