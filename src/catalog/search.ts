/** Finds tools by words, ranked as BM25 does over names, parameters and descriptions. Pure. */

import type { JsonSchema, Tool, ToolGroup } from "../contract/mod.ts";

/** A found tool; a higher score is a better match. */
export interface ToolMatch {
  readonly tool: Tool;
  readonly score: number;
}

/** Weights of the places a word stands in; a name says more than a sentence. */
const WEIGHTS = Object.freeze({ name: 4, server: 2, parameter: 1.5, description: 1 });

/** How soon repeating a word stops to matter, and how much long texts are discounted. */
const SATURATION = 1.2;
const LENGTH_DISCOUNT = 0.6;

/** A word that only begins like the one asked for counts this much. */
const PREFIX_SHARE = 0.5;
const SHORTEST_PREFIX = 3;

/** A tool that its server advises against comes after those it advises. */
const DEPRECATED_SHARE = 0.1;
/** A tool may also be about what is deprecated, so not every mention counts. */
const DEPRECATED = /\bDEPRECATED\b|^\W*[Dd]eprecated\b|\bis deprecated\b/;

const MAX_QUERY_WORDS = 32;
const MAX_DESCRIPTION_LENGTH = 4_000;
const MAX_PARAMETERS = 100;
const STOP_WORDS = new Set(
  "a an and are as at be by for from i in is it my of on or that the this to with".split(" "),
);

interface Entry {
  readonly tool: Tool;
  readonly weights: ReadonlyMap<string, number>;
  readonly length: number;
}

/** The best matches of `query`, at most `limit`; ties are in the order of server and name. */
export function searchTools(
  groups: readonly ToolGroup[],
  query: string,
  options: { readonly limit: number },
): readonly ToolMatch[] {
  const words = [...new Set(wordsOf(query.slice(0, 1_000)))].slice(0, MAX_QUERY_WORDS);
  if (words.length === 0) return [];
  const entries = groups.flatMap((group) => group.tools).map(toEntry);
  const rank = ranker(entries, words);
  return entries.map((entry) => ({ tool: entry.tool, score: rank(entry, query) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || compareText(pathOf(a.tool), pathOf(b.tool)))
    .slice(0, options.limit);
}

/** Words of a text or a name: split at case and punctuation, lower case, without plural endings. */
export function wordsOf(text: string): readonly string[] {
  const spaced = text.replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2");
  const words = spaced.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word)).map(stem);
}

function stem(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith("s") && !/(ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
}

function toEntry(tool: Tool): Entry {
  const weights = new Map<string, number>();
  const add = (text: string, weight: number) => {
    for (const word of wordsOf(text)) weights.set(word, (weights.get(word) ?? 0) + weight);
  };
  add(tool.name, WEIGHTS.name);
  add(tool.server, WEIGHTS.server);
  for (const parameter of parametersOf(tool.inputSchema)) add(parameter, WEIGHTS.parameter);
  add(tool.description.slice(0, MAX_DESCRIPTION_LENGTH), WEIGHTS.description);
  const length = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return { tool, weights, length };
}

function parametersOf(schema: JsonSchema): readonly string[] {
  if (typeof schema === "boolean") return [];
  const { properties } = schema;
  if (typeof properties !== "object" || properties === null) return [];
  return Object.keys(properties).slice(0, MAX_PARAMETERS);
}

function ranker(
  entries: readonly Entry[],
  words: readonly string[],
): (entry: Entry, query: string) => number {
  const averageLength = entries.reduce((sum, { length }) => sum + length, 0) / entries.length || 1;
  const rarity = new Map(words.map((word) => [word, rarityOf(word, entries)]));
  return ({ tool, weights, length }, query) => {
    const norm = SATURATION * (1 - LENGTH_DISCOUNT + LENGTH_DISCOUNT * length / averageLength);
    const score = words.reduce((sum, word) => {
      const weight = weightOf(word, weights);
      return sum + rarity.get(word)! * (weight * (SATURATION + 1)) / (weight + norm);
    }, 0);
    if (isDeprecated(tool)) return score * DEPRECATED_SHARE;
    return isNamed(tool, query) ? score + words.length * 10 : score;
  };
}

function rarityOf(word: string, entries: readonly Entry[]): number {
  const found = entries.filter(({ weights }) => weightOf(word, weights) > 0).length;
  return Math.log(1 + (entries.length - found + 0.5) / (found + 0.5));
}

function weightOf(word: string, weights: ReadonlyMap<string, number>): number {
  const exact = weights.get(word);
  if (exact !== undefined) return exact;
  if (word.length < SHORTEST_PREFIX) return 0;
  let best = 0;
  for (const [known, weight] of weights) {
    if (known.startsWith(word)) best = Math.max(best, weight * PREFIX_SHARE);
  }
  return best;
}

/** Whether the query is the tool's own name, in any spelling, with or without its server. */
function isNamed(tool: Tool, query: string): boolean {
  const asked = wordsOf(query).join(" ");
  return asked === wordsOf(tool.name).join(" ") || asked === wordsOf(pathOf(tool)).join(" ");
}

function isDeprecated({ description }: Tool): boolean {
  return DEPRECATED.test(description.slice(0, MAX_DESCRIPTION_LENGTH));
}

function pathOf(tool: Tool): string {
  return `${tool.server}.${tool.name}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
