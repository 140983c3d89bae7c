/** The door of identities. */

export { createApiKey } from "./api_key.ts";
export {
  type Authenticator,
  type AuthenticatorParts,
  createAuthenticator,
  defaultGrant,
} from "./authenticator.ts";
export { insufficientScope } from "./challenge.ts";
export { hasScope, knowsServer, type Principal, type Scope, SCOPES } from "./principal.ts";
