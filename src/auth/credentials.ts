/** Reads what a request says about who sent it. Says nothing about whether that is true. */

import { unauthenticated } from "./challenge.ts";

/** Characters of a credential; a longer one is no credential. */
const MAX_CREDENTIAL = 8192;

const MISSING =
  "credentials are missing; send a key or a token as Authorization: Bearer TOKEN, or as X-API-Key";

/**
 * The credential of a request: the bearer token, or `X-API-Key`. Throws `UNAUTHENTICATED` when there is
 * none, when it cannot be read, and when the two say different things.
 */
export function readCredential(headers: Headers): string {
  const authorization = headers.get("authorization");
  const key = headers.get("x-api-key")?.trim();
  if (authorization === null && key === undefined) throw unauthenticated(MISSING);
  const bearer = authorization === null ? key : readBearer(authorization);
  if (bearer === undefined || bearer === "" || bearer.length > MAX_CREDENTIAL) {
    throw unauthenticated("the Authorization header must be: Bearer TOKEN", "invalid_request");
  }
  if (key !== undefined && key !== bearer) {
    throw unauthenticated("two different credentials were sent", "invalid_request");
  }
  return bearer;
}

/** RFC 6750, section 2.1; the scheme's name has no case. */
function readBearer(authorization: string): string | undefined {
  return /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization)?.[1];
}
