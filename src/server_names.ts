/** Which names servers may have beside each other: programs call them by names made of these. */

import { ownName } from "./config/mod.ts";
import { cannotAdd } from "./server_definition.ts";
import { assignNames } from "./typegen/mod.ts";

/** The name of a server, as in the configuration file. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/**
 * The server among `others` that programs would call by another name if there were one called `name`:
 * `a-b` is called `a_b` until there is an `a_b`.
 */
export function displacedBy(name: string, others: Iterable<string>): string | undefined {
  const known = [...others].filter((other) => other !== name);
  const before = assignNames(known);
  const after = assignNames([...known, name]);
  return known.find((other) => before.get(other) !== after.get(other));
}

/**
 * Refuses a name that is not fit with `INVALID_REQUEST`, and one that is taken with `CONFLICT`. Where
 * names are `reserved`, somebody else than the operator asks: then none of the operator's may change.
 */
export function assertFreeName(
  name: string,
  taken: readonly string[],
  reserved: ReadonlySet<string> | undefined,
): void {
  if (!NAME.test(name)) {
    throw cannotAdd(name, "a server's name has letters, digits, _ and -, 64 at most");
  }
  const own = ownName(name);
  if (own !== undefined) throw cannotAdd(name, own);
  if (taken.includes(name)) throw cannotAdd(name, "there is a server of that name", "CONFLICT");
  if (reserved === undefined) return;
  if (reserved.has(name)) {
    throw cannotAdd(name, "the configuration has a server of that name", "CONFLICT");
  }
  // SAFETY: a program that calls the operator's server must not call a caller's (test/unit/server_names_test.ts).
  const displaced = displacedBy(name, [...taken, ...reserved]);
  if (displaced === undefined) return;
  const why = `programs would call the server "${displaced}" by another name`;
  throw cannotAdd(name, why, "CONFLICT");
}
