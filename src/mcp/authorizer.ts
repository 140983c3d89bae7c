/**
 * The token of each request to one server, and a fresh one when it is refused. However many requests
 * are refused at once, tokens are renewed once; where only a person can help, `LOGIN_REQUIRED` says
 * so, and {@link Authorizer.whenChanged} tells when somebody has.
 */

import {
  type AuthProvider,
  extractWWWAuthenticateParams,
  type FetchLike,
} from "@modelcontextprotocol/client";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Network } from "../base/network.ts";
import type { McpServerConfig, OAuthConfig } from "../config/mod.ts";
import { describeError } from "./background_tasks.ts";
import { serverUnavailable } from "./call_failure.ts";
import { askForChallenge } from "./challenge_request.ts";
import { type Login, type LoginKey, SHARED_PRINCIPAL } from "./login.ts";
import { fits } from "./login_fit.ts";
import { loginRequired } from "./login_required.ts";
import {
  type Authority,
  type Challenge,
  findAuthority,
  isSameIssuer,
  readChallenge,
} from "./oauth_authority.ts";
import { createOAuthFetch } from "./oauth_fetch.ts";
import {
  describeOAuthError,
  fetchOwnTokens,
  isRefused,
  refreshLogin,
  widerScope,
  withTokens,
} from "./oauth_tokens.ts";
import type { TokenStore } from "./token_store.ts";

/** Milliseconds between looks for a new login while one is needed. */
export const LOGIN_POLL_MS = 1_000;

/** The authorizer of a server that needs one, where logins are kept. */
export function createAuthorizer(
  server: string,
  { auth, url }: Pick<McpServerConfig, "auth" | "url">,
  { logins: store, logger, ...deps }: Omit<AuthorizerDeps, "store"> & {
    readonly logins?: TokenStore | undefined;
  },
): Authorizer | undefined {
  if (auth?.type !== "oauth" || url === undefined || !store) return undefined;
  return new Authorizer(server, new URL(url), auth, {
    store,
    clock: deps.clock,
    network: deps.network,
    isForeign: deps.isForeign,
    principal: deps.principal,
    logger: logger.child({ server }),
  });
}

/** What an authorizer is built with. */
export interface AuthorizerDeps {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For hosts that the configuration does not name. @default they are not asked */
  readonly network?: Network | undefined;
  /** Whether the server is a caller's: then all of its hosts are reached by `network`. */
  readonly isForeign?: boolean | undefined;
  /** Whose logins it uses. @default those of connections that all callers share */
  readonly principal?: string | undefined;
}

/** Keeps one connection authorized. */
export class Authorizer implements AuthProvider {
  readonly #owner: LoginKey;
  readonly #config: OAuthConfig;
  readonly #url: URL;
  readonly #deps: AuthorizerDeps;
  readonly #fetch: FetchLike;
  /** The token that a refused request was sent with. */
  readonly #sent = new WeakMap<Response, string>();
  #login: Login | undefined;
  #version: string | undefined;
  #renewal: Promise<void> | undefined;
  #isForgotten = false;

  constructor(server: string, url: URL, config: OAuthConfig, deps: AuthorizerDeps) {
    // SAFETY: neither the operator's login nor another caller's is taken over with a server's name
    // (authorizer_test.ts).
    this.#owner = Object.freeze({ server, principal: deps.principal ?? SHARED_PRINCIPAL });
    this.#url = url;
    this.#config = config;
    this.#deps = deps;
    const { network, isForeign } = deps;
    this.#fetch = createOAuthFetch({ server: url, issuer: config.issuer, network, isForeign });
  }

  /** The token for the next request. `LOGIN_REQUIRED` where there is none to be had. */
  async token(): Promise<string> {
    await this.#load();
    if (this.#login) return this.#login.accessToken;
    if (this.#config.grant === "authorization_code") throw this.#needsLogin("nobody has logged in");
    // Only the server says where its metadata is, and only to those who come without a token.
    const { network, isForeign } = this.#deps;
    const ask = isForeign === true && network !== undefined ? { ask: network.fetch } : {};
    await this.#renewOnce(await askForChallenge(this.#url, ask), undefined);
    return await this.token();
  }

  /** Renews what was refused, unless that has happened since. */
  async onUnauthorized({ response }: { readonly response: Response }): Promise<void> {
    await this.#renewOnce(readChallenge(response), this.#sent.get(response));
  }

  /** `ask` that asks again with a wider token where the server says that one is needed. */
  stepUp(ask: FetchLike): FetchLike {
    return async (input, init) => {
      const response = await ask(input, init);
      this.#noteSent(response, init);
      if (response.status !== 403) return response;
      const { error } = extractWWWAuthenticateParams(response);
      if (error !== "insufficient_scope") return response;
      await response.body?.cancel();
      await this.#widen(readChallenge(response), this.#sent.get(response));
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${await this.token()}`);
      const second = await ask(input, { ...init, headers });
      this.#noteSent(second, { headers });
      return second;
    };
  }

  /** Tells once when the stored login is another than the one last used. Disposing it ends that. */
  whenChanged(listener: () => void): Disposable {
    let timer: Disposable | undefined;
    let isOver = false;
    const look = async () => {
      const version = await this.#deps.store.version(this.#owner);
      if (isOver) return;
      if (version !== this.#version) return listener();
      wait();
    };
    const wait = () => timer = this.#deps.clock.after(LOGIN_POLL_MS, () => void look());
    wait();
    return {
      [Symbol.dispose]: () => {
        isOver = true;
        timer?.[Symbol.dispose]();
      },
    };
  }

  /** A server that refuses even a fresh token wants somebody to look, unless it is the service's own. */
  refusedAgain(): CodemodeError | undefined {
    if (this.#config.grant === "client_credentials") return undefined;
    return this.#needsLogin("it refuses the token that was issued for it");
  }

  /** Takes the login out of the store; none is kept any more, not even of a renewal that goes on. */
  async forget(): Promise<void> {
    this.#isForgotten = true;
    await this.#renewal?.catch(() => {}); // Whoever asked for it is told.
    await this.#deps.store.remove(this.#owner);
  }

  #noteSent(response: Response, init: RequestInit | undefined): void {
    const sent = new Headers(init?.headers).get("authorization");
    if (sent !== null) this.#sent.set(response, sent.replace(/^Bearer /i, ""));
  }

  /** Reads the stored login when it is not the one read last. */
  async #load(): Promise<void> {
    const version = await this.#deps.store.version(this.#owner);
    if (version === this.#version) return;
    this.#login = undefined;
    this.#version = version;
    const login = await this.#deps.store.read(this.#owner);
    // SAFETY: tokens go to the server they were issued for, not to its namesake, and only for the client
    // and the issuer that are configured now (oauth_test.ts, login_fit_test.ts).
    if (login && fits(login, this.#url, this.#config)) this.#login = login;
  }

  async #save(login: Login): Promise<void> {
    // Tokens that were renewed are the only ones that are still good, so they count even unkept.
    this.#login = login;
    if (this.#isForgotten) return;
    try {
      await this.#deps.store.write(login);
    } catch (error) {
      return this.#deps.logger.warn("MCP login cannot be kept", { reason: describeError(error) });
    }
    this.#version = await this.#deps.store.version(this.#owner);
  }

  async #renewOnce(challenge: Challenge, refused: string | undefined): Promise<void> {
    this.#renewal ??= this.#renew(challenge, refused).finally(() => this.#renewal = undefined);
    await this.#renewal;
  }

  async #renew(challenge: Challenge, refused: string | undefined): Promise<void> {
    await using _held = await this.#deps.store.hold(this.#owner);
    await this.#load();
    if (this.#login && this.#login.accessToken !== refused) return;
    try {
      if (this.#config.grant === "client_credentials") await this.#fetchOwn(challenge);
      else await this.#refresh(await this.#authority(challenge));
    } catch (error) {
      if (error instanceof CodemodeError) throw error;
      const reason = `its tokens cannot be renewed: ${describeOAuthError(error)}`;
      throw serverUnavailable(this.#owner.server, {
        reason,
        mayHaveTakenEffect: false,
        cause: error,
      });
    }
  }

  async #refresh(authority: Authority): Promise<void> {
    const login = this.#login;
    if (!login) throw this.#needsLogin("nobody has logged in");
    if (login.refreshToken === undefined) throw this.#needsLogin("the last one is over");
    if (!isSameIssuer(login.issuer, authority.issuer)) {
      throw this.#needsLogin(`it now trusts ${authority.issuer}`);
    }
    try {
      await this.#save(await refreshLogin(login, this.#config, authority, this.#fetch));
    } catch (error) {
      if (!isRefused(error)) throw error;
      // A process of another machine may have used the refresh token a moment before.
      await this.#load();
      if (this.#login && this.#login !== login) return;
      throw this.#needsLogin("the last one was revoked or is over", error);
    }
  }

  #authority(challenge: Challenge): Promise<Authority> {
    return findAuthority(this.#url, this.#config, challenge, this.#fetch);
  }

  /** Asks for all that was granted before, and for what is asked for now. */
  async #fetchOwn(challenge: Challenge): Promise<void> {
    const wanted = widerScope(this.#login, challenge.scope);
    const authority = await this.#authority(
      wanted === undefined ? challenge : { ...challenge, scope: wanted },
    );
    const tokens = await fetchOwnTokens(this.#config, authority, this.#fetch);
    const { issuer, scope } = authority;
    await this.#save(withTokens({
      ...this.#owner,
      url: this.#url.href,
      grant: this.#config.grant,
      issuer,
      client: { client_id: this.#config.clientId ?? "" },
      ...(scope === undefined ? {} : { scope }),
    }, tokens));
  }

  /** The service asks for more itself; a person has to be asked to. */
  async #widen(challenge: Challenge, refused: string | undefined): Promise<void> {
    if (this.#config.grant === "client_credentials") {
      return await this.#renewOnce(challenge, refused);
    }
    await this.#load();
    const scope = widerScope(this.#login, challenge.scope);
    const needed = challenge.scope ?? "more than it was granted";
    if (this.#login && scope !== this.#login.neededScope) {
      await this.#save({ ...this.#login, ...(scope === undefined ? {} : { neededScope: scope }) });
    }
    throw loginRequired(this.#owner.server, `this takes the scope ${needed}`, { scope: needed });
  }

  #needsLogin(reason: string, cause?: unknown): CodemodeError {
    return loginRequired(this.#owner.server, reason, { cause });
  }
}
