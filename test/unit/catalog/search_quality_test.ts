/** How well the search finds what is asked for in words that the tools do not use. */

import assert from "node:assert/strict";
import { createToolSearch } from "../../../src/catalog/search.ts";
import type { ToolGroup } from "../../../src/contract/mod.ts";
import { measure, plainBm25, type Quality, readGroups, readQuestions } from "./search_measure.ts";
import type { Ranking } from "./search_measure.ts";

const SETS = [
  { name: "golden", tools: "tools.json", queries: "queries.json", least: 0.85 },
  { name: "large", tools: "tools_large.json", queries: "queries_large.json", least: 0.85 },
];

function ourRanking(groups: readonly ToolGroup[]): Ranking {
  const search = createToolSearch(groups);
  return (query) =>
    search.find(query, { limit: 50 }).map(({ tool }) => `${tool.server}:${tool.name}`);
}

for (const { name, tools, queries, least } of SETS) {
  Deno.test(`${name}: found among the first five more often than by plain BM25`, () => {
    const groups = readGroups(tools);
    const questions = readQuestions(queries);
    const ours = measure(questions, ourRanking(groups));
    const plain = measure(questions, plainBm25(groups));
    const figures = `${JSON.stringify(ours)} against ${JSON.stringify(plain)}`;
    assert.ok(ours.recallAt5 >= least, figures);
    for (const key of ["recallAt1", "recallAt5", "mrr"] satisfies (keyof Quality)[]) {
      assert.ok(ours[key] > plain[key], `${key}: ${figures}`);
    }
  });
}

Deno.test("the plain BM25 is the one whose figures are known", () => {
  const plain = measure(readQuestions("queries.json"), plainBm25(readGroups("tools.json")));
  assert.deepEqual(Object.values(plain).map((share) => share.toFixed(3)), [
    "0.542",
    "0.750",
    "0.620",
  ]);
});

Deno.test("every question is about tools that exist", () => {
  for (const { tools, queries } of SETS) {
    const known = new Set(
      readGroups(tools).flatMap((group) =>
        group.tools.map(({ name }) => `${group.server}:${name}`)
      ),
    );
    const asked = readQuestions(queries).flatMap(({ labels }) => labels.map((one) => one.tool_id));
    assert.deepEqual(asked.filter((id) => !known.has(id)), []);
  }
});

Deno.test("the same tools in another order are found in the same order", () => {
  const groups = readGroups("tools_large.json");
  const turned = groups.toReversed()
    .map((group) => ({ ...group, tools: group.tools.toReversed() }));
  const [one, other] = [ourRanking(groups), ourRanking(turned)];
  for (const { query } of readQuestions("queries_large.json")) {
    assert.deepEqual(one(query), other(query), query);
  }
});
