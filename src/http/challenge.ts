/** `WWW-Authenticate` and the metadata it points at (RFC 6750, RFC 9728). */

import type { Context, Handler } from "hono";
import { type Authenticator, SCOPES } from "../auth/mod.ts";
import type { CodemodeError } from "../base/errors.ts";
import type { ServerConfig } from "../config/mod.ts";
import type { Env } from "./env.ts";

/** Where the metadata of the protected resource is. */
export const METADATA_PATH = "/.well-known/oauth-protected-resource";

/** The header of a refusal that says how to be let in; undefined where that would not help. */
export function toChallenge(
  error: CodemodeError,
  c: Context,
  config: Pick<ServerConfig, "behindTls">,
): string | undefined {
  const { challenge, scope } = error.details;
  if (error.code !== "UNAUTHENTICATED" && challenge === undefined) return undefined;
  const words = {
    realm: "codemode",
    ...(typeof challenge === "string"
      ? { error: challenge, error_description: error.message }
      : {}),
    ...(typeof scope === "string" ? { scope } : {}),
    resource_metadata: new URL(METADATA_PATH, originOf(c, config)).href,
  };
  const pairs = Object.entries(words).map(([name, value]) => `${name}="${quotable(value)}"`);
  return `Bearer ${pairs.join(", ")}`;
}

/** The origin callers know the service by, where a proxy may end their TLS. */
function originOf(c: Context, { behindTls }: Pick<ServerConfig, "behindTls">): string {
  const { host, protocol } = new URL(c.req.url);
  return `${behindTls ? "https:" : protocol}//${host}`;
}

/** What a quoted value of the header may hold (RFC 6750, section 3). */
function quotable(value: string): string {
  return value.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'");
}

/** Tells a client whose tokens are taken here, and for what. */
export function resourceMetadata(
  { authenticator, audience, config }: {
    readonly authenticator: Authenticator;
    readonly audience: string | undefined;
    readonly config: Pick<ServerConfig, "behindTls">;
  },
): Handler<Env> {
  const isUrl = audience !== undefined && URL.canParse(audience);
  return (c) =>
    c.json({
      resource: isUrl ? audience : originOf(c, config),
      resource_name: "Code Mode",
      bearer_methods_supported: ["header"],
      scopes_supported: SCOPES,
      ...(authenticator.issuer === undefined
        ? {}
        : { authorization_servers: [authenticator.issuer] }),
    });
}
