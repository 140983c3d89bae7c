/** What middleware leaves for handlers. */

import type { Principal } from "../auth/mod.ts";

/** Hono's environment of this face. */
export interface Env {
  readonly Variables: {
    readonly requestId: string;
    readonly principal: Principal;
  };
}
