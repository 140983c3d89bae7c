/**
 * Logging in to a server: authorization code with PKCE in the browser of whoever runs it, coming back
 * to this machine; or, for a service of its own, a first token. What comes of it goes to the store,
 * where a running service finds it.
 */

import { randomBytes } from "node:crypto";
import {
  exchangeAuthorization,
  type FetchLike,
  OAuthError,
  type OAuthTokens,
  startAuthorization,
  validateAuthorizationResponseIssuer,
} from "@modelcontextprotocol/client";
import { CodemodeError } from "../base/errors.ts";
import type { Network } from "../base/network.ts";
import type { McpServerConfig, OAuthConfig } from "../config/mod.ts";
import { askForChallenge } from "./challenge_request.ts";
import { type Login, SHARED_PRINCIPAL } from "./login.ts";
import { listenForLogin, type LoginListener } from "./login_listener.ts";
import { loginRequired } from "./login_required.ts";
import { type Authority, type Challenge, findAuthority } from "./oauth_authority.ts";
import { configuredClient, findClient } from "./oauth_client.ts";
import { assertReachable, createOAuthFetch, type LoginReach } from "./oauth_fetch.ts";
import { describeOAuthError, fetchOwnTokens, widerScope, withTokens } from "./oauth_tokens.ts";
import type { TokenStore } from "./token_store.ts";

/** What a login needs. */
export interface LogInOptions {
  readonly store: TokenStore;
  /** Told where a browser must go; it holds no secret that outlives the login. */
  readonly onUrl: (url: URL) => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** @default the one of connections that all callers share */
  readonly principal?: string;
  /** For hosts that the configuration does not name. @default they are not asked */
  readonly network?: Network;
}

/** What was reached. */
export interface LogInResult {
  readonly server: string;
  readonly issuer: string;
  readonly scope?: string;
  /** Whether it goes on by itself when the token expires. */
  readonly isRenewable: boolean;
}

/**
 * Logs in to a server. `INVALID_REQUEST` where it is not one to log in to, `LOGIN_REQUIRED` with the
 * reason when it fails, `CANCELLED` when `signal` aborts.
 */
export async function logIn(
  server: string,
  config: McpServerConfig,
  options: LogInOptions,
): Promise<LogInResult> {
  const auth = oauthOf(server, config);
  try {
    const login = await new LoginAttempt(server, auth, new URL(config.url ?? ""), options).run();
    await options.store.write(login);
    const { issuer, scope, refreshToken } = login;
    const isRenewable = refreshToken !== undefined || auth.grant === "client_credentials";
    return { server, issuer, ...(scope === undefined ? {} : { scope }), isRenewable };
  } catch (error) {
    if (options.signal.aborted) {
      throw new CodemodeError("CANCELLED", `The login to "${server}" was not finished in time`);
    }
    if (error instanceof CodemodeError) throw error;
    throw loginRequired(server, describeOAuthError(error), { cause: error });
  }
}

/** Forgets a login; false where there was none. The tokens themselves stay valid at their issuer. */
export async function logOut(
  server: string,
  config: McpServerConfig,
  { store, principal = SHARED_PRINCIPAL }: Pick<LogInOptions, "store" | "principal">,
): Promise<boolean> {
  oauthOf(server, config);
  return await store.remove({ server, principal });
}

function oauthOf(server: string, { auth, url }: McpServerConfig): OAuthConfig {
  if (auth?.type === "oauth" && url !== undefined && URL.canParse(url)) return auth;
  throw new CodemodeError(
    "INVALID_REQUEST",
    `The MCP server "${server}" is not one to log in to: it has no \`auth: { type: oauth }\``,
  );
}

class LoginAttempt {
  readonly #server: string;
  readonly #config: OAuthConfig;
  readonly #url: URL;
  readonly #options: LogInOptions;
  readonly #reach: LoginReach;
  readonly #fetch: FetchLike;

  constructor(server: string, config: OAuthConfig, url: URL, options: LogInOptions) {
    this.#server = server;
    this.#config = config;
    this.#url = url;
    this.#options = options;
    this.#reach = { server: url, issuer: config.issuer, network: options.network };
    this.#fetch = createOAuthFetch(this.#reach, { signal: options.signal });
  }

  async run(): Promise<Login> {
    const stored = await this.#stored();
    const asked = await askForChallenge(this.#url, { signal: this.#options.signal });
    const scope = widerScope(stored?.neededScope === undefined ? undefined : stored, asked.scope);
    const challenge: Challenge = { ...asked, ...(scope === undefined ? {} : { scope }) };
    const authority = await findAuthority(this.#url, this.#config, challenge, this.#fetch);
    if (this.#config.grant === "client_credentials") {
      const tokens = await fetchOwnTokens(this.#config, authority, this.#fetch);
      return this.#toLogin(authority, { client_id: this.#config.clientId ?? "" }, tokens);
    }
    const state = randomBytes(32).toString("base64url");
    await using listener = await listenForLogin(this.#config.redirectPort, state);
    return await this.#byBrowser(authority, listener, { state, stored });
  }

  /** A login that cannot be read is replaced by this one. */
  async #stored(): Promise<Login | undefined> {
    const { store, principal = SHARED_PRINCIPAL } = this.#options;
    const found = await store.read({ server: this.#server, principal }).catch(() => undefined);
    return found?.url === this.#url.href ? found : undefined;
  }

  async #byBrowser(
    authority: Authority,
    listener: LoginListener,
    { state, stored }: { readonly state: string; readonly stored: Login | undefined },
  ): Promise<Login> {
    const { url, metadata, scope, resource } = authority;
    const { redirectUri } = listener;
    assertTakesPkce(authority);
    const client = await findClient(this.#config, authority, redirectUri, {
      stored,
      fetchFn: this.#fetch,
    });
    const shared = {
      ...(metadata === undefined ? {} : { metadata }),
      ...(resource === undefined ? {} : { resource }),
      clientInformation: client,
    };
    const { authorizationUrl, codeVerifier } = await startAuthorization(url, {
      ...shared,
      ...(scope === undefined ? {} : { scope }),
      redirectUrl: redirectUri,
      state,
    });
    assertReachable(authorizationUrl, this.#reach);
    this.#options.onUrl(authorizationUrl);
    const { code, iss } = readAnswer(await listener.answer(this.#options.signal), authority);
    const tokens = await exchangeAuthorization(url, {
      ...shared,
      authorizationCode: code,
      ...(iss === undefined ? {} : { iss }),
      codeVerifier,
      redirectUri,
      fetchFn: this.#fetch,
    });
    return this.#toLogin(
      authority,
      configuredClient(this.#config) ? withoutSecret(client) : client,
      tokens,
    );
  }

  #toLogin({ issuer, scope }: Authority, client: Login["client"], tokens: OAuthTokens): Login {
    const login = {
      server: this.#server,
      principal: this.#options.principal ?? SHARED_PRINCIPAL,
      url: this.#url.href,
      grant: this.#config.grant,
      issuer,
      client,
      ...(scope === undefined ? {} : { scope }),
    };
    return withTokens(login, tokens);
  }
}

/** An issuer that publishes metadata and does not name PKCE has none, and a code alone can be stolen. */
function assertTakesPkce({ issuer, metadata }: Authority): void {
  if (metadata === undefined || metadata.code_challenge_methods_supported !== undefined) return;
  throw new TypeError(`Cannot log in: ${issuer} does not say that it takes PKCE`);
}

/** The code; the issuer is checked first, because what it says counts only if it is the one asked. */
function readAnswer(
  params: URLSearchParams,
  { metadata }: Authority,
): { readonly code: string; readonly iss: string | undefined } {
  const iss = params.get("iss") ?? undefined;
  validateAuthorizationResponseIssuer({
    iss,
    expectedIssuer: metadata?.issuer,
    issParameterSupported: metadata?.authorization_response_iss_parameter_supported === true,
  });
  const error = params.get("error");
  if (error !== null) throw new OAuthError(error, params.get("error_description") ?? "not granted");
  const code = params.get("code");
  if (code === null) {
    throw new TypeError("Cannot log in: the answer has neither a code nor an error");
  }
  return { code, iss };
}

function withoutSecret({ client_id }: Login["client"]): Login["client"] {
  return { client_id };
}
