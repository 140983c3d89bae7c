/**
 * The part of JSONPath (RFC 9535) in which rules and readers name places: names, indexes, slices and
 * wildcards. No descent, filters, lists or functions, so that the work is bounded by the path and one
 * limit.
 */

/** One step: a member's name, an element's index, a slice, or everything inside. */
export type Segment =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | {
    readonly kind: "slice";
    readonly start?: number;
    readonly end?: number;
    readonly step: number;
  }
  | { readonly kind: "all" };

/** What a path that cannot be read has wrong, and at which of its characters, counted from 0. */
export interface PathFault {
  readonly problem: string;
  readonly at: number;
}

/** A place in a value: the names and indexes that lead there. */
export type Location = readonly (string | number)[];

/** A value and where it is. */
export interface PathNode {
  readonly location: Location;
  readonly value: unknown;
}

/** Steps of one path. */
export const MAX_SEGMENTS = 32;

/** Values that one path may select or pass through at one step. */
export const MAX_SELECTED = 10_000;

const NUMBER = String.raw`(?:0|-?[1-9]\d{0,8})`;
const FIRST = String.raw`A-Za-z_\u0080-\ud7ff\ue000-\u{10ffff}`;
const NAME = `[${FIRST}][0-9${FIRST}]*`;
const SEGMENT = new RegExp(
  [
    String.raw`\.(?:(\*)|(${NAME}))`,
    String.raw`\[(?:(\*)|(${NUMBER})|((?:${NUMBER})?:(?:${NUMBER})?(?::(?:${NUMBER})?)?))\]`,
    String.raw`\[(?:'((?:[^'\\\p{Cc}]|\\.)*)'|"((?:[^"\\\p{Cc}]|\\.)*)")\]`,
  ].join("|"),
  "uy",
);
const SHORTHAND = new RegExp(`^${NAME}$`, "u");

/** The steps of `path`, or what keeps it from being read. */
export function parseJsonPath(path: string): readonly Segment[] | PathFault {
  if (!path.startsWith("$")) return { problem: 'a path begins with "$"', at: 0 };
  const pattern = new RegExp(SEGMENT);
  const segments: Segment[] = [];
  let at = 1;
  while (at < path.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(path);
    const segment = match === null ? undefined : toSegment(match);
    if (match === null || segment === undefined) return { problem: EXPECTED, at };
    if (segments.length === MAX_SEGMENTS) {
      return { problem: `a path has at most ${MAX_SEGMENTS} steps`, at };
    }
    segments.push(segment);
    at = pattern.lastIndex;
  }
  return segments;
}

const EXPECTED = "expected .name, ['name'], [index], [start:end], .* or [*]";

function toSegment(match: RegExpExecArray): Segment | undefined {
  const [, star, shorthand, bracketStar, index, slice, single, double] = match;
  if (star !== undefined || bracketStar !== undefined) return { kind: "all" };
  if (index !== undefined) return { kind: "index", index: Number(index) };
  if (slice !== undefined) return toSlice(slice);
  const name = shorthand ?? unescape(single ?? double ?? "");
  return name === undefined ? undefined : { kind: "name", name };
}

function toSlice(text: string): Segment {
  const [start, end, step] = text.split(":").map((part) => part === "" ? undefined : Number(part));
  return {
    kind: "slice",
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    step: step ?? 1,
  };
}

const ESCAPES = new Map(
  Object.entries({ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", "/": "/", "\\": "\\" }),
).set("'", "'").set('"', '"');

/** The name that a quoted text stands for, or undefined when an escape in it means nothing. */
function unescape(quoted: string): string | undefined {
  let isKnown = true;
  const name = quoted.replaceAll(/\\(?:u([0-9A-Fa-f]{4})|([^]))/g, (_all, hex, short) => {
    const text = hex === undefined ? ESCAPES.get(short) : String.fromCharCode(parseInt(hex, 16));
    isKnown &&= text !== undefined;
    return text ?? "";
  });
  return isKnown ? name : undefined;
}

/** Which nodes of a path are wanted. */
export interface SelectOptions {
  /** Values that the path may select or pass through at one step. @default {@link MAX_SELECTED} */
  readonly max?: number;
  /** Nodes that are passed over; they are counted only. @default 0 */
  readonly offset?: number;
  /** Nodes that are made at most; the rest are counted only. @default all */
  readonly limit?: number;
  /** Lists the names of an object. @default Object.keys */
  readonly namesOf?: (record: object) => readonly string[];
}

/** The wanted nodes, and how many there are in all. */
export interface SelectedNodes {
  readonly nodes: readonly PathNode[];
  readonly total: number;
}

/** The nodes at `segments` of a JSON value; undefined when they are more than `max` at some step. */
export function selectNodes(
  segments: readonly Segment[],
  root: unknown,
  options: SelectOptions = {},
): SelectedNodes | undefined {
  const { offset = 0, limit = Infinity, max = MAX_SELECTED, namesOf = Object.keys } = options;
  let places: readonly Place[] = [{ outer: undefined, key: "", value: root }];
  let total = 1;
  for (const [step, segment] of segments.entries()) {
    const isLast = step === segments.length - 1;
    const next: Place[] = [];
    total = 0;
    for (const place of places) {
      const keys = keysAt(segment, place.value, namesOf);
      if (total + keys.count > max) return undefined;
      const from = isLast ? Math.max(0, offset - total) : 0;
      const end = isLast ? Math.min(keys.count, offset + limit - total) : keys.count;
      for (let index = from; index < end; index += 1) next.push(childOf(place, keys.at(index)));
      total += keys.count;
    }
    places = next;
  }
  if (segments.length === 0 && (offset > 0 || limit < 1)) places = [];
  return { nodes: places.map(toNode), total };
}

/** The values at `segments` of a JSON value; undefined when they are more than {@link MAX_SELECTED}. */
export function selectValues(
  segments: readonly Segment[],
  root: unknown,
): readonly unknown[] | undefined {
  return selectNodes(segments, root)?.nodes.map(({ value }) => value);
}

/** Whether a path leads to one place, whatever the value. */
export function isSingular(segments: readonly Segment[]): boolean {
  return segments.every(({ kind }) => kind === "name" || kind === "index");
}

/** The path of one place, which {@link parseJsonPath} reads. */
export function printJsonPath(location: Location): string {
  return `$${location.map(printKey).join("")}`;
}

function printKey(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  if (SHORTHAND.test(key)) return `.${key}`;
  // Quoted as JSON is, which also makes whatever is no character of its own an escape.
  return `[${JSON.stringify(key).replaceAll(/\p{Cc}/gu, escapeControl)}]`;
}

function escapeControl(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A value on the way; where it is is put together only when somebody asks. */
interface Place {
  readonly outer: Place | undefined;
  readonly key: string | number;
  readonly value: unknown;
}

function childOf(outer: Place, key: string | number): Place {
  return { outer, key, value: (outer.value as Readonly<Record<string | number, unknown>>)[key] };
}

function toNode({ outer, key, value }: Place): PathNode {
  const location = outer === undefined ? [] : [key];
  for (let at = outer; at?.outer !== undefined; at = at.outer) location.push(at.key);
  return { location: location.reverse(), value };
}

/** Names or indexes that a step leads to, none of which need be listed. */
interface Keys {
  readonly count: number;
  readonly at: (index: number) => string | number;
}

const NO_KEYS: Keys = Object.freeze({ count: 0, at: () => "" });

// SAFETY: own members only; `__proto__` and `constructor` of a value are names like any other.
function keysAt(
  segment: Segment,
  value: unknown,
  namesOf: (record: object) => readonly string[],
): Keys {
  if (typeof value !== "object" || value === null) return NO_KEYS;
  if (!Array.isArray(value)) {
    if (segment.kind === "all") return listed(namesOf(value));
    return segment.kind === "name" && Object.hasOwn(value, segment.name)
      ? listed([segment.name])
      : NO_KEYS;
  }
  if (segment.kind === "all") return indexes([0, value.length, 1]);
  if (segment.kind === "slice") return indexes(bounds(segment, value.length));
  if (segment.kind === "name") return NO_KEYS;
  const at = fromEnd(segment.index, value.length);
  return at >= 0 && at < value.length ? listed([at]) : NO_KEYS;
}

function listed(keys: readonly (string | number)[]): Keys {
  return { count: keys.length, at: (index) => keys[index]! };
}

/** First index, end and step of a slice of so many elements, as RFC 9535 (2.3.4.2) has it. */
function bounds(
  { start, end, step }: Extract<Segment, { kind: "slice" }>,
  length: number,
): readonly [number, number, number] {
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const within = (index: number) => Math.min(Math.max(fromEnd(index, length), low), high);
  const first = start === undefined ? (step > 0 ? low : high) : within(start);
  return [first, end === undefined ? (step > 0 ? high : low) : within(end), step];
}

function indexes([first, end, step]: readonly [number, number, number]): Keys {
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((end - first) / step));
  return { count, at: (index) => first + index * step };
}

function fromEnd(index: number, length: number): number {
  return index < 0 ? length + index : index;
}
