/** Where an issuer's keys are, by its metadata: RFC 8414, else OpenID Connect Discovery. */

import { isLoopback } from "../config/mod.ts";
import { fetchJson, type FetchJsonOptions } from "./fetch_json.ts";

/** The `jwks_uri` of the issuer; rejects with every place that was tried and why it did not do. */
export async function discoverJwksUri(issuer: string, options: FetchJsonOptions): Promise<string> {
  const faults: string[] = [];
  for (const url of metadataUrls(issuer)) {
    try {
      return jwksUriOf(await fetchJson(url, options), issuer);
    } catch (error) {
      faults.push(`${url}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new TypeError(`no metadata of the issuer: ${faults.join("; ")}`);
}

/** The places, in the order they are tried. */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.endsWith("/") ? pathname.slice(0, -1) : pathname;
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
}

function jwksUriOf(metadata: unknown, issuer: string): string {
  const { issuer: named, jwks_uri: uri } = (metadata ?? {}) as Record<string, unknown>;
  // SAFETY: metadata of another issuer would let it name its own keys (RFC 8414, section 3.3);
  // test/unit/auth/issuer_keys_test.ts serves such documents.
  if (named !== issuer) throw new TypeError("is metadata of another issuer");
  if (typeof uri !== "string" || !URL.canParse(uri)) throw new TypeError("has no jwks_uri");
  if (!isPrivate(uri, issuer)) throw new TypeError("has a jwks_uri that is not https");
  return uri;
}

/** Whether nobody between here and there can change the keys; an issuer of this machine may be plain. */
function isPrivate(uri: string, issuer: string): boolean {
  const { protocol, hostname } = new URL(uri);
  if (protocol === "https:") return true;
  return protocol === "http:" && isLoopback(hostname) && isLoopback(new URL(issuer).hostname);
}
