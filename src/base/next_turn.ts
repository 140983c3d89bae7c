/** A pause in long work, so that nobody else waits for all of it. */

import { setImmediate } from "node:timers";

/** Resolves once what waits already has had its turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
