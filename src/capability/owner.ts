/**
 * Whose something is that outlives its request, such as a kept result, and who may come back to it: what
 * it was begun with is a grant, and a narrower one of the same principal must not read what that reached.
 */

import type { CapabilitySet } from "./capability_set.ts";
import { toGrants } from "./grants.ts";
import { type AmountPart, AMOUNTS_OF_PART, DEFAULT_AMOUNTS, grantedAmounts } from "./limits.ts";
import { isSubset } from "./set.ts";

/** A principal, and what it was granted at the time. */
export interface Owner {
  readonly id: string;
  readonly grant: CapabilitySet;
}

/**
 * Whether `caller` may come back to what `owner` began: the same principal, granted no less. Who may not
 * must be answered as if there were nothing.
 */
// SAFETY: a token that was narrowed reads nothing that a wider one of its principal has reached
// (test/unit/capability: owner; test/e2e: auth).
export function reaches(caller: Owner, owner: Owner): boolean {
  return caller.id === owner.id && covers(caller.grant, owner.grant);
}

function covers(granted: CapabilitySet, begun: CapabilitySet): boolean {
  if (granted === begun) return true;
  return isSubset(spelledOut(begun), granted).ok && !opensMoreFiles(begun, granted);
}

/**
 * The same set with the amounts that it holds by its silence: to {@link isSubset} what is not named is
 * not asked for, but to a set that is in force it is granted.
 */
function spelledOut(set: CapabilitySet): CapabilitySet {
  const { network, paths, tools } = toGrants(set);
  const part = (name: AmountPart, rules: readonly unknown[]) =>
    rules.length === 0
      ? {}
      : { [name]: { ...set[name], ...defaultsOf(name), ...grantedAmounts({}, set, name) } };
  return {
    ...part("network", network),
    ...part("filesystem", paths),
    ...part("mcp", tools),
    ...(set.system && { system: set.system }),
  };
}

function defaultsOf(part: AmountPart): Readonly<Record<string, number>> {
  return Object.fromEntries(AMOUNTS_OF_PART[part].map((name) => [name, DEFAULT_AMOUNTS[name]]));
}

/** A set without a list of extensions opens files of all of them. */
function opensMoreFiles(begun: CapabilitySet, granted: CapabilitySet): boolean {
  return toGrants(begun).paths.length > 0 && begun.filesystem?.allowedExtensions === undefined &&
    granted.filesystem?.allowedExtensions !== undefined;
}
