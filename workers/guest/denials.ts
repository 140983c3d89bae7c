/** The engine's words about a denied permission, said in terms of what a program may be granted. */

import {
  construct,
  indexOf,
  NativeTypeError,
  startsWith,
  uncurryThis,
} from "../../src/protocol/primordials.ts";

type Fetch = typeof globalThis.fetch;

const execute = uncurryThis(RegExp.prototype.exec);
const DENIED = /^Requires (\w+) access(?: to "([^"]*)")?, run again with the --allow-/;
/** What the engine says of its own modules once the globals they rest on are sealed. */
const NO_MODULE = "ReferenceError: Deno is not defined";

/** Capability by permission, where there is one. */
function capabilityOf(permission: string): string | undefined {
  if (permission === "net") return "network";
  return permission === "read" || permission === "write" || permission === "env"
    ? permission
    : undefined;
}

/** A message a program's author can act upon; other messages come back as they are. */
export function explainDenial(message: string): string {
  if (indexOf(message, NO_MODULE) >= 0) return "This module is not available to programs";
  const denied = execute(DENIED, message);
  if (denied === null) return message;
  const target = denied[2] ?? "anything";
  const capability = capabilityOf(denied[1]!);
  if (capability === undefined) return `No program may use "${denied[1]}" (${target})`;
  const verb = capability === "network" ? "reach" : capability === "write" ? "write" : "read";
  return `This program may not ${verb} ${target}: the capability "${capability}:${target}" is missing`;
}

/** `fetch` as it is, except that a denial is a TypeError with the code `NETWORK_DENIED`. */
export function explainFetch(fetch: Fetch): Fetch {
  return async function explained(input, init) {
    try {
      return await fetch(input, init);
    } catch (error) {
      throw toNetworkError(error);
    }
  };
}

function toNetworkError(error: unknown): unknown {
  const { message } = error as { message?: unknown };
  if (typeof message !== "string" || !startsWith(message, "Requires net ")) return error;
  const denied = construct(NativeTypeError, [explainDenial(message)]) as TypeError & {
    code?: string;
  };
  denied.code = "NETWORK_DENIED";
  return denied;
}
