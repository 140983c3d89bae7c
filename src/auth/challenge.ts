/** Refusals as RFC 6750 words them; the HTTP face makes the `WWW-Authenticate` header of them. */

import { CodemodeError } from "../base/errors.ts";
import type { Scope } from "./principal.ts";

/** Error codes of RFC 6750, section 3.1. */
export type ChallengeError = "invalid_request" | "invalid_token" | "insufficient_scope";

/** `UNAUTHENTICATED`; without `challenge` nothing was sent that could be wrong. */
export function unauthenticated(why: string, challenge?: ChallengeError): CodemodeError {
  return new CodemodeError("UNAUTHENTICATED", `The caller is not known: ${why}`, {
    details: challenge === undefined ? {} : { challenge },
  });
}

/** `FORBIDDEN` for a caller that is known and may not do this. */
export function insufficientScope(scope: Scope): CodemodeError {
  return new CodemodeError("FORBIDDEN", `The caller's scopes do not include ${scope}`, {
    details: { challenge: "insufficient_scope", scope },
  });
}
