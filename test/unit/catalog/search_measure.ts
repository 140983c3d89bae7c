/** How well a ranking finds tools for queries whose tools are known, and a plain BM25 to hold it against. */

import { readFileSync } from "node:fs";
import type { JsonSchema, ToolGroup } from "../../../src/contract/mod.ts";

/** A question and the tools that answer it: 2 is the one meant, 1 does as well. */
export interface Question {
  readonly id: string;
  readonly query: string;
  readonly labels: readonly { readonly tool_id: string; readonly relevance: 1 | 2 }[];
}

/** Ids of tools, best first. */
export type Ranking = (query: string) => readonly string[];

/** Shares of the questions; `mrr` is the mean of one over the place of the first right tool. */
export interface Quality {
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly mrr: number;
}

/** One tool as the fixtures have it. */
interface ListedTool {
  readonly server: string;
  readonly tool: string;
  readonly description: string;
  readonly schema?: JsonSchema;
  readonly inputSchema?: JsonSchema;
}

/** Questions of a file in test/fixtures/discovery. */
export function readQuestions(file: string): readonly Question[] {
  return readFixture<{ queries: Question[] }>(file).queries;
}

/** Tools of a file in test/fixtures/discovery. */
export function readGroups(file: string): readonly ToolGroup[] {
  const { tools } = readFixture<{ tools: ListedTool[] }>(file);
  return [...Map.groupBy(tools, (tool) => tool.server)].map(([server, own]) => ({
    server,
    description: "",
    tools: own.map(({ tool, description, schema, inputSchema }) => ({
      server,
      name: tool,
      description,
      inputSchema: schema ?? inputSchema ?? {},
      source: "mcp" as const,
    })),
  }));
}

function readFixture<T>(file: string): T {
  return JSON.parse(
    readFileSync(new URL(`../../fixtures/discovery/${file}`, import.meta.url), "utf8"),
  );
}

/** A question is answered by any of its tools. */
export function measure(questions: readonly Question[], rank: Ranking): Quality {
  const places = questions.map(({ query, labels }) => {
    const right = new Set(labels.map((label) => label.tool_id));
    return rank(query).findIndex((id) => right.has(id));
  });
  const within = (most: number) =>
    places.filter((place) => place >= 0 && place < most).length / places.length;
  const mrr = places.reduce((sum, place) => sum + (place < 0 ? 0 : 1 / (place + 1)), 0) /
    places.length;
  return { recallAt1: within(1), recallAt5: within(5), mrr };
}

/** BM25 with its usual constants over names and descriptions. */
export function plainBm25(groups: readonly ToolGroup[]): Ranking {
  const tokens = (text: string): readonly string[] =>
    text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const documents = groups.flatMap(({ tools }) => tools).map((tool) => ({
    id: `${tool.server}:${tool.name}`,
    words: tokens(`${tool.name.replaceAll("_", " ")} ${tool.description}`),
  }));
  const average = documents.reduce((sum, { words }) => sum + words.length, 0) / documents.length;
  const rarity = (word: string) => {
    const found = documents.filter(({ words }) => words.includes(word)).length;
    return Math.log(1 + (documents.length - found + 0.5) / (found + 0.5));
  };
  return (query) => {
    const asked = [...new Set(tokens(query))].map((word) => [word, rarity(word)] as const);
    const scored = documents.map(({ id, words }) => ({
      id,
      score: asked.reduce((sum, [word, idf]) => {
        const times = words.filter((one) => one === word).length;
        const norm = 1.2 * (0.25 + 0.75 * words.length / average);
        return sum + idf * times * 2.2 / (times + norm);
      }, 0),
    }));
    return scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score)
      .map(({ id }) => id);
  };
}
