import assert from "node:assert/strict";
import { KeptLists } from "../../../src/mcp/kept_lists.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const listOf = (keepMs: number, ...items: readonly Readonly<Record<string, unknown>>[]) => ({
  items,
  isComplete: true,
  keepMs,
});

Deno.test("a list is used again as long as it says, until it changes, and not where it has", () => {
  const clock = new FakeClock();
  const lists = new KeptLists(clock);
  const list = listOf(1000, { name: "greet" });
  lists.keep("prompts/list", list, { isOld: false });
  clock.advance(999);
  assert.equal(lists.get("prompts/list"), list);
  assert.equal(lists.get("resources/list"), undefined);
  clock.advance(1);
  assert.equal(lists.get("prompts/list"), undefined);
  lists.keep("prompts/list", list, { isOld: false });
  lists.expire("resources/list", "prompts/list");
  assert.equal(lists.get("prompts/list"), undefined);
  lists.keep("prompts/list", list, { isOld: true });
  assert.equal(lists.get("prompts/list"), undefined);
  lists.keep("prompts/list", listOf(0), { isOld: false });
  assert.equal(lists.get("prompts/list"), undefined);
});

Deno.test("what was listed last is told also when the list is not good any more", () => {
  const lists = new KeptLists(new FakeClock());
  const mentions = (...resources: readonly string[]) =>
    resources.map((resource) => lists.mentionOf({ resource }));
  assert.equal(lists.mentionOf({ prompt: "greet" }), "none");
  lists.keep("prompts/list", listOf(0, { name: "greet" }), { isOld: false });
  lists.keep("resources/list", listOf(0, { uri: "x://a" }, {}, { uri: 7 }), { isOld: true });
  const templates = ["x://{id}", "{+any}", "", "y://fixed", 7].map((uriTemplate) => ({
    uriTemplate,
  }));
  lists.keep("resources/templates/list", listOf(1000, ...templates), { isOld: false });
  lists.expire("resources/templates/list");
  assert.equal(lists.mentionOf({ prompt: "greet" }), "named");
  assert.equal(lists.mentionOf({ prompt: "constructor" }), "none");
  assert.deepEqual(mentions("x://a", "x://{id}", "x://b", "y://fixed/1", "z://a", ""), [
    ...["named", "named", "likely", "likely", "none"],
    "named",
  ]);
});
