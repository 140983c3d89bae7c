/** Says who sent a request. A provider this build does not have is refused at start, never skipped. */

import { CodemodeError } from "../base/errors.ts";
import type { CapabilitySet } from "../capability/mod.ts";
import type { SecurityConfig } from "../config/mod.ts";
import type { Principal } from "./principal.ts";

/** Headers in, principal out; rejects with `UNAUTHENTICATED`. */
export interface Authenticator {
  authenticate(headers: Headers): Promise<Principal>;
}

/** The configured authenticator; throws `CONFIG_INVALID` for a provider that is not built in. */
export function createAuthenticator({ auth, capabilities }: SecurityConfig): Authenticator {
  // SAFETY: an unknown provider must stop the start; test/unit/auth/authenticator_test.ts tries.
  if (auth.provider !== "none") {
    throw new CodemodeError(
      "CONFIG_INVALID",
      `security.auth.provider ${auth.provider} is not in this build; only none is, on a loopback address`,
    );
  }
  const anonymous: Principal = Object.freeze({
    id: "anonymous",
    scopes: Object.freeze(["*"]),
    grant: defaultGrant(capabilities),
  });
  return { authenticate: () => Promise.resolve(anonymous) };
}

/** The configured grant; where it says nothing of servers, all configured ones are granted. */
export function defaultGrant(capabilities: CapabilitySet): CapabilitySet {
  const { allowedServers = ["*"], ...mcp } = capabilities.mcp ?? {};
  return Object.freeze({ ...capabilities, mcp: Object.freeze({ ...mcp, allowedServers }) });
}
