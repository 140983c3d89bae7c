/**
 * What a program is told when it tries what no sandbox may do, in terms of the capabilities it can be
 * granted. Said by the guest side or by the host's permission broker, whichever denies.
 */

/** The kinds of permission that the engine knows. */
export const PERMISSIONS = Object.freeze(
  ["read", "write", "net", "env", "run", "ffi", "sys", "import"] as const,
);
export type Permission = (typeof PERMISSIONS)[number];

/** How every denial of the network begins. */
export const NETWORK_DENIED = "This program may not reach ";

/** Capability by permission, where there is one. */
function capabilityOf(permission: string): string | undefined {
  if (permission === "net") return "network";
  return permission === "read" || permission === "write" || permission === "env"
    ? permission
    : undefined;
}

/** A message a program's author can act upon. */
export function describeDenial(permission: string, target: string): string {
  const capability = capabilityOf(permission);
  if (capability === undefined) return `No program may use "${permission}" (${target})`;
  const missing = `${target}: the capability "${capability}:${target}" is missing`;
  if (capability === "network") return NETWORK_DENIED + missing;
  return `This program may not ${capability === "write" ? "write" : "read"} ${missing}`;
}
