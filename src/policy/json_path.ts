/**
 * The part of JSONPath (RFC 9535) in which a rule names places: names, indexes and wildcards. No
 * descent, filters, slices or functions, so that the work is bounded by the path and one limit.
 */

/** One step: a member's name, an element's index, or everything inside. */
export type Segment =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" };

/** Steps of one path. */
export const MAX_SEGMENTS = 32;

/** Values that one path may select or pass through at one step. */
export const MAX_SELECTED = 10_000;

const SEGMENT =
  /\.(?:(\*)|([A-Za-z_\u0080-\u{10ffff}][\w\u0080-\u{10ffff}]*))|\[(?:(\*)|(0|-?[1-9]\d{0,8})|'([^'\\\p{Cc}]*)'|"([^"\\\p{Cc}]*)")\]/uy;

/** The steps of `path`, or undefined if it is not of this part of JSONPath. */
export function parseJsonPath(path: string): readonly Segment[] | undefined {
  if (!path.startsWith("$")) return undefined;
  const pattern = new RegExp(SEGMENT);
  const segments: Segment[] = [];
  pattern.lastIndex = 1;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (match === null || segments.length === MAX_SEGMENTS) return undefined;
    segments.push(toSegment(match));
  }
  return segments;
}

function toSegment(match: RegExpExecArray): Segment {
  const [, star, shorthand, bracketStar, index, single, double] = match;
  if (star !== undefined || bracketStar !== undefined) return { kind: "all" };
  if (index !== undefined) return { kind: "index", index: Number(index) };
  return { kind: "name", name: shorthand ?? single ?? double ?? "" };
}

/** The values at `segments` of a JSON value; undefined when they are more than {@link MAX_SELECTED}. */
export function selectValues(
  segments: readonly Segment[],
  root: unknown,
): readonly unknown[] | undefined {
  let values: readonly unknown[] = [root];
  for (const segment of segments) {
    const next: unknown[] = [];
    for (const value of values) {
      const inner = step(segment, value);
      if (next.length + inner.length > MAX_SELECTED) return undefined;
      next.push(...inner);
    }
    values = next;
  }
  return values;
}

// SAFETY: own members only; `__proto__` and `constructor` of an input are names like any other.
function step(segment: Segment, value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (segment.kind === "all") return Array.isArray(value) ? value : Object.values(value);
  if (segment.kind === "index") {
    if (!Array.isArray(value)) return [];
    const at = segment.index < 0 ? value.length + segment.index : segment.index;
    return at >= 0 && at < value.length ? [value[at]] : [];
  }
  if (Array.isArray(value) || !Object.hasOwn(value, segment.name)) return [];
  return [(value as Readonly<Record<string, unknown>>)[segment.name]];
}
