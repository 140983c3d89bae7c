/** Getting tokens without a person: by a refresh token, or by the service's own credentials. */

import {
  ClientCredentialsProvider,
  computeScopeUnion,
  type FetchLike,
  fetchToken,
  OAuthError,
  OAuthErrorCode,
  type OAuthTokens,
  refreshAuthorization,
} from "@modelcontextprotocol/client";
import type { OAuthConfig } from "../config/mod.ts";
import type { Login } from "./login.ts";
import type { Authority } from "./oauth_authority.ts";
import { configuredClient } from "./oauth_client.ts";

/** What can be sent in a header. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** What moves a terminal or a reader, and ends of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** The tokens of `answer` in `login`; what the answer leaves out stays as it was. */
export function withTokens(login: Omit<Login, "accessToken">, answer: OAuthTokens): Login {
  const { access_token: accessToken, refresh_token: refreshToken, scope } = answer;
  if (answer.token_type.toLowerCase() !== "bearer" || !SENDABLE.test(accessToken)) {
    throw new TypeError("Cannot log in: the token that was issued is not one to send in a header");
  }
  return Object.freeze({
    ...login,
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(scope === undefined ? {} : { scope }),
  });
}

/** The login with fresh tokens. An `OAuthError` of {@link isRefused} says that it is over. */
export async function refreshLogin(
  login: Login,
  config: OAuthConfig,
  authority: Authority,
  fetchFn: FetchLike,
): Promise<Login> {
  const { metadata, resource } = authority;
  const answer = await refreshAuthorization(authority.url, {
    ...(metadata === undefined ? {} : { metadata }),
    ...(resource === undefined ? {} : { resource }),
    clientInformation: configuredClient(config) ?? login.client,
    refreshToken: login.refreshToken ?? "",
    fetchFn,
  });
  return withTokens(login, answer);
}

/** The tokens of the service itself. */
export async function fetchOwnTokens(
  config: OAuthConfig,
  authority: Authority,
  fetchFn: FetchLike,
): Promise<OAuthTokens> {
  const { metadata, resource, scope, issuer } = authority;
  const provider = new ClientCredentialsProvider({
    clientId: config.clientId ?? "",
    clientSecret: config.clientSecret?.reveal() ?? "",
    expectedIssuer: issuer,
  });
  return await fetchToken(provider, authority.url, {
    ...(metadata === undefined ? {} : { metadata }),
    ...(resource === undefined ? {} : { resource }),
    ...(scope === undefined ? {} : { scope }),
    fetchFn,
  });
}

/** Whether an error says that the login or the client is no longer taken. */
export function isRefused(error: unknown): boolean {
  return error instanceof OAuthError && REFUSALS.has(error.code);
}

const REFUSALS: ReadonlySet<string> = new Set([
  OAuthErrorCode.InvalidGrant,
  OAuthErrorCode.InvalidClient,
  OAuthErrorCode.UnauthorizedClient,
  OAuthErrorCode.InvalidScope,
]);

/** What went wrong as one line that is safe to show, without what may hold a token: unread bodies. */
export function describeOAuthError(error: unknown): string {
  if (error instanceof SyntaxError) return "an answer was not JSON";
  if (error instanceof Error && error.name === "ZodError") {
    return "an answer has not the shape it must";
  }
  const text = error instanceof Error ? error.message : String(error);
  const [told = ""] = text.split(/ Raw body:/);
  const line = error instanceof OAuthError ? `${error.code}: ${told}` : told;
  return line.replaceAll(UNPRINTABLE, " ").slice(0, 500);
}

/** The scope of a login that is to cover `needed` as well. */
export function widerScope(
  login: Login | undefined,
  needed: string | undefined,
): string | undefined {
  return computeScopeUnion(login?.scope, login?.neededScope, needed);
}
