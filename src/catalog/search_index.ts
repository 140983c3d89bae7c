/**
 * Tools by the words that describe them, ready to be ranked: BM25F, which is BM25 over several fields
 * whose lengths are discounted each for itself. Grows linearly with the words that are looked at.
 */

import type { JsonSchema, Tool, ToolGroup } from "../contract/mod.ts";
import { stem } from "./stem.ts";
import { wordsOf } from "./words.ts";

/** A place a word may stand in. A name says more than a sentence, and the first sentence than others. */
interface Field {
  /** What a word here counts. */
  readonly weight: number;
  /** How much a text longer than others is discounted: 0 not at all, 1 fully. */
  readonly discount: number;
  /** Characters that are looked at. */
  readonly characters: number;
}

const FIELDS: readonly Field[] = [
  { weight: 3, discount: 0.4, characters: 1_000 }, // The tool's name.
  { weight: 1, discount: 0.2, characters: 500 }, // Its server's name.
  { weight: 1.5, discount: 0.5, characters: 300 }, // The first sentence of its description.
  { weight: 0.8, discount: 0.75, characters: 4_000 }, // The rest of it.
  { weight: 0.8, discount: 0.6, characters: 2_000 }, // Names of its parameters.
  { weight: 0.3, discount: 0.75, characters: 4_000 }, // Descriptions of its parameters.
  { weight: 0.2, discount: 0.75, characters: 2_000 }, // Its server's instructions.
];

/** A text this many times longer than others was not written for readers: further length counts fully. */
const HONEST_LENGTH = 3;

/** A word said often counts as said this often (test/unit/catalog: search_hostile). */
const MAX_REPEATS = 3;
const MAX_DESCRIPTION = 8_000;
/** A tool may also be about what is deprecated, so not every mention counts. */
const DEPRECATED = /\bDEPRECATED\b|^\W*[Dd]eprecated\b|\bis deprecated\b/;
const MAX_PARAMETERS = 60;
/** Position of the first sentence among the fields. */
const HEADLINE = 2;

/** One tool that has a word, and how much of it, lengths discounted. */
export interface Posting {
  readonly entry: number;
  readonly weight: number;
}

/** What is known of a tool beside its words. */
export interface Entry {
  readonly tool: Tool;
  /** `server.name`, by which ties are ordered. */
  readonly path: string;
  /** Words of its name, in order. */
  readonly name: readonly string[];
  /** The words of the names it goes by: its own, and with its server before it. */
  readonly spellings: readonly string[];
  /** Its server advises against it. */
  readonly isDeprecated: boolean;
}

/** The words of some tools. */
export class SearchIndex {
  readonly entries: readonly Entry[];
  readonly #postings = new Map<string, Posting[]>();
  #sorted: readonly string[] | undefined;

  constructor(groups: readonly ToolGroup[]) {
    const stemOf = rememberStems();
    const read = groups.flatMap((group) =>
      group.tools.map((tool) => readFields(tool, group, stemOf))
    );
    const averages = FIELDS.map((_, field) =>
      read.reduce((sum, { lengths }) => sum + (lengths[field] ?? 0), 0) / read.length || 1
    );
    this.entries = read.map(({ entry }) => entry);
    read.forEach(({ counts, lengths }, position) => {
      for (const [word, times] of counts) {
        this.#post(word, position, weigh(times, lengths, averages));
      }
    });
  }

  /** Tools that have the word. */
  postings(word: string): readonly Posting[] {
    return this.#postings.get(word) ?? [];
  }

  /** Words that begin so, at most `limit`, the first in order. */
  wordsFrom(prefix: string, limit: number): readonly string[] {
    const words = this.#sorted ??= [...this.#postings.keys()].sort(compareCodeUnits);
    const from = firstFrom(words, prefix);
    let end = from;
    while (end - from < limit && words[end]?.startsWith(prefix)) end += 1;
    return words.slice(from, end);
  }

  #post(word: string, entry: number, weight: number): void {
    const postings = this.#postings.get(word);
    if (postings === undefined) this.#postings.set(word, [{ entry, weight }]);
    else postings.push({ entry, weight });
  }
}

interface ReadTool {
  readonly entry: Entry;
  /** How often each word stands in each field. */
  readonly counts: ReadonlyMap<string, readonly number[]>;
  readonly lengths: readonly number[];
}

function readFields(tool: Tool, group: ToolGroup, stemOf: typeof stem): ReadTool {
  const counts = new Map<string, number[]>();
  const fields = textsOf(tool, group).map((text, field) =>
    wordsOf(text.slice(0, FIELDS[field]?.characters), stemOf)
  );
  fields.forEach((words, field) => {
    for (const word of words) {
      const times = counts.get(word) ?? FIELDS.map(() => 0);
      times[field] = (times[field] ?? 0) + 1;
      counts.set(word, times);
    }
  });
  const lengths = fields.map((words) => words.length);
  return { entry: toEntry(tool, fields[0] ?? []), counts, lengths };
}

/** Tools say the same words over and over. */
function rememberStems(): typeof stem {
  const known = new Map<string, string>();
  return (word) => {
    const stemmed = known.get(word) ?? stem(word);
    known.set(word, stemmed);
    return stemmed;
  };
}

function toEntry(tool: Tool, name: readonly string[]): Entry {
  const path = `${tool.server}.${tool.name}`;
  const spellings = [name.join(" "), wordsOf(path.slice(0, MAX_DESCRIPTION)).join(" ")];
  const isDeprecated = DEPRECATED.test(tool.description.slice(0, MAX_DESCRIPTION));
  return { tool, path, name, spellings, isDeprecated };
}

/** Where the first word stands that is not before `wanted`. */
function firstFrom(words: readonly string[], wanted: string): number {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function weigh(
  times: readonly number[],
  lengths: readonly number[],
  averages: readonly number[],
): number {
  return FIELDS.reduce((sum, { weight, discount }, field) => {
    const count = Math.min(times[field] ?? 0, MAX_REPEATS);
    const relative = (lengths[field] ?? 0) / (averages[field] ?? 1);
    const beyond = Math.max(0, relative - HONEST_LENGTH);
    return sum + weight * count / (1 - discount + discount * (relative - beyond) + beyond);
  }, 0);
}

/** Texts in the order of {@link FIELDS}. */
function textsOf(tool: Tool, group: ToolGroup): readonly string[] {
  const { description, inputSchema } = tool;
  const text = description.slice(0, MAX_DESCRIPTION).trim();
  const stop = text.search(/[.!?](\s|$)|\n\s*\n|[。！？]/) + 1 || text.length;
  // A sentence that goes on and on is no headline.
  const end = stop > FIELDS[HEADLINE]!.characters ? 0 : stop;
  const parameters = parametersOf(inputSchema);
  return [
    tool.name,
    tool.server,
    text.slice(0, end),
    text.slice(end),
    parameters.map(([name]) => name).join(" "),
    parameters.map(([, about]) => about).join(" "),
    group.description,
  ];
}

function parametersOf(schema: JsonSchema): readonly (readonly [string, string])[] {
  if (!isRecord(schema) || !isRecord(schema["properties"])) return [];
  const { properties } = schema;
  return Object.keys(properties).slice(0, MAX_PARAMETERS).map((name) => {
    const property = properties[name];
    const about = isRecord(property) ? property["description"] : undefined;
    return [name.slice(0, 200), typeof about === "string" ? about.slice(0, 1_000) : ""];
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
