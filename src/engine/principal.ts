/** Who an execution runs for, as far as the engine must know; `auth` makes them. */

import type { Owner } from "../capability/mod.ts";

/** A caller and what it was granted: what it begins is its own. */
export interface Caller extends Owner {
  /** When its credential ends, in milliseconds since the Unix epoch. @default never */
  readonly expiresAt?: number;
}
