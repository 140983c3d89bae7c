/** What a whole JSON value costs, about: its tokens, and the memory that keeping it takes. */

import { scanTokens } from "./estimate_tokens.ts";
import { BRACKETS, costOfName, SEPARATOR } from "./json_cost.ts";

/** Memory of a list or an object without its members, of a member, and of a text's head: rounded up. */
const CONTAINER_BYTES = 64;
const MEMBER_BYTES = 16;
const TEXT_BYTES = 24;

/** Characters of a long text that are read; the rest is taken to be like them. */
const SAMPLE_LENGTH = 64;

/** A value's cost. */
export interface Weight {
  /** Estimated, from samples of long texts. */
  readonly tokens: number;
  /** Estimated bytes of memory; texts are counted as two bytes a character. */
  readonly bytes: number;
}

/** Weighs a value in one pass; undefined as soon as it is heavier than `maxBytes`. */
export function weigh(value: unknown, maxBytes: number): Weight | undefined {
  const scale = new Scale();
  const open = [[value][Symbol.iterator]()];
  while (open.length > 0) {
    const next = open.at(-1)!.next();
    if (next.done === true) open.pop();
    else {
      // No recursion, because a value may be deep.
      const members = scale.add(next.value);
      if (scale.bytes > maxBytes) return undefined;
      if (members !== undefined) open.push(members[Symbol.iterator]() as ArrayIterator<unknown>);
    }
  }
  return { tokens: Math.ceil(scale.tokens), bytes: scale.bytes };
}

class Scale {
  tokens = 0;
  bytes = 0;

  /** Adds one value without its members, which it gives back. */
  add(value: unknown): readonly unknown[] | undefined {
    if (typeof value === "string") this.#addText(value);
    else if (typeof value === "number") this.tokens += 1 + String(value).length * 0.45;
    else if (typeof value !== "object" || value === null) this.tokens += 1;
    else return this.#addContainer(value);
    return undefined;
  }

  #addText(text: string): void {
    this.bytes += TEXT_BYTES + 2 * text.length;
    const { tokens, end } = scanTokens(text, { maxLength: SAMPLE_LENGTH });
    this.tokens += 1 + (end < text.length ? tokens * (text.length / end) : tokens);
  }

  #addContainer(container: object): readonly unknown[] {
    const isList = Array.isArray(container);
    const members: readonly unknown[] = isList ? container : Object.values(container);
    this.bytes += CONTAINER_BYTES + MEMBER_BYTES * members.length;
    this.tokens += BRACKETS + SEPARATOR * members.length;
    for (const name of isList ? [] : Object.keys(container)) {
      this.bytes += 2 * name.length;
      this.tokens += costOfName(name);
    }
    return members;
  }
}
