/**
 * Finds tools by words, in any spelling and by their synonyms. The order depends on the tools and the
 * query alone; what a server says of itself is bounded before it counts. Pure.
 */

import type { Tool, ToolGroup } from "../contract/mod.ts";
import { type Entry, SearchIndex } from "./search_index.ts";
import { SYNONYMS } from "./synonyms.ts";
import { wordsOf } from "./words.ts";

/** A found tool; a higher score is a better match. */
export interface ToolMatch {
  readonly tool: Tool;
  readonly score: number;
}

/** Searches in tools that were read once. */
export interface ToolSearch {
  /** The best matches, at most `limit`; ties are in the order of server and name. */
  find(query: string, options: { readonly limit: number }): readonly ToolMatch[];
}

/** Characters of a query that are looked at. */
export const MAX_QUERY_LENGTH = 2_000;
const MAX_QUERY_WORDS = 32;

/** How soon more of a word stops to matter. */
const SATURATION = 3;
/** What a word counts that is only near the one asked for. */
const SYNONYM_SHARE = 0.5;
const PREFIX_SHARE = 0.6;
const SHORTEST_PREFIX = 3;
/** Words that a prefix may stand for. */
const MAX_PREFIXED = 24;

/** How much it counts that little of the query is missing, and little of a name is beside it. */
const COVERAGE = 0.5;
const NAME_COVERAGE = 0.4;
/** The query is the tool's name. */
const NAMED_BONUS = 1_000;

/** A tool that its server advises against comes after those it advises. */
const DEPRECATED_SHARE = 0.1;

/** Reads the tools of `groups`, for many queries. */
export function createToolSearch(groups: readonly ToolGroup[]): ToolSearch {
  return new IndexSearch(groups);
}

class IndexSearch implements ToolSearch {
  readonly #index: SearchIndex;

  constructor(groups: readonly ToolGroup[]) {
    this.#index = new SearchIndex(groups);
  }

  find(query: string, { limit }: { readonly limit: number }): readonly ToolMatch[] {
    const asked = wordsOf(query.slice(0, MAX_QUERY_LENGTH));
    const words = [...new Set(asked)].slice(0, MAX_QUERY_WORDS);
    if (words.length === 0) return [];
    const tally = new Tally(this.#index.entries.length);
    for (const word of words) tally.add(this.#scoresOf(word));
    const name = asked.join(" ");
    return [...tally.entries()]
      .map(([entry, parts]) => this.#judge(entry, parts, tally.possible, name, words))
      .sort((a, b) => b.score - a.score || compareCodeUnits(a.entry.path, b.entry.path))
      .slice(0, limit)
      .map(({ entry: { tool }, score }) => ({ tool, score }));
  }

  #judge(
    position: number,
    parts: { readonly score: number; readonly covered: number },
    possible: number,
    name: string,
    words: readonly string[],
  ): { readonly entry: Entry; readonly score: number } {
    const entry = this.#index.entries[position]!;
    const coverage = 1 - COVERAGE + COVERAGE * parts.covered / possible;
    const named = 1 + NAME_COVERAGE * shareOfName(entry, words);
    const score = parts.score * coverage * named;
    if (entry.isDeprecated) return { entry, score: score * DEPRECATED_SHARE };
    return { entry, score: entry.spellings.includes(name) ? score + NAMED_BONUS : score };
  }

  /** What each tool gets for a word of the query: the best of the word itself and of those near it. */
  #scoresOf(word: string): WordScores {
    const scores = new Map<number, number>();
    const rarity = this.#rarityOf(word);
    let highest = 0;
    for (const [near, share] of this.#near(word)) {
      const factor = share * (near === word ? rarity : Math.min(rarity, this.#rarityOf(near)));
      highest = Math.max(highest, factor);
      for (const { entry, weight } of this.#index.postings(near)) {
        const score = factor * weight * (SATURATION + 1) / (weight + SATURATION);
        if (score > (scores.get(entry) ?? 0)) scores.set(entry, score);
      }
    }
    return { scores, highest };
  }

  /** Words that may be meant, with what they count. */
  #near(word: string): ReadonlyMap<string, number> {
    const near = new Map([[word, 1]]);
    for (const synonym of SYNONYMS.get(word) ?? []) near.set(synonym, SYNONYM_SHARE);
    if (word.length < SHORTEST_PREFIX) return near;
    for (const known of this.#index.wordsFrom(word, MAX_PREFIXED)) {
      if (!near.has(known)) near.set(known, PREFIX_SHARE);
    }
    return near;
  }

  #rarityOf(word: string): number {
    const all = this.#index.entries.length;
    const found = this.#index.postings(word).length;
    return Math.log(1 + (all - found + 0.5) / (found + 0.5));
  }
}

interface WordScores {
  readonly scores: ReadonlyMap<number, number>;
  /** What the word could count at most. */
  readonly highest: number;
}

/** Adds up the words of one query. */
class Tally {
  readonly #scores: Float64Array;
  readonly #covered: Float64Array;
  readonly #found = new Set<number>();
  possible = 0;

  constructor(entries: number) {
    this.#scores = new Float64Array(entries);
    this.#covered = new Float64Array(entries);
  }

  add({ scores, highest }: WordScores): void {
    this.possible += highest;
    for (const [entry, score] of scores) {
      this.#scores[entry]! += score;
      this.#covered[entry]! += Math.min(score, highest);
      this.#found.add(entry);
    }
  }

  *entries(): Iterable<[number, { readonly score: number; readonly covered: number }]> {
    for (const entry of this.#found) {
      yield [entry, { score: this.#scores[entry]!, covered: this.#covered[entry]! }];
    }
  }
}

/** How much of a tool's name was asked for. */
function shareOfName({ name }: Entry, words: readonly string[]): number {
  if (name.length === 0) return 0;
  const isAsked = (part: string) =>
    words.includes(part) || words.some((word) => SYNONYMS.get(word)?.includes(part) === true);
  return name.filter(isAsked).length / name.length;
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
