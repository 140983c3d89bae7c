/** The engine's words about a denied permission, said in terms of what a program may be granted. */

import { describeDenial, NETWORK_DENIED } from "../../src/protocol/denial.ts";
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

/** A message a program's author can act upon; other messages come back as they are. */
export function explainDenial(message: string): string {
  if (indexOf(message, NO_MODULE) >= 0) return "This module is not available to programs";
  const denied = execute(DENIED, message);
  if (denied === null) return message;
  return describeDenial(denied[1]!, denied[2] ?? "anything");
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

/** The engine's own words, or those of the host's broker. */
function isNetworkDenial(message: string): boolean {
  return startsWith(message, "Requires net ") || startsWith(message, NETWORK_DENIED);
}

function toNetworkError(error: unknown): unknown {
  const { message } = error as { message?: unknown };
  if (typeof message !== "string" || !isNetworkDenial(message)) return error;
  const denied = construct(NativeTypeError, [explainDenial(message)]) as TypeError & {
    code?: string;
  };
  denied.code = "NETWORK_DENIED";
  return denied;
}
