/**
 * A JSON value made to fit a number of tokens. What is left is valid JSON of the same outline: lists
 * and objects keep their first members, texts their start, and each says in its place how much is
 * missing. Siblings share what there is, so that a big one does not hide the others.
 */

import { type Location, printJsonPath } from "../base/json_path.ts";
import { type Cut, DEFAULT_RESULT_TOKENS } from "../contract/mod.ts";
import { type Room, shareTokens } from "./share_tokens.ts";
import { scanTokens } from "./estimate_tokens.ts";
import { BRACKETS, costOfName, costOfText, JsonCost, MAX_DEPTH, SEPARATOR } from "./json_cost.ts";

/** The fewest tokens that a value can be made to fit. */
export const LEAST_TOKENS = 32;

/** Tokens that are enough to say of any value what is missing. */
const LEAST_SHARE = 28;
/** Tokens of the sentence that says so. */
const NOTICE = 18;

/** Tokens of the list of cuts; a reader sees in place what is missing. */
const MAX_LIST_TOKENS = 600;

/** Options of {@link fitResult}. */
export interface FitOptions {
  /** Tokens of the value and the list of cuts together. @default 6000 */
  readonly maxTokens?: number;
  /** Tokens to leave for what else is said of a value that does not fit. @default 0 */
  readonly reservedTokens?: number;
  /** Where the value is, for the paths of cuts. @default the root */
  readonly location?: Location;
}

/** A value that fits. */
export interface Fitted {
  /** The same value where all of it fits. */
  readonly value: unknown;
  /** Estimated tokens of the value. */
  readonly tokens: number;
  /** What was cut, outer places before inner ones; empty when nothing was. */
  readonly cuts: readonly Cut[];
  /** Further cuts that found no room in the list. */
  readonly moreCuts: number;
}

/** Makes `value` fit. Fewer than {@link LEAST_TOKENS} is a `RangeError`. */
export function fitResult(value: unknown, options: FitOptions = {}): Fitted {
  const { maxTokens = DEFAULT_RESULT_TOKENS, reservedTokens = 0, location = [] } = options;
  if (!(maxTokens >= LEAST_TOKENS)) {
    throw new RangeError(
      `Cannot fit a result into ${maxTokens} tokens: the least is ${LEAST_TOKENS}`,
    );
  }
  const costs = new JsonCost();
  const whole = costs.of(value, maxTokens);
  if (whole <= maxTokens || value === undefined) {
    return { value, tokens: Math.ceil(whole), cuts: [], moreCuts: 0 };
  }
  const room = Math.max(LEAST_TOKENS, maxTokens - reservedTokens);
  const listTokens = Math.min(Math.floor(room / 8), MAX_LIST_TOKENS);
  const fitter = new Fitter(costs, listTokens);
  const fitted = fitter.fit(value, room - listTokens, { location, depth: 0 });
  return {
    value: fitted.value,
    tokens: Math.ceil(fitted.tokens),
    cuts: fitter.cuts,
    moreCuts: fitter.moreCuts,
  };
}

interface Part {
  readonly value: unknown;
  readonly tokens: number;
}

interface Place {
  readonly location: Location;
  readonly depth: number;
}

class Fitter {
  readonly cuts: Cut[] = [];
  moreCuts = 0;
  readonly #costs: JsonCost;
  #listTokens: number;

  constructor(costs: JsonCost, listTokens: number) {
    this.#costs = costs;
    this.#listTokens = listTokens;
  }

  /** `value` in at most `max` tokens, which are {@link LEAST_SHARE} or all that it needs. */
  fit(value: unknown, max: number, place: Place): Part {
    const tokens = this.#costs.of(value, max, place.depth);
    if (tokens <= max) return { value, tokens };
    if (typeof value === "string") return this.#fitText(value, max, place);
    if (Array.isArray(value)) return this.#fitList(value, max, place);
    if (typeof value === "object" && value !== null) return this.#fitRecord(value, max, place);
    return { value, tokens: this.#costs.of(value, Infinity) };
  }

  #fitText(text: string, max: number, { location }: Place): Part {
    const { end } = scanTokens(text, { maxTokens: max - NOTICE });
    this.#note({ kind: "string", kept: end, total: text.length }, location);
    const missing = text.length - end;
    const value = `${text.slice(0, end)}… ${missing} of ${text.length} characters cut`;
    return { value, tokens: costOfText(value) };
  }

  #fitList(list: readonly unknown[], max: number, place: Place): Part {
    const room = max - BRACKETS - NOTICE;
    const least = Math.max(LEAST_SHARE, room / 8);
    const kept = place.depth >= MAX_DEPTH ? 0 : this.#countOf(list, room, least, place.depth);
    const missing = list.length - kept;
    if (missing > 0) this.#note({ kind: "array", kept, total: list.length }, place.location);
    const members = list.slice(0, kept).map((value, index) => ({ key: index, value, cost: 0 }));
    const { values, tokens } = this.#fitMembers(members, { tokens: room, least }, place);
    const notice = `… ${missing} of ${list.length} items cut`;
    if (missing === 0) return { value: values, tokens: BRACKETS + tokens };
    values.push(notice);
    return { value: values, tokens: BRACKETS + tokens + SEPARATOR + costOfText(notice) };
  }

  /** How many first elements there is room for, each with at least its least share. */
  #countOf(list: readonly unknown[], room: number, least: number, depth: number): number {
    let left = room;
    let count = 0;
    for (; count < list.length; count += 1) {
      left -= SEPARATOR + Math.min(this.#costs.of(list[count], least, depth + 1), least);
      if (left < 0) break;
    }
    return count;
  }

  #fitRecord(record: object, max: number, place: Place): Part {
    const room = max - BRACKETS - NOTICE;
    const names = this.#costs.namesOf(record);
    const least = Math.max(LEAST_SHARE, room / 32);
    const members = place.depth >= MAX_DEPTH
      ? []
      : this.#membersOf(record, { tokens: room, least }, place.depth);
    const missing = names.length - members.length;
    if (missing > 0) {
      const cut = { kind: "object", kept: members.length, total: names.length } as const;
      this.#note(cut, place.location);
    }
    const { values, tokens } = this.#fitMembers(members, { tokens: room, least }, place);
    const entries = members.map(({ key }, index): [string, unknown] => [key, values[index]]);
    if (missing === 0) return { value: Object.fromEntries(entries), tokens: BRACKETS + tokens };
    const name = freeName(record);
    const notice = `${missing} of ${names.length} keys cut`;
    // SAFETY: defined and not assigned, so that a member named `__proto__` stays a member.
    const value = Object.fromEntries([...entries, [name, notice]]);
    const added = SEPARATOR + costOfName(name) + costOfText(notice);
    return { value, tokens: BRACKETS + tokens + added };
  }

  /** The first members there is room for; one whose name alone is too long is passed over. */
  #membersOf(record: object, { tokens, least }: Room, depth: number): Member<string>[] {
    const longestName = Math.max(LEAST_SHARE, tokens / 4);
    const members: Member<string>[] = [];
    let left = tokens;
    for (const key of this.#costs.namesOf(record)) {
      const cost = costOfName(key, longestName);
      if (cost > longestName) continue;
      const value = (record as Readonly<Record<string, unknown>>)[key];
      left -= SEPARATOR + cost + Math.min(this.#costs.of(value, least, depth + 1), least);
      if (left < 0) break;
      members.push({ key, value, cost });
    }
    return members;
  }

  #fitMembers(
    members: readonly Member<string | number>[],
    room: Room,
    { location, depth }: Place,
  ): { readonly values: unknown[]; readonly tokens: number } {
    const fixed = members.reduce((sum, { cost }) => sum + cost + SEPARATOR, 0);
    const values = members.map(({ value }) => value);
    const measure = (value: unknown, max: number) => this.#costs.of(value, max, depth + 1);
    const shares = shareTokens(values, { ...room, tokens: room.tokens - fixed }, measure);
    let tokens = fixed;
    let unused = 0;
    members.forEach(({ key, value }, index) => {
      const share = shares[index]! + unused;
      const inner = { location: [...location, key], depth: depth + 1 };
      const part = this.fit(value, share, inner);
      values[index] = part.value;
      tokens += part.tokens;
      unused = Math.max(0, share - part.tokens);
    });
    return { values, tokens };
  }

  #note(cut: Omit<Cut, "path">, location: Location): void {
    const listed = { path: printJsonPath(location), ...cut };
    const cost = this.#costs.of(listed, this.#listTokens) + SEPARATOR;
    if (cost > this.#listTokens) {
      this.moreCuts += 1;
      return;
    }
    this.#listTokens -= cost;
    this.cuts.push(listed);
  }
}

interface Member<Key> {
  readonly key: Key;
  readonly value: unknown;
  /** Tokens of its name. */
  readonly cost: number;
}

/** A short name that the object does not have: at most as many are taken as it has names. */
function freeName(record: object): string {
  if (!Object.hasOwn(record, "…")) return "…";
  for (let count = 2;; count += 1) {
    if (!Object.hasOwn(record, `…${count}`)) return `…${count}`;
  }
}
