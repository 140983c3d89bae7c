/** The codec of values: what comes back, what is refused, what is noted. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { parseFrame } from "../../../src/protocol/parse_frame.ts";
import { decodeValue, encodeValue, toPlainJson } from "../../../src/protocol/values.ts";
import type { WireValue } from "../../../src/protocol/frames.ts";

const SEED = { seed: 20251121, numRuns: 300 };

function roundTrip(value: unknown): unknown {
  return decodeValue(JSON.parse(JSON.stringify(encodeValue(value).wire)) as WireValue);
}

Deno.test("plain JSON is its own wire form: a copy, or itself where it may be shared", () => {
  const value = { a: [1, "x", null, true], b: { c: [] } };
  const copied = encodeValue(value);
  assert.deepEqual(copied, { wire: value, notes: [] });
  assert.notEqual(copied.wire, value);
  const shared = encodeValue(value, { mayShare: true });
  assert.equal(shared.wire, value);
  assert.deepEqual(shared.notes, []);
});

Deno.test("any value of the supported kinds comes back equal", () => {
  const leaf = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined, -0, NaN, Infinity, -Infinity, "\ud800", "$type"),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array(),
    fc.float64Array(),
    fc.int16Array(),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      tie("list"),
      tie("record"),
      tie("map"),
      tie("set"),
    ),
    list: fc.array(tie("value"), { maxLength: 4 }),
    record: fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("__proto__", "$type", "toString", "value")),
      tie("value"),
      {
        maxKeys: 4,
        noNullPrototype: true,
      },
    ),
    map: fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 }).map((pairs) =>
      new Map(pairs as [unknown, unknown][])
    ),
    set: fc.array(tie("value"), { maxLength: 3 }).map((items) => new Set(items)),
  }));
  fc.assert(fc.property(value, (input) => assert.deepEqual(roundTrip(input), input)), SEED);
});

Deno.test("arbitrary JSON decodes without throwing and plain JSON unchanged", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => assert.deepEqual(roundTrip(json), json)),
    SEED,
  );
  const hostile = fc.record({
    $type: fc.constantFrom(
      "Date",
      "Map",
      "Set",
      "Error",
      "RegExp",
      "URL",
      "bigint",
      "number",
      "Uint8Array",
      "Float64Array",
      "Object",
      "constructor",
      "__proto__",
    ),
    value: fc.jsonValue(),
  });
  fc.assert(fc.property(hostile, (wire) => void decodeValue(wire as WireValue)), SEED);
});

Deno.test("a tag whose value does not fit is a plain object", () => {
  const misfits: WireValue[] = [
    { $type: "Date", value: 5 },
    { $type: "Map", value: [1] },
    { $type: "Float64Array", value: "AAAA" },
    { $type: "Uint8Array", value: "not base64!" },
    { $type: "RegExp", value: ["(", ""] },
    { $type: "bigint", value: "1.5" },
    { $type: "URL", value: "no" },
    { $type: "constructor" },
    { $type: 7 },
  ];
  for (const wire of misfits) assert.deepEqual(decodeValue(wire), wire);
});

Deno.test("typed arrays keep their flavour and views send their window only", () => {
  const bytes = new Uint8Array([10, 20, 30, 40]);
  const window = roundTrip(bytes.subarray(1, 3)) as Uint8Array;
  assert.deepEqual([...window], [20, 30]);
  assert.equal(window.buffer.byteLength, 2);
  for (
    const value of [
      new Float32Array([1.5]),
      new BigInt64Array([-1n]),
      new Uint8ClampedArray([300]),
      new DataView(bytes.buffer, 1, 2),
      bytes.buffer,
    ]
  ) {
    const back = roundTrip(value) as object;
    assert.equal(Object.prototype.toString.call(back), Object.prototype.toString.call(value));
    assert.deepEqual(
      back,
      value instanceof DataView ? new DataView(new Uint8Array([20, 30]).buffer) : value,
    );
  }
});

Deno.test("errors keep name, message, cause and own data, never the stack", () => {
  const error = Object.assign(new RangeError("far", { cause: new TypeError("why") }), {
    code: "X",
    details: { a: 1 },
  });
  error.stack = "secret /host/path";
  const wire = JSON.stringify(encodeValue(error).wire);
  assert.ok(!wire.includes("/host/path"));
  const back = decodeValue(JSON.parse(wire)) as RangeError & { code: string; details: unknown };
  assert.ok(back instanceof RangeError && back.cause instanceof TypeError);
  assert.deepEqual([back.message, back.code, back.details, back.cause.message], ["far", "X", {
    a: 1,
  }, "why"]);
  // Nor that of whoever decodes it.
  assert.deepEqual([back.stack, back.cause.stack], ["RangeError: far", "TypeError: why"]);
  const named = Object.assign(new Error(""), { name: "Odd" });
  assert.equal((roundTrip(named) as Error).stack, "Odd");
});

Deno.test("holes, regular expressions, URLs and boxed primitives", () => {
  // deno-lint-ignore no-sparse-arrays
  const list = roundTrip([1, , undefined]) as unknown[];
  assert.deepEqual([list.length, 1 in list, 2 in list, list[2]], [3, false, true, undefined]);
  assert.deepEqual(roundTrip(/a\/b/gi), /a\/b/gi);
  assert.equal(
    (roundTrip(new URL("https://a.example/?q=1")) as URL).href,
    "https://a.example/?q=1",
  );
  assert.deepEqual(roundTrip([Object("s"), Object(1), Object(false)]), ["s", 1, false]);
});

Deno.test("huge bigints cross as hexadecimal", () => {
  const huge = -(1n << 4096n) + 1n;
  assert.equal(roundTrip(huge), huge);
});

Deno.test("a cycle is a TypeError that names where the circle closes", () => {
  const value: Record<string, unknown> = { a: { list: [] } };
  (value["a"] as { list: unknown[] }).list.push({ "odd key": value });
  assert.throws(() => encodeValue(value), {
    name: "TypeError",
    message: 'Cannot encode result.a.list[0]["odd key"]: it closes a circle to result',
  });
});

Deno.test("the same object twice is no cycle", () => {
  const shared = new Date(0);
  assert.deepEqual(roundTrip({ a: shared, b: shared }), { a: new Date(0), b: new Date(0) });
});

Deno.test("nesting beyond the limit is a RangeError, exactly at the limit it is not", () => {
  const nest = (levels: number, core: unknown) => {
    let value = core;
    for (let level = 0; level < levels; level += 1) value = { o: value };
    return value;
  };
  for (const core of [1, undefined]) {
    const fits = nest(core === undefined ? 4 : 5, core);
    const { wire } = encodeValue(fits, { depth: 5 });
    const frame = JSON.stringify({ type: "final", ok: true, value: wire, notes: [] });
    assert.equal(parseFrame(frame, 5).ok, true);
  }
  assert.throws(() => encodeValue(nest(6, 1), { depth: 5 }), {
    name: "RangeError",
    message: "Cannot encode result.o.o.o.o.o: nested deeper than 5 levels",
  });
  assert.throws(() => encodeValue(nest(10_000, 1)), { name: "RangeError" });
});

Deno.test("what cannot cross: a note when nested, a TypeError at the root or when refused", () => {
  const value = { f: () => 1, list: [Symbol("s")], p: Promise.resolve(1) };
  assert.deepEqual(encodeValue(value).notes, [
    "result.f: a function cannot leave the sandbox; it became undefined",
    "result.list[0]: a symbol cannot leave the sandbox; it became undefined",
    "result.p: a Promise that was not awaited cannot leave the sandbox; it became undefined",
  ]);
  assert.deepEqual(roundTrip([1, () => 2]), [1, undefined]);
  assert.throws(() => encodeValue(() => 1), {
    name: "TypeError",
    message: "Cannot encode result: a function cannot leave the sandbox",
  });
  assert.throws(() => encodeValue({ f() {} }, { root: "args[0]", unsupported: "refuse" }), {
    name: "TypeError",
    message: "Cannot encode args[0].f: a function cannot leave the sandbox",
  });
});

Deno.test("getters that throw and revoked Proxies are notes, class instances plain data", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  class Point {
    x = 1;
    get y(): number {
      return 2;
    }
  }
  const value = {
    get bad() {
      throw new Error("no");
    },
    proxy,
    point: new Point(),
  };
  const { wire, notes } = encodeValue(value);
  assert.deepEqual(notes, [
    "result.bad: something that throws when it is read cannot leave the sandbox; it became undefined",
    "result.proxy: something that throws when it is read cannot leave the sandbox; it became undefined",
    "result.point: an instance of Point became a plain object",
  ]);
  assert.deepEqual(decodeValue(wire), { bad: undefined, proxy: undefined, point: { x: 1 } });
});

Deno.test("notes are bounded", () => {
  const { notes } = encodeValue(Array.from({ length: 40 }, () => () => 1));
  assert.equal(notes.length, 17);
  assert.equal(notes[16], "24 further notes left out");
});

Deno.test("a toJSON on a prototype or an object is never called", () => {
  const evil = Object.prototype as { toJSON?: unknown };
  try {
    Object.defineProperty(evil, "toJSON", {
      value: () => "evil",
      configurable: true,
      enumerable: false,
    });
    const { wire } = encodeValue({ a: [1, { b: new Date(0) }] });
    const text = JSON.stringify(wire);
    assert.equal(text, '{"a":[1,{"b":{"$type":"Date","value":"1970-01-01T00:00:00.000Z"}}]}');
  } finally {
    delete evil.toJSON;
  }
  assert.deepEqual(roundTrip({ a: 1, toJSON: "kept" }), { a: 1, toJSON: "kept" });
});

Deno.test("__proto__ stays data on the way there and back", () => {
  const value = JSON.parse('{"__proto__":{"polluted":1},"d":{"$type":"x"}}');
  const back = roundTrip(value) as object;
  assert.deepEqual(Object.keys(back), ["__proto__", "d"]);
  assert.equal((back as { polluted?: unknown }).polluted, undefined);
  assert.equal(Object.getPrototypeOf(back), Object.prototype);
});

Deno.test("nearest plain JSON says what was lost", () => {
  const value = {
    when: new Date(0),
    map: new Map([["a", 1]]),
    pairs: new Map([[1, 2]]),
    set: new Set([1]),
    small: 5n,
    big: 2n ** 70n,
    bytes: new Uint8Array([1, 2]),
  };
  assert.deepEqual(toPlainJson(encodeValue(value).wire), {
    json: {
      when: "1970-01-01T00:00:00.000Z",
      map: { a: 1 },
      pairs: [[1, 2]],
      set: [1],
      small: 5,
      big: "1180591620717411303424",
      bytes: "AQI=",
    },
    notes: [
      "result.when: a Date became text",
      "result.map: a Map became an object",
      "result.pairs: a Map became pairs",
      "result.set: a Set became an array",
      "result.small: a bigint became a number",
      "result.big: a bigint became text, a number cannot hold it",
      "result.bytes: the bytes of a Uint8Array became base64 text",
    ],
  });
  assert.deepEqual(toPlainJson(encodeValue([NaN, -0, undefined]).wire), {
    json: [null, 0, null],
    notes: [
      "result[0]: NaN became null",
      "result[1]: -0 became 0",
      "result[2]: undefined was left out",
    ],
  });
  assert.deepEqual(toPlainJson(encodeValue(undefined).wire), { json: undefined, notes: [] });
  assert.deepEqual(toPlainJson({ $type: "Date", value: "x", more: 1 }).json, "x");
  const tagged = encodeValue({ $type: "mine", v: [1] }).wire;
  assert.deepEqual(toPlainJson(tagged), { json: { $type: "mine", v: [1] }, notes: [] });
});

Deno.test("a tag with a value that does not fit is plain data, whatever the value", () => {
  const types = ["number", "bigint", "Date", "RegExp", "URL", "Map", "Set", "Error", "Uint8Array"];
  const misfits = [{ toString: 1, valueOf: 1 }, [{ toString: 1 }, ""], [[]], 7, true, undefined];
  for (const $type of types) {
    for (const value of misfits) {
      const isList = Array.isArray(value);
      if (
        isList && ($type === "Set" || $type === "Map") ||
        typeof value === "object" && $type === "Error"
      ) continue;
      const wire = value === undefined ? { $type } : { $type, value };
      assert.deepEqual(toPlainJson(wire), { json: wire, notes: [] }, JSON.stringify(wire));
    }
  }
});

Deno.test("a Map of very many entries becomes pairs, also where each of several is small", () => {
  const mapOf = (size: number) => ({
    $type: "Map",
    value: Array.from({ length: size }, (_none, index) => [`k${index}`, index]),
  });
  const { json, notes } = toPlainJson([mapOf(30_000), mapOf(20_000), mapOf(1)]);
  const [first, second, third] = json as readonly unknown[];
  assert.deepEqual([Object.keys(first!).length, Object.keys(second!).length], [30_000, 20_000]);
  assert.deepEqual(third, [["k0", 0]]);
  assert.deepEqual(notes, [
    "result[0]: a Map became an object",
    "result[1]: a Map became an object",
    "result[2]: a Map became pairs",
  ]);
  assert.ok(Array.isArray(toPlainJson(mapOf(50_001)).json));
});
