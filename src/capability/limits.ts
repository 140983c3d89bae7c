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

/** The larger amounts of `part`; where a set holds the part and is silent, its default counts. */
export function largerAmounts(
  left: CapabilitySet,
  right: CapabilitySet,
  part: AmountPart,
): Amounts {
  const [ofLeft, ofRight]: (Amounts | undefined)[] = [left[part], right[part]];
  return pickAmounts(part, (name) => {
    const [a, b] = [ofLeft?.[name], ofRight?.[name]];
    if (a === undefined && b === undefined) return undefined;
    if (!ofLeft || !ofRight) return a ?? b;
    return Math.max(a ?? DEFAULT_AMOUNTS[name], b ?? DEFAULT_AMOUNTS[name]);
  });
}

/** The amounts of `part` for one who asked and was granted: silence takes what the grant holds. */
export function grantedAmounts(
  asked: CapabilitySet,
  granted: CapabilitySet,
  part: AmountPart,
): Amounts {
  const [ofAsked, ofGranted]: (Amounts | undefined)[] = [asked[part], granted[part]];
  return pickAmounts(part, (name) => {
    const amount = ofAsked?.[name];
    if (amount === undefined) return ofGranted?.[name];
    const most = ofGranted?.[name] ?? DEFAULT_AMOUNTS[name];
    // NaN is never <=, so an amount that is no number never passes.
    return amount <= most ? amount : most;
  });
}

function pickAmounts(
  part: AmountPart,
  pick: (name: AmountName) => number | undefined,
): Amounts {
  const picked = AMOUNTS_OF_PART[part].map((name) => [name, pick(name)] as const);
  return Object.fromEntries(picked.filter(([, amount]) => amount !== undefined));
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
