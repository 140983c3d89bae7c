/** Who an execution runs for, as far as the engine must know; `auth` makes them. */

import type { CapabilitySet } from "../capability/mod.ts";

/** A caller and what it was granted. */
export interface Caller {
  readonly id: string;
  readonly grant: CapabilitySet;
}
