/** Who calls. */

import { allowsServer, type CapabilitySet } from "../capability/mod.ts";

/** What a caller itself may do. */
export const SCOPES = ["codemode:execute", "codemode:read", "codemode:metrics"] as const;

/** One of {@link SCOPES}, or the one that is offered to nobody: to change the service itself. */
export type Scope = (typeof SCOPES)[number] | "codemode:admin";

/** A caller, and what guests may do in its name. */
export interface Principal {
  readonly id: string;
  /** What the caller itself may do; `*` is everything. */
  readonly scopes: readonly string[];
  readonly grant: CapabilitySet;
  /** When its credential ends, in milliseconds since the Unix epoch. @default never */
  readonly expiresAt?: number;
}

/** Whether the principal may do what `scope` names; who may execute may also read. */
export function hasScope({ scopes }: Principal, scope: Scope): boolean {
  return scopes.includes("*") || scopes.includes(scope) ||
    (scope === "codemode:read" && scopes.includes("codemode:execute"));
}

/** Whether the principal may be told of a server: it was granted some of it, or watches the service. */
export function knowsServer(principal: Principal, server: string): boolean {
  return hasScope(principal, "codemode:metrics") || allowsServer(principal.grant, server);
}
