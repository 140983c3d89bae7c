/** Whether a kept login is one of the server as it is configured now. Pure. */

import type { OAuthConfig } from "../config/mod.ts";
import type { Login } from "./login.ts";
import { isSameIssuer } from "./oauth_authority.ts";

/** True when nothing that the login was made for has changed since: address, grant, client, issuer. */
export function fits(login: Login, url: URL, config: OAuthConfig): boolean {
  const { issuer } = config;
  return login.url === url.href && login.grant === config.grant &&
    isClient(login.client, config) &&
    (issuer === undefined || isSameIssuer(login.issuer, issuer));
}

/** A client that the configuration does not name was registered, or is the document that it names. */
function isClient(client: Login["client"], { clientId, clientMetadataUrl }: OAuthConfig): boolean {
  if (clientId !== undefined) return client.client_id === clientId;
  return "redirect_uris" in client || client.client_id === clientMetadataUrl;
}
