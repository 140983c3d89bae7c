import assert from "node:assert/strict";
import { WholeContent } from "../../../src/mcp/whole_content.ts";

Deno.test("a member named __proto__ is passed on, anything else is left alone", () => {
  const whole = new WholeContent();
  const sent = () =>
    JSON.parse('{"result":{"content":[],"structuredContent":{"a":1,"__proto__":2}}}');
  const message = sent();
  whole.wrap(message);
  assert.ok(!Object.hasOwn(message.result.structuredContent, "__proto__"));
  // As the client does: a copy of the members that it knows by name.
  assert.deepEqual(whole.unwrap(structuredClone(message.result)), message.result, "not its own");
  assert.equal(
    JSON.stringify(whole.unwrap({ ...message.result })),
    JSON.stringify(sent().result),
  );
  for (
    const other of [null, 7, {}, { result: null }, { result: { structuredContent: { a: 1 } } }]
  ) {
    const before = JSON.stringify(other);
    whole.wrap(other);
    assert.equal(JSON.stringify(other), before);
  }
  const own = { structuredContent: { "codemode/whole": { a: 1 } } };
  assert.equal(whole.unwrap(own), own);
});
