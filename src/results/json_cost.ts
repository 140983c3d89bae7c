/**
 * Tokens of a JSON value as compact JSON prints it, known only as far as a bound, so that the work
 * goes with what is asked for and not with the size of the value.
 */

import { scanTokens } from "./estimate_tokens.ts";
import { NameIndex } from "./name_index.ts";

/** Containers inside containers that are looked into. */
export const MAX_DEPTH = 256;

/** The quotes of a text. */
const QUOTES = 1;
/** The quotes and the colon of a name. */
const NAME = 1.5;
/** The brackets of a list or an object. */
export const BRACKETS = 1;
/** What stands between two members. */
export const SEPARATOR = 0.5;

/** Measures the values of one piece of work. */
export class JsonCost {
  readonly #names: NameIndex;

  /** `names`: what is known of the values already. */
  constructor(names: NameIndex = new NameIndex()) {
    this.#names = names;
  }

  /** The object's own names in order. */
  namesOf(record: object): readonly string[] {
    return this.#names.of(record);
  }

  /**
   * Tokens of `value`, or `Infinity` when they are more than `max` or too deep to be measured. What
   * JSON has no word for costs what `null` does.
   */
  of(value: unknown, max: number, depth = 0): number {
    if (typeof value === "string") return costOfText(value, max);
    if (typeof value === "number") return atMost(scanTokens(String(value)).tokens, max);
    if (typeof value !== "object" || value === null) return atMost(1, max);
    if (depth > MAX_DEPTH) return Infinity;
    return Array.isArray(value)
      ? this.#ofList(value, max, depth)
      : this.#ofRecord(value as Readonly<Record<string, unknown>>, max, depth);
  }

  #ofList(list: readonly unknown[], max: number, depth: number): number {
    let cost = atMost(BRACKETS, max);
    for (let index = 0; index < list.length && cost <= max; index += 1) {
      cost += SEPARATOR + this.of(list[index], max - cost, depth + 1);
    }
    return atMost(cost, max);
  }

  #ofRecord(record: Readonly<Record<string, unknown>>, max: number, depth: number): number {
    let cost = atMost(BRACKETS, max);
    const names = this.namesOf(record);
    for (let index = 0; index < names.length && cost <= max; index += 1) {
      const name = names[index]!;
      cost += SEPARATOR + costOfName(name, max - cost);
      cost += this.of(record[name], max - cost, depth + 1);
    }
    return atMost(cost, max);
  }
}

/** Tokens of a member's name, or `Infinity` when they are more than `max`. */
export function costOfName(name: string, max = Infinity): number {
  return costOfText(name, max - NAME + QUOTES) + NAME - QUOTES;
}

/** Tokens of a text, or `Infinity` when they are more than `max`. */
export function costOfText(text: string, max = Infinity): number {
  const { tokens, end } = scanTokens(text, { maxTokens: max - QUOTES });
  return end < text.length ? Infinity : atMost(tokens + QUOTES, max);
}

function atMost(cost: number, max: number): number {
  return cost <= max ? cost : Infinity;
}

/** Tokens of a JSON value as compact JSON prints it, rounded up; `Infinity` when it is too deep. */
export function estimateJsonTokens(value: unknown): number {
  return Math.ceil(new JsonCost().of(value, Infinity));
}
