/** The search over 527 real tools: reading them, one query, and what is found beside a plain BM25. */

import { createToolSearch } from "../../src/catalog/mod.ts";
import {
  measure,
  plainBm25,
  type Quality,
  readGroups,
  readQuestions,
} from "../unit/catalog/search_measure.ts";
import { sequential, type Series, toSeries } from "./measure.ts";

/** Queries whose time is taken. */
const ROUNDS = 10;

/** Times in milliseconds, and shares of the questions. */
export interface SearchFigures {
  readonly read: Series;
  readonly query: Series;
  readonly quality: Readonly<Record<string, { readonly ours: Quality; readonly plain: Quality }>>;
}

/** Measures the search on both sets of questions. */
export async function benchSearch(): Promise<SearchFigures> {
  const groups = readGroups("tools_large.json");
  const questions = readQuestions("queries_large.json");
  const read = await sequential(ROUNDS, () => Promise.resolve(createToolSearch(groups)));
  const search = createToolSearch(groups);
  let turn = 0;
  const ask = () => {
    const { query = "" } = questions[turn++ % questions.length] ?? {};
    return Promise.resolve(search.find(query, { limit: 10 }));
  };
  await sequential(questions.length, ask);
  const query = await sequential(ROUNDS * questions.length, ask);
  return {
    read: toSeries(read),
    query: toSeries(query),
    quality: {
      golden: qualityOf("tools.json", "queries.json"),
      large: qualityOf("tools_large.json", "queries_large.json"),
    },
  };
}

/** The figures as lines for people. */
export function printSearch({ read, query, quality }: SearchFigures): string {
  const times = `search: 527 tools read in ${read.p50.toFixed(1)} ms, a query p50 ${
    query.p50.toFixed(2)
  } ms, p95 ${query.p95.toFixed(2)} ms`;
  const shares = Object.entries(quality).flatMap(([set, { ours, plain }]) => [
    `  ${set}: ours  ${show(ours)}`,
    `  ${set}: plain ${show(plain)}`,
  ]);
  return [times, ...shares].join("\n");
}

function qualityOf(tools: string, queries: string): { ours: Quality; plain: Quality } {
  const groups = readGroups(tools);
  const questions = readQuestions(queries);
  const search = createToolSearch(groups);
  const rank = (text: string) =>
    search.find(text, { limit: 50 }).map(({ tool }) => `${tool.server}:${tool.name}`);
  return {
    ours: measure(questions, rank),
    plain: measure(questions, plainBm25(groups)),
  };
}

function show({ recallAt1, recallAt5, mrr }: Quality): string {
  const [one, five, mean] = [recallAt1, recallAt5, mrr].map((share) => share.toFixed(3));
  return `recall@1 ${one}, recall@5 ${five}, MRR ${mean}`;
}
