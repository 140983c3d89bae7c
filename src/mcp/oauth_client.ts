/** Who the service is to an authorization server: known beforehand, by a document, or registered. */

import {
  type FetchLike,
  type OAuthClientInformationMixed,
  registerClient,
} from "@modelcontextprotocol/client";
import type { OAuthConfig } from "../config/mod.ts";
import type { Login } from "./login.ts";
import { type Authority, isSameIssuer } from "./oauth_authority.ts";

/** The client of the configuration, if it names one. */
export function configuredClient(
  { clientId, clientSecret }: OAuthConfig,
): OAuthClientInformationMixed | undefined {
  if (clientId === undefined) return undefined;
  const secret = clientSecret?.reveal();
  return { client_id: clientId, ...(secret === undefined ? {} : { client_secret: secret }) };
}

/** The client for a login that comes back to `redirectUri`; registers one where nothing else is left. */
export async function findClient(
  config: OAuthConfig,
  authority: Authority,
  redirectUri: string,
  { stored, fetchFn }: { readonly stored: Login | undefined; readonly fetchFn: FetchLike },
): Promise<OAuthClientInformationMixed> {
  const configured = configuredClient(config);
  if (configured) return configured;
  const { clientMetadataUrl } = config;
  const takesDocuments = authority.metadata?.client_id_metadata_document_supported === true;
  if (takesDocuments && clientMetadataUrl !== undefined) return { client_id: clientMetadataUrl };
  if (stored && isRegistered(stored, authority, redirectUri)) return stored.client;
  return await register(authority, redirectUri, fetchFn);
}

/** A registration holds at one issuer and for the addresses it named. */
function isRegistered({ issuer, client }: Login, authority: Authority, redirectUri: string) {
  const { redirect_uris: uris, client_secret_expires_at: expires } = client as {
    readonly redirect_uris?: readonly string[];
    readonly client_secret_expires_at?: number;
  };
  return isSameIssuer(issuer, authority.issuer) && uris?.includes(redirectUri) === true &&
    (!expires || expires * 1000 > Date.now());
}

async function register(
  { url, metadata, scope }: Authority,
  redirectUri: string,
  fetchFn: FetchLike,
): Promise<OAuthClientInformationMixed> {
  if (metadata && metadata.registration_endpoint === undefined) {
    throw new TypeError(
      "Cannot log in: clients are not registered there; set auth.clientId or auth.clientMetadataUrl",
    );
  }
  return await registerClient(url, {
    ...(metadata === undefined ? {} : { metadata }),
    ...(scope === undefined ? {} : { scope }),
    clientMetadata: {
      client_name: "Code Mode",
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      application_type: "native",
    },
    fetchFn,
  });
}
