/** How much may be spent on telling every fault of a value instead of the first one. Pure. */

/** Faults that are collected at most, in whatever way they come about. */
export const MAX_COLLECTED = 100_000;

/**
 * Evaluations of schema parts in which no more than {@link MAX_COLLECTED} faults can be found; 0 where
 * only the first fault is to be looked for.
 */
export function faultSteps(schema: unknown, value: unknown): number {
  // One evaluation finds a fault for each part of the schema and each member of the value at most. Each
  // pattern for names can find one for each member, so nothing with patterns is looked through.
  const each = countNodes(schema, "patternProperties") + countNodes(value);
  return Math.floor(MAX_COLLECTED / each);
}

/** Values inside a value and itself; infinity for too many, and where a key is the one not to be there. */
function countNodes(value: unknown, refusedKey?: string): number {
  const waiting: unknown[] = [value];
  let count = 0;
  while (waiting.length > 0) {
    const next = waiting.pop();
    count += 1;
    if (typeof next !== "object" || next === null) continue;
    for (const key in next) {
      if (key === refusedKey || count + waiting.length > MAX_COLLECTED) return Infinity;
      waiting.push((next as Record<string, unknown>)[key]);
    }
  }
  return count;
}
