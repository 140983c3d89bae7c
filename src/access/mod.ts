/** The door of what programs reach through the host. */

export { type Access, type AccessOptions, createAccess } from "./access.ts";
export type { Credential } from "./credentials.ts";
export { type Resolve, systemResolve } from "./destination.ts";
export { createPublicNetwork, type PublicNetworkOptions } from "./public_network.ts";
