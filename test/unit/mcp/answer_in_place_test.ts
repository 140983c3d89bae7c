import assert from "node:assert/strict";
import { answerInPlace, isInPlace, requestIdOf } from "../../../src/mcp/answer_in_place.ts";

Deno.test("the id of a request is read from its body, of all else there is none", () => {
  const ids = [
    '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"id":8}}',
    '{"method":"tools/call","params":{"method":1,"id":"x"},"id":"a"}',
    '{"id":7,"result":{}}',
    '{"method":"notifications/cancelled"}',
    '{"id":null,"method":"x"}',
    '{"id":1.5,"method":"x"}',
    '[{"id":7,"method":"x"}]',
    "",
    undefined,
    new Uint8Array(3),
  ].map(requestIdOf);
  assert.deepEqual(ids, [7, "a", ...Array(8).fill(undefined)]);
});

Deno.test("the error in place of an answer says what was too much, and nothing of what broke", () => {
  const told = (thrown: unknown) =>
    JSON.parse(new TextDecoder().decode(answerInPlace(7, "json", thrown)));
  const long = told(new RangeError("Cannot read the message: it has too many values"));
  assert.deepEqual(long, {
    jsonrpc: "2.0",
    id: 7,
    error: { code: -32_797, message: "it has too many values" },
  });
  const broken = told(new TypeError("reset by /home/operator"));
  assert.deepEqual(broken, {
    jsonrpc: "2.0",
    id: 7,
    error: { code: -32_798, message: "The answer broke off" },
  });
  const none = { jsonrpc: "2.0", id: 7, error: { code: -32_603, message: "no" } };
  assert.deepEqual([long, broken, none, null, { id: 7 }].map(isInPlace), [
    true,
    true,
    false,
    false,
    false,
  ]);
});
