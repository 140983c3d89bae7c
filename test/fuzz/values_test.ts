/** The codec of values: what goes in comes back, what cannot is refused by type, hostile tags are data. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { WireValue } from "../../src/protocol/frames.ts";
import { decodeValue, encodeValue, toPlainJson } from "../../src/protocol/values.ts";
import { property } from "./property.ts";

const leaf = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, NaN, Infinity, -Infinity, "\ud800", "$type", "__proto__"),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
);

const keys = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.constantFrom(
    "__proto__",
    "$type",
    "constructor",
    "toString",
    "toJSON",
    "value",
    "length",
    "0",
  ),
);

/** Values of every supported kind, some of them in more than one place. */
const { value: values } = fc.letrec<{ value: unknown }>((tie) => {
  const value = tie("value");
  const inner = { maxLength: 4 };
  return {
    value: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      leaf,
      fc.array(value, inner),
      fc.dictionary(keys, value, { maxKeys: 4, noNullPrototype: true }),
      fc.array(fc.tuple(value, value), inner).map((pairs) => new Map(pairs)),
      fc.array(value, inner).map((items) => new Set(items)),
      fc.tuple(value, fc.string()).map(([cause, message]) => new RangeError(message, { cause })),
      value.map((shared) => [shared, { again: shared }]),
    ),
  };
});

function throughWire(value: unknown): unknown {
  return decodeValue(JSON.parse(JSON.stringify(encodeValue(value).wire)));
}

Deno.test(...property("what is encoded and decoded is what it was", values, 1000, (value) => {
  // What differs is the stack of errors, which is not looked at.
  assert.deepEqual(throughWire(value), value);
}));

Deno.test(...property("plain JSON of any value is JSON, with few notes", values, 1500, (value) => {
  const { json, notes } = toPlainJson(encodeValue(value).wire);
  assert.ok(notes.length <= 9);
  if (json === undefined) return;
  assert.deepEqual(JSON.parse(JSON.stringify(json)), json);
}));

type Knot = "list" | "record" | "map" | "set" | "error";

function wrapIn(kind: Knot, inner: unknown): object {
  if (kind === "list") return [1, inner];
  if (kind === "record") return { a: 1, inner };
  if (kind === "map") return new Map([[1, inner]]);
  return kind === "set" ? new Set([inner]) : new Error("e", { cause: inner });
}

function close(end: object, outer: object): void {
  if (Array.isArray(end)) end.push(outer);
  else if (end instanceof Map) end.set("knot", outer);
  else if (end instanceof Set) end.add(outer);
  else Reflect.set(end, "knot", outer);
}

Deno.test(...property(
  "a circle of any kinds is refused with its path",
  fc.array(fc.constantFrom<Knot>("list", "record", "map", "set", "error"), {
    minLength: 1,
    maxLength: 6,
  }),
  500,
  (kinds) => {
    const end = wrapIn(kinds[0] ?? "list", 0);
    const outer = kinds.slice(1).reduce(wrapAround, end);
    close(end, outer);
    assert.throws(() => encodeValue(outer), {
      name: "TypeError",
      message: /^Cannot encode result.*circle/s,
    });
  },
));

function wrapAround(inner: object, kind: Knot): object {
  return wrapIn(kind, inner);
}

const names = fc.constantFrom(
  "undefined",
  "hole",
  "number",
  "bigint",
  "Date",
  "Map",
  "Set",
  "Error",
  "RegExp",
  "URL",
  "ArrayBuffer",
  "DataView",
  "Uint8Array",
  "BigUint64Array",
  "Object",
  "constructor",
  "__proto__",
  "toString",
);

/** JSON full of tags, most of them lies. */
const { wire: wires } = fc.letrec<{ wire: WireValue }>((tie) => {
  const wire = tie("wire");
  const tagged = fc.record({
    $type: names,
    value: fc.oneof(
      wire,
      fc.constantFrom<WireValue>(
        "AAAA",
        "NaN",
        "1e9",
        "0x",
        "-0xf",
        "9".repeat(500),
        "http://a/",
        null,
      ),
      fc.tuple(fc.string({ maxLength: 3 }), fc.constantFrom("g", "gg", "v", "")),
      fc.record({ name: wire, message: wire, cause: wire, properties: wire, stack: wire }, {
        requiredKeys: [],
      }),
    ),
    extra: wire,
  }, { requiredKeys: ["$type"] });
  return {
    wire: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      fc.oneof(
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
      ),
      fc.array(wire, { maxLength: 4 }),
      fc.dictionary(keys, wire, { maxKeys: 4, noNullPrototype: true }),
      tagged as fc.Arbitrary<WireValue>,
    ),
  };
});

Deno.test(
  ...property(
    "any JSON decodes to something, and that crosses again unchanged",
    wires,
    2500,
    (wire) => {
      const value = decodeValue(JSON.parse(JSON.stringify(wire)));
      toPlainJson(wire);
      assert.deepEqual(throughWire(value), value);
    },
  ),
);

Deno.test(...property(
  "nesting is refused at the depth that is asked for and not before",
  fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 60 })),
  300,
  ([depth, levels]) => {
    let value: unknown = "leaf";
    for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
    if (levels <= depth) assert.deepEqual(encodeValue(value, { depth }).wire, value);
    else assert.throws(() => encodeValue(value, { depth }), { name: "RangeError" });
  },
));

const TRAPS = ["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf"] as const;

/** Objects whose every use may throw or lie. */
const hostile = fc.record({
  trap: fc.constantFrom(...TRAPS),
  act: fc.constantFrom("throw", "lie", "endless"),
  target: fc.constantFrom("object", "list", "map", "date", "error", "bytes"),
  nested: fc.boolean(),
});

const TARGETS: Readonly<Record<string, () => object>> = {
  object: () => ({ a: 1 }),
  list: () => [1, 2],
  map: () => new Map([[1, 2]]),
  date: () => new Date(0),
  error: () => new Error("e"),
  bytes: () => new Uint8Array(3),
};

Deno.test(...property(
  "hostile objects are encoded, noted or refused by type",
  hostile,
  600,
  ({ trap, act, target, nested }) => {
    const lies = {
      get: 7,
      has: false,
      ownKeys: [],
      getOwnPropertyDescriptor: undefined,
      getPrototypeOf: null,
    };
    let depth = 0;
    const answer = () => {
      if (act === "throw") throw { thrown: "by the guest" };
      if (act === "lie" || ++depth > 1000) return lies[trap];
      return trap === "get" ? proxy : lies[trap];
    };
    const proxy: object = new Proxy(TARGETS[target]?.() ?? {}, { [trap]: answer });
    try {
      JSON.parse(JSON.stringify(encodeValue(nested ? [{ proxy }] : proxy).wire));
    } catch (error) {
      assert.ok(error instanceof TypeError || error instanceof RangeError, String(error));
    }
  },
));
