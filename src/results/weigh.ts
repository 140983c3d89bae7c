/** What a whole JSON value costs: its tokens, and the memory that keeping it takes. */

import { scanTokens } from "./estimate_tokens.ts";
import { BRACKETS, costOfName, costOfText, SEPARATOR } from "./json_cost.ts";

/** Memory of a list or an object without its members, of a member, and of a text's head: rounded up. */
const CONTAINER_BYTES = 64;
const MEMBER_BYTES = 16;
const TEXT_BYTES = 24;

/** A value's cost. */
export interface Weight {
  /** Estimated. */
  readonly tokens: number;
  /** Estimated bytes of memory; texts are counted as two bytes a character. */
  readonly bytes: number;
}

/** Weighs a value in one pass, without recursion, because it may be deep. */
export function weigh(value: unknown): Weight {
  let tokens = 0;
  let bytes = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === "string") {
      tokens += costOfText(next);
      bytes += TEXT_BYTES + 2 * next.length;
    } else if (typeof next === "number") tokens += scanTokens(String(next)).tokens;
    else if (typeof next !== "object" || next === null) tokens += 1;
    else {
      const names = Array.isArray(next) ? [] : Object.keys(next);
      const members: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
      tokens += BRACKETS + SEPARATOR * members.length;
      bytes += CONTAINER_BYTES + MEMBER_BYTES * members.length;
      for (const name of names) {
        tokens += costOfName(name);
        bytes += 2 * name.length;
      }
      for (const member of members) open.push(member);
    }
  }
  return { tokens: Math.ceil(tokens), bytes };
}
