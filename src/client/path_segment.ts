/** Names of others as segments of a path. */

/** What a path takes for a step and not for a name, also where it is encoded. */
const STEPS: ReadonlySet<string> = new Set(["", ".", ".."]);

/** Whether a name can be a segment. */
export function isSegment(name: string): boolean {
  return !STEPS.has(name);
}

/** The name as one segment; a TypeError where it would be another path. */
export function pathSegment(name: string, what: string): string {
  if (isSegment(name)) return encodeURIComponent(name);
  throw new TypeError(`Cannot address the ${what} as it is no name: ${JSON.stringify(name)}`);
}
