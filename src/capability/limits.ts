/** The amounts a grant holds when it names none (the specification's defaults), and how they combine. */

import type { CapabilitySet } from "./capability_set.ts";

/** Amounts that apply where a set is silent. */
export const DEFAULT_AMOUNTS = Object.freeze({
  /** Requests a second from guest code. */
  maxRequestsPerSecond: 10,
  /** Bytes of one request body: 1 MB. */
  maxRequestSize: 1_048_576,
  /** Bytes of one file: 1 MB. */
  maxFileSize: 1_048_576,
  /** Tool calls a second. */
  maxCallsPerSecond: 5,
  /** Tool calls at the same time in one execution. */
  maxConcurrentCalls: 3,
});

/** Ports of a host that names none. */
export const DEFAULT_PORTS: readonly number[] = Object.freeze([80, 443]);

type AmountName = keyof typeof DEFAULT_AMOUNTS;
type Amounts = Partial<Record<AmountName, number>>;

/** The amounts of each part of a set. */
export const AMOUNTS_OF_PART = Object.freeze({
  network: ["maxRequestsPerSecond", "maxRequestSize"],
  filesystem: ["maxFileSize"],
  mcp: ["maxCallsPerSecond", "maxConcurrentCalls"],
}) satisfies Record<string, readonly AmountName[]>;

/** A part of a set that has amounts. */
export type AmountPart = keyof typeof AMOUNTS_OF_PART;

/** Every part that has amounts, in the order they are printed. */
export const AMOUNT_PARTS: readonly AmountPart[] = Object.freeze(["network", "filesystem", "mcp"]);

/** The amounts of `part` that both sets leave when `pick` chooses between them; silent stays silent. */
export function combineAmounts(
  left: CapabilitySet,
  right: CapabilitySet,
  part: AmountPart,
  pick: (left: number, right: number) => number,
): Amounts {
  const [ofLeft, ofRight]: (Amounts | undefined)[] = [left[part], right[part]];
  const combined: Amounts = {};
  for (const name of AMOUNTS_OF_PART[part]) {
    const [a, b] = [ofLeft?.[name], ofRight?.[name]];
    if (a === undefined && b === undefined) continue;
    if (!ofLeft || !ofRight) combined[name] = (a ?? b) as number;
    else combined[name] = pick(a ?? DEFAULT_AMOUNTS[name], b ?? DEFAULT_AMOUNTS[name]);
  }
  return combined;
}

/** Amounts that `asked` names and that are above what `granted` holds, as `part.name=amount`. */
export function excessAmounts(asked: CapabilitySet, granted: CapabilitySet): string[] {
  return AMOUNT_PARTS.flatMap((part) => {
    const [ofAsked, ofGranted]: (Amounts | undefined)[] = [asked[part], granted[part]];
    return AMOUNTS_OF_PART[part].flatMap((name) => {
      const amount = ofAsked?.[name];
      const most = ofGranted?.[name] ?? DEFAULT_AMOUNTS[name];
      // NaN is never <=, so an amount that is no number is always an excess.
      return amount === undefined || amount <= most ? [] : [`${part}.${name}=${amount}`];
    });
  });
}
