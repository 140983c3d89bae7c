/** The door of identities. */

export { type Authenticator, createAuthenticator, defaultGrant } from "./authenticator.ts";
export type { Principal } from "./principal.ts";
