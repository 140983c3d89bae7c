/** What middleware leaves for handlers. */

import type { Principal } from "../auth/mod.ts";
import type { RequestOrigin } from "./listen.ts";
import type { Upgrade } from "./upgrade.ts";

/** Hono's environment of this face. */
export interface Env {
  /** What the socket knows of a request; nothing where there is none. */
  readonly Bindings: RequestOrigin & { readonly upgrade?: Upgrade };
  readonly Variables: {
    readonly requestId: string;
    readonly principal: Principal;
  };
}
