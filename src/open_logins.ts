/** What logins to servers need: their store, and the way to hosts that only a server has named. */

import { createPublicNetwork } from "./access/mod.ts";
import type { Network } from "./base/network.ts";
import { Secret } from "./base/secret.ts";
import type { Config } from "./config/mod.ts";
import { createTokenStore, type TokenStore } from "./mcp/mod.ts";

/**
 * The store that `mcp.logins` names, encrypted with `CODEMODE_TOKEN_KEY` of the environment where that
 * is set. `CONFIG_INVALID` where it is set to something that is no key.
 */
export function openLogins(
  { mcp }: Pick<Config, "mcp">,
  env: Readonly<Record<string, string | undefined>>,
): TokenStore | undefined {
  if (mcp.logins === undefined) return undefined;
  const key = env["CODEMODE_TOKEN_KEY"];
  return createTokenStore({
    directory: mcp.logins.path,
    ...(key ? { key: new Secret(key) } : {}),
  });
}

/** How a login reaches hosts that the configuration does not name. */
export function openLoginNetwork(): Network {
  return createPublicNetwork();
}
