import assert from "node:assert/strict";
import { KnownCredentials } from "../../../src/http/known_credentials.ts";

const NAMES = ["authorization", "x-api-key"];
const sent = (authorization: string) => new Headers({ authorization });

Deno.test("known credentials: the very same ones, until they are forgotten", () => {
  const known = new KnownCredentials(NAMES);
  assert.equal(known.has(sent("a")), false);
  known.remember(sent("a"));
  assert.equal(known.has(sent("a")), true);
  assert.equal(known.has(new Headers({ authorization: "a", other: "1" })), true);
  for (const other of [sent("b"), new Headers({ "x-api-key": "a" }), new Headers()]) {
    assert.equal(known.has(other), false);
  }
  assert.equal(known.has(new Headers({ authorization: "a", "x-api-key": "a" })), false);
  known.forget(sent("a"));
  assert.equal(known.has(sent("a")), false);
});

Deno.test("known credentials: so many and no more, the one not seen longest goes first", () => {
  const known = new KnownCredentials(NAMES);
  for (let count = 0; count < 10_000; count++) known.remember(sent(`${count}`));
  known.remember(sent("0"));
  known.remember(sent("one more"));
  assert.deepEqual(["0", "1", "2", "one more"].map((one) => known.has(sent(one))), [
    true,
    false,
    true,
    true,
  ]);
});
