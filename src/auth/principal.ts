/** Who calls. */

import type { CapabilitySet } from "../capability/mod.ts";

/** A caller, and what guests may do in its name. */
export interface Principal {
  readonly id: string;
  /** What the caller itself may do; `*` is everything. */
  readonly scopes: readonly string[];
  readonly grant: CapabilitySet;
}
