/** What a server says to one who comes without a token: what it takes to get in. */

import {
  type AuthProvider,
  Client,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import type { Fetch } from "../base/network.ts";
import { boundedResponse } from "./http_transport.ts";
import { type Challenge, readChallenge } from "./oauth_authority.ts";
import { OAUTH_TIMEOUT_MS } from "./oauth_fetch.ts";

/**
 * Comes as a client of either revision would, because servers judge the form of a request before who
 * sent it. Nothing is known where the server lets anybody in or cannot be understood: then what it
 * publishes has to do.
 */
export async function askForChallenge(
  url: URL,
  { signal, ask = fetch }: { readonly signal?: AbortSignal; readonly ask?: Fetch } = {},
): Promise<Challenge> {
  let challenge: Challenge = {};
  const authProvider: AuthProvider = {
    token: () => Promise.resolve(undefined),
    onUnauthorized: ({ response }) => {
      challenge = readChallenge(response);
      return Promise.reject(new TypeError("Cannot go on: there is no token"));
    },
  };
  const transport = new StreamableHTTPClientTransport(url, {
    authProvider,
    fetch: async (input, init) => boundedResponse(await ask(input, init), () => {}),
  });
  const client = new Client({ name: "codemode", version: "0.1.0" }, {
    versionNegotiation: { mode: "auto", probe: { timeoutMs: OAUTH_TIMEOUT_MS } },
  });
  const options = { timeout: OAUTH_TIMEOUT_MS, ...(signal ? { signal } : {}) };
  try {
    await client.connect(transport as Transport, options);
    await client.request({ method: "tools/list" }, options);
  } catch {
    signal?.throwIfAborted();
  } finally {
    await client.close().catch(() => {});
    await transport.close().catch(() => {});
  }
  return challenge;
}
