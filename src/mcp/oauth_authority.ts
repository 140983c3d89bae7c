/** Who issues tokens for a server: its metadata, found from what the server publishes, and checked. */

import {
  type AuthorizationServerMetadata,
  checkResourceAllowed,
  computeScopeUnion,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
  type FetchLike,
  type OAuthProtectedResourceMetadata,
} from "@modelcontextprotocol/client";
import type { OAuthConfig } from "../config/mod.ts";

/** What a refusal of the server says about getting in. */
export interface Challenge {
  readonly resourceMetadataUrl?: URL;
  readonly scope?: string;
}

/** An authorization server, as far as the login to one server goes. */
export interface Authority {
  /** Where it was looked for. */
  readonly url: string;
  readonly issuer: string;
  /** Absent for servers of an older revision: then the endpoints are where they were by default. */
  readonly metadata?: AuthorizationServerMetadata;
  /** What tokens are to be good for, exactly as the server says it. */
  readonly resource?: string;
  readonly scope?: string;
}

/** Characters of the longest scope that is asked for. */
const MAX_SCOPE_LENGTH = 4_000;

/** Reads a 401 or 403. */
export function readChallenge(response: Response): Challenge {
  const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(response);
  return {
    ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
    ...(scope === undefined ? {} : { scope: scope.slice(0, MAX_SCOPE_LENGTH) }),
  };
}

/** Asks the server at `url` who issues its tokens, and that one how. */
export async function findAuthority(
  url: URL,
  config: OAuthConfig,
  challenge: Challenge,
  fetchFn: FetchLike,
): Promise<Authority> {
  const resource = await findResource(url, challenge, fetchFn);
  const place = authorityUrl(url, config, resource);
  const metadata = await discoverAuthorizationServerMetadata(place, { fetchFn });
  if (metadata !== undefined) assertOwnEndpoints(metadata, config);
  const scope = scopeOf(config, challenge, resource, metadata);
  return Object.freeze({
    url: place,
    issuer: metadata?.issuer ?? place,
    ...(metadata === undefined ? {} : { metadata }),
    ...(resource === undefined ? {} : { resource: resource.resource }),
    ...(scope === undefined ? {} : { scope }),
  });
}

/**
 * Refuses an issuer that sends people, or what they come back with, to another one: by its word alone
 * the code of an honest issuer would be brought to it. The operator's word is `issuer`.
 */
// SAFETY: the server chooses the issuer (oauth_authority_test.ts).
function assertOwnEndpoints(metadata: AuthorizationServerMetadata, config: OAuthConfig): void {
  const { issuer } = metadata;
  if (config.issuer !== undefined) return;
  const { authorization_endpoint, token_endpoint, registration_endpoint } = metadata;
  const endpoints = { authorization_endpoint, token_endpoint, registration_endpoint };
  for (const [name, endpoint] of Object.entries(endpoints)) {
    if (endpoint === undefined) continue;
    const { origin } = new URL(endpoint);
    if (origin === new URL(issuer).origin) continue;
    throw new TypeError(
      `Cannot log in: the ${name} of ${issuer} is at ${origin}; where that is right, set auth.issuer`,
    );
  }
}

/** Absent where the server publishes nothing, as older revisions have it. */
async function findResource(
  url: URL,
  { resourceMetadataUrl }: Challenge,
  fetchFn: FetchLike,
): Promise<OAuthProtectedResourceMetadata | undefined> {
  let found: OAuthProtectedResourceMetadata;
  try {
    const place = resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl };
    found = await discoverOAuthProtectedResourceMetadata(url, place, fetchFn);
  } catch (error) {
    // A refused address or a lost connection is no answer.
    if (error instanceof TypeError || resourceMetadataUrl !== undefined) throw error;
    return undefined;
  }
  const { resource } = found;
  if (checkResourceAllowed({ requestedResource: url, configuredResource: resource })) return found;
  throw new TypeError(`Cannot log in: the server says that it is ${resource}, which it is not`);
}

/** The first one that is named; the configured one, where one is. */
function authorityUrl(
  url: URL,
  { issuer }: OAuthConfig,
  resource: OAuthProtectedResourceMetadata | undefined,
): string {
  const named = resource?.authorization_servers ?? [];
  const [first = String(new URL("/", url))] = named;
  if (issuer === undefined) return first;
  const wanted = (named.length > 0 ? named : [first]).find((one) => isSameIssuer(one, issuer));
  if (wanted !== undefined) return wanted;
  throw new TypeError(`Cannot log in: the server trusts ${first}, and the issuer is ${issuer}`);
}

/** Whether two names mean one issuer: they may differ in a slash at the end. */
export function isSameIssuer(one: string, other: string): boolean {
  return one.replace(/\/$/, "") === other.replace(/\/$/, "");
}

/** What the server asks for, with what is configured; all that it knows where neither says. */
function scopeOf(
  { scopes, grant }: OAuthConfig,
  { scope: asked }: Challenge,
  resource: OAuthProtectedResourceMetadata | undefined,
  metadata: AuthorizationServerMetadata | undefined,
): string | undefined {
  const known = resource?.scopes_supported?.join(" ").slice(0, MAX_SCOPE_LENGTH);
  const wanted = computeScopeUnion(asked, scopes.join(" ")) ?? known;
  const lasts = grant === "authorization_code" &&
    metadata?.scopes_supported?.includes("offline_access");
  return lasts && wanted !== undefined ? computeScopeUnion(wanted, "offline_access") : wanted;
}
