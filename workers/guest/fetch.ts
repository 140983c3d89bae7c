/** `fetch` that names the missing capability when a permission denies it. */

import { construct, indexOf, NativeTypeError, slice } from "../../src/protocol/primordials.ts";

type Fetch = typeof globalThis.fetch;

const DENIED = 'Requires net access to "';

/** `fetch` as it is, except for the message of a denial. */
export function explainFetch(fetch: Fetch): Fetch {
  return async function explained(input, init) {
    try {
      return await fetch(input, init);
    } catch (error) {
      throw explain(error);
    }
  };
}

function explain(error: unknown): unknown {
  const { message } = error as { message?: unknown };
  if (typeof message !== "string" || indexOf(message, DENIED) < 0) return error;
  const from = indexOf(message, DENIED) + DENIED.length;
  const host = slice(message, from, indexOf(message, '"', from));
  const text = `This program may not reach ${host}: the capability "network:${host}" is missing`;
  const denied = construct(NativeTypeError, [text]) as TypeError & { code?: string };
  denied.code = "NETWORK_DENIED";
  return denied;
}
