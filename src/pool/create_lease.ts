/** A lease that is given back once, however often it is disposed. */

import type { Lease } from "./pool.ts";

/** Creates a lease. */
export function createLease(
  facts: Omit<Lease, typeof Symbol.asyncDispose>,
  giveBack: () => void,
): Lease {
  let isGivenBack = false;
  return {
    ...facts,
    [Symbol.asyncDispose]: () => {
      if (!isGivenBack) giveBack();
      isGivenBack = true;
      return Promise.resolve();
    },
  };
}
