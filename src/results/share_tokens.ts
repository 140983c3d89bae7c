/** How siblings share tokens: the small ones get all they need, the others the same of what is left. */

/** Rounds after which those that are still too big share evenly. */
const MAX_ROUNDS = 8;

/** What there is, and what each is sure to get: so much, or all that it needs. */
export interface Room {
  readonly tokens: number;
  readonly least: number;
}

/**
 * The tokens of each value. `measure` tells what a value needs, or `Infinity` when that is more than
 * it was asked for; it is never asked for more than an even share, so that the work goes with the
 * room. There must be enough for the least share of each.
 */
export function shareTokens(
  values: readonly unknown[],
  { tokens, least }: Room,
  measure: (value: unknown, max: number) => number,
): number[] {
  const shares = values.map(() => 0);
  let open = values.map((_value, index) => index);
  let left = tokens;
  for (let round = 0; round < MAX_ROUNDS && open.length > 0; round += 1) {
    const level = Math.max(least, left / open.length);
    const settled = new Map<number, number>();
    for (const index of open) {
      const need = measure(values[index], level);
      if (need <= level) settled.set(index, need);
    }
    if (settled.size === 0) break;
    for (const [index, need] of settled) {
      shares[index] = need;
      left -= need;
    }
    open = open.filter((index) => !settled.has(index));
  }
  for (const index of open) shares[index] = left / open.length;
  return shares;
}
