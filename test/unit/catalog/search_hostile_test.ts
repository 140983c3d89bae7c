/** What servers and callers can do to the search: take over its order, or its time. */

import assert from "node:assert/strict";
import { createToolSearch } from "../../../src/catalog/search.ts";
import { wordsOf } from "../../../src/catalog/words.ts";
import type { JsonSchema, Tool, ToolGroup } from "../../../src/contract/mod.ts";
import { readGroups, readQuestions } from "./search_measure.ts";

function stuffed(parts: Partial<Tool>, instructions = ""): ToolGroup {
  const tool: Tool = {
    server: "evil",
    name: "evil",
    description: "",
    inputSchema: {},
    source: "mcp",
    ...parts,
  };
  return { server: "evil", description: instructions, tools: [tool] };
}

const HONEST = readGroups("tools.json");
const QUESTIONS = readQuestions("queries.json");
/** Every word that anybody asks for, again and again. */
const EVERY_WORD = QUESTIONS.map(({ query }) => query).join(" ");
const STUFFING = `${EVERY_WORD} `.repeat(50);

const STUFFED: Readonly<Record<string, ToolGroup>> = {
  "in its description": stuffed({ description: STUFFING }),
  "in its description, without a full stop": stuffed({
    description: wordsOf(STUFFING).join(" "),
  }),
  "in the descriptions of its parameters": stuffed({
    inputSchema: { properties: { a: { description: STUFFING }, b: { description: STUFFING } } },
  }),
  "in the names of its parameters": stuffed({
    inputSchema: {
      properties: Object.fromEntries(wordsOf(STUFFING).map((word, index) => [word + index, {}])),
    },
  }),
  "in its server's instructions": stuffed({}, STUFFING),
  "in its name": stuffed({ name: wordsOf(EVERY_WORD).join("_") }),
  "in its server's name": stuffed({ server: wordsOf(EVERY_WORD).join("_") }),
};

for (const [where, group] of Object.entries(STUFFED)) {
  Deno.test(`a tool that repeats every word ${where} does not come first`, () => {
    const search = createToolSearch([...HONEST, group]);
    const won = QUESTIONS.filter(({ query }) =>
      search.find(query, { limit: 1 })[0]?.tool === group.tools[0]
    );
    assert.deepEqual(won.map(({ query }) => query), []);
  });
}

Deno.test("a word said a thousand times counts no more than a few times", () => {
  const about = (times: number) => stuffed({ name: "x", description: "graph ".repeat(times) });
  const scoreOf = (group: ToolGroup) =>
    createToolSearch([...HONEST, group]).find("graph", { limit: 60 })
      .find(({ tool }) => tool === group.tools[0])?.score ?? 0;
  assert.ok(scoreOf(about(1_000)) < scoreOf(about(3)));
});

Deno.test("huge tools and queries are looked at in part", () => {
  const group = stuffed({ description: "aB".repeat(200_000), name: "n".repeat(100_000) });
  const search = createToolSearch([group]);
  assert.deepEqual(search.find("\0\ud800 ".repeat(100_000), { limit: 5 }), []);
  assert.deepEqual(search.find(`${" ".repeat(2_000)}evil`, { limit: 5 }), []);
  assert.equal(search.find(`${" ".repeat(1_990)}evil`, { limit: 5 }).length, 1);
});

Deno.test("words that are names of object members are words", () => {
  const group = stuffed({
    name: "__proto__",
    description: "constructor toString hasOwnProperty",
    inputSchema: JSON.parse('{"properties":{"__proto__":{"description":"valueOf"}}}'),
  });
  const search = createToolSearch([...HONEST, group]);
  for (const query of ["constructor", "toString", "valueOf", "proto"]) {
    assert.equal(search.find(query, { limit: 1 })[0]?.tool, group.tools[0], query);
  }
});

const ODD_SCHEMAS: readonly unknown[] = [true, null, 7, "x", [], { properties: null }, {
  properties: [{ description: 7 }],
}, { properties: { a: null, b: { description: {} } } }];

Deno.test("schemas that are none do no harm", () => {
  for (const schema of ODD_SCHEMAS) {
    const group = stuffed({ inputSchema: schema as JsonSchema });
    assert.equal(createToolSearch([group]).find("evil", { limit: 1 }).length, 1);
  }
});
