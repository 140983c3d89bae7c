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

/** The nodes at `segments` of a JSON value; undefined when they are more than `max` at some step. */
export function selectNodes(
  segments: readonly Segment[],
  root: unknown,
  max: number = MAX_SELECTED,
): readonly PathNode[] | undefined {
  let nodes: readonly PathNode[] = [{ location: [], value: root }];
  for (const segment of segments) {
    const next: PathNode[] = [];
    for (const node of nodes) {
      const keys = keysAt(segment, node.value, max + 1);
      if (next.length + keys.length > max) return undefined;
      for (const key of keys) next.push(childOf(node, key));
    }
    nodes = next;
  }
  return nodes;
}

/** The values at `segments` of a JSON value; undefined when they are more than {@link MAX_SELECTED}. */
export function selectValues(
  segments: readonly Segment[],
  root: unknown,
): readonly unknown[] | undefined {
  return selectNodes(segments, root)?.map(({ value }) => value);
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

function childOf({ location, value }: PathNode, key: string | number): PathNode {
  const inner = (value as Readonly<Record<string | number, unknown>>)[key];
  return { location: [...location, key], value: inner };
}

// SAFETY: own members only; `__proto__` and `constructor` of a value are names like any other.
function keysAt(segment: Segment, value: unknown, max: number): readonly (string | number)[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value)) {
    if (segment.kind === "all") return Object.keys(value);
    return segment.kind === "name" && Object.hasOwn(value, segment.name) ? [segment.name] : [];
  }
  if (segment.kind === "all") return indexes([0, value.length, 1], max);
  if (segment.kind === "slice") return indexes(bounds(segment, value.length), max);
  if (segment.kind === "name") return [];
  const at = fromEnd(segment.index, value.length);
  return at >= 0 && at < value.length ? [at] : [];
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

function indexes([first, end, step]: readonly [number, number, number], max: number): number[] {
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((end - first) / step));
  return Array.from({ length: Math.min(count, max) }, (_none, index) => first + index * step);
}

function fromEnd(index: number, length: number): number {
  return index < 0 ? length + index : index;
}
