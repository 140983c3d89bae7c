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

/** A list or an object that is being gone through. */
interface Open {
  readonly container: { readonly [key: string | number]: unknown };
  /** Of an object, which is looked at by name: a list of its values would be one more copy. */
  readonly names: readonly string[] | undefined;
  readonly length: number;
  next: number;
}

/** Weighs a value in one pass; undefined as soon as it is heavier than `maxBytes`. */
export function weigh(value: unknown, maxBytes: number): Weight | undefined {
  const scale = new Scale();
  const open: Open[] = [{ container: { 0: value }, names: undefined, length: 1, next: 0 }];
  while (open.length > 0) {
    const inner = open[open.length - 1]!;
    if (inner.next === inner.length) open.length -= 1;
    else {
      const { container, names, next } = inner;
      inner.next += 1;
      // No recursion, because a value may be deep.
      const opened = scale.add(container[names === undefined ? next : names[next]!]);
      if (scale.bytes > maxBytes) return undefined;
      if (opened !== undefined) open.push(opened);
    }
  }
  return { tokens: Math.ceil(scale.tokens), bytes: scale.bytes };
}

class Scale {
  tokens = 0;
  bytes = 0;

  /** Adds one value without its members, which are for the caller to go through. */
  add(value: unknown): Open | undefined {
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

  #addContainer(value: object): Open {
    const names = Array.isArray(value) ? undefined : Object.keys(value);
    const length = names?.length ?? (value as readonly unknown[]).length;
    this.bytes += CONTAINER_BYTES + MEMBER_BYTES * length;
    this.tokens += BRACKETS + SEPARATOR * length;
    for (const name of names ?? []) {
      this.bytes += 2 * name.length;
      this.tokens += costOfName(name);
    }
    return { container: value as Open["container"], names, length, next: 0 };
  }
}
