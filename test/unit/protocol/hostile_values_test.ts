/** What a tool may give or throw: whatever it does when it is read, its encoded form can be printed. */

import assert from "node:assert/strict";
import { encodeError, encodeValue } from "../../../src/protocol/values.ts";

/** Throws for every property but those that are there. */
function strict<T extends object>(target: T): T {
  return new Proxy(target, {
    get(own, key) {
      if (!Object.hasOwn(own, key)) throw new Error(`no ${String(key)}`);
      return Reflect.get(own, key);
    },
  });
}

/** An object whose `a` is 1 once and what `later` gives from then on. */
function changing(later: (self: object) => unknown): object {
  let reads = 0;
  return {
    get a() {
      reads += 1;
      return reads > 1 ? later(this) : 1;
    },
  };
}

function hidden(key: string, value: unknown): object {
  return Object.defineProperty({ a: 1 }, key, { value });
}

const fails = () => {
  throw new Error("unreadable");
};

/** Proxies of which one trap fails. */
const trapped = ["getPrototypeOf", "ownKeys", "getOwnPropertyDescriptor", "has", "get"].map(
  (trap) => new Proxy({ a: 1 }, { [trap]: fails }),
);

function printed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(encodeValue({ value }).wire)).value;
}

Deno.test("members are read once, and what they were then is what is printed", () => {
  const plain = { a: 1 };
  const laters = [fails, () => 5n, (self: object) => self, () => () => 1, () => undefined];
  for (const later of laters) assert.deepEqual(printed(changing(later)), plain);
  assert.deepEqual(printed(strict({ a: 1 })), plain);
  assert.deepEqual(printed([strict([1])]), [[1]]);
  assert.deepEqual(printed(hidden("toJSON", fails)), plain);
  assert.deepEqual(printed(hidden("toJSON", () => 5n)), plain);
});

Deno.test("a rich value beside them is no way around", () => {
  for (const rich of [new Date(0), new Map([[1, 2]]), undefined, 1n]) {
    const [again, other] = printed([changing(fails), strict({ a: 1 }), rich]) as unknown[];
    assert.deepEqual(again, { a: { $type: "undefined" } });
    assert.deepEqual(other, { a: 1 });
  }
});

Deno.test("what throws when it is looked at is left out, and a note says so", () => {
  const notes = [
    "result.value: something that throws when it is read cannot leave the sandbox; " +
    "it became undefined",
  ];
  for (const value of trapped.slice(0, 3)) {
    const encoded = encodeValue({ value });
    assert.deepEqual(encoded, { wire: { value: { $type: "undefined" } }, notes });
  }
  const { proxy, revoke } = Proxy.revocable([1], {});
  revoke();
  assert.deepEqual(encodeValue({ value: proxy }).notes, notes);
});

Deno.test("a list that grows with each reading has an end, and one without is refused", () => {
  let length = 1;
  const growing = new Proxy([7], {
    get: (own, key) => key === "length" ? length++ : Reflect.get(own, key),
  });
  assert.deepEqual(printed(growing), [7]);
  for (const endless of [Infinity, NaN, -1, "3", 2 ** 32]) {
    const list = new Proxy([7], { get: () => endless });
    assert.deepEqual(printed([list]), [{ $type: "undefined" }]);
  }
});

Deno.test("names that mean something to prototypes are members like others", () => {
  const value = JSON.parse('{"__proto__":{"x":1},"constructor":[{}],"toJSON":"text"}');
  const text = JSON.stringify(encodeValue(value).wire);
  assert.equal(text, '{"__proto__":{"x":1},"constructor":[{}],"toJSON":"text"}');
});

Deno.test("whatever is thrown can be told", () => {
  const thrown = [
    ...trapped,
    strict({}),
    changing(fails),
    Object.assign(new Error("m"), { details: strict({ a: 1 }), more: changing(() => 5n) }),
    Object.assign(new Error("m"), { data: hidden("toJSON", fails) }),
    Object.defineProperty(new Error("m"), "message", { get: fails }),
    Object.defineProperty(new Error("m"), "cause", { get: fails }),
    new Error("m", { cause: trapped[0] }),
    new Proxy(new Error("m"), { get: fails }),
    Symbol("s"),
    () => 1,
  ];
  for (const value of thrown) {
    const text = JSON.stringify(encodeError(value));
    assert.equal(typeof JSON.parse(text).message, "string");
  }
  const data = { details: strict({ a: 1 }), more: changing(() => 5n) };
  assert.deepEqual(encodeError(Object.assign(new Error("m"), data)), {
    name: "Error",
    message: "m",
    properties: { details: { a: 1 }, more: { a: 1 } },
  });
});
