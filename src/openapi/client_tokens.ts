/** Access tokens for the host itself (OAuth 2.0 client credentials), kept until shortly before they end. */

import { Buffer } from "node:buffer";
import { readBounded } from "../base/bounded_bytes.ts";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Fetch } from "../base/network.ts";
import { untilAborted } from "../base/until_aborted.ts";
import type { ClientCredential, TokenSource } from "./security_schemes.ts";

/** Largest answer of a token endpoint. */
const MAX_BYTES = 65_536;
/** Time a token endpoint may take. */
const TIMEOUT_MS = 10_000;
/** A token is renewed this long before it ends. */
const EARLY_MS = 30_000;
/** Life of a token whose answer tells none. */
const USUAL_LIFE_SECONDS = 300;

/** What tokens are asked with. */
export interface ClientTokensOptions {
  readonly url: URL;
  readonly client: ClientCredential;
  readonly scopes: readonly string[];
  readonly clock: Clock;
  /** Aborts when nobody needs tokens any more. */
  readonly life: AbortSignal;
  /** Does what `fetch` does. */
  readonly ask: Fetch;
}

/** A source of tokens; callers at the same time share one request. */
export class ClientTokens implements TokenSource {
  readonly #options: ClientTokensOptions;
  #token: { readonly text: string; readonly endsAt: number } | undefined;
  #asking: Promise<string> | undefined;

  constructor(options: ClientTokensOptions) {
    this.#options = options;
  }

  get last(): string | undefined {
    return this.#token?.text;
  }

  async token(signal: AbortSignal, refused?: string): Promise<string> {
    const known = this.#token;
    const isGood = known !== undefined && this.#options.clock.monotonic() < known.endsAt;
    // A refusal can come late, and then it is of a token that was renewed since.
    if (isGood && known.text !== refused) return known.text;
    // The asking goes on for others who wait for it.
    const asking = this.#asking ??= this.#ask().finally(() => this.#asking = undefined);
    return await untilAborted(asking, signal);
  }

  async #ask(): Promise<string> {
    const { url, client, scopes, clock } = this.#options;
    const form = new URLSearchParams({ grant_type: "client_credentials" });
    if (scopes.length > 0) form.set("scope", scopes.join(" "));
    const answer = await this.#exchange(url, client, form);
    const { access_token: text, expires_in: seconds } = answer;
    if (typeof text !== "string" || !/^[\x21-\x7e]+$/.test(text)) throw refused("no token");
    const lifeMs = (typeof seconds === "number" ? seconds : USUAL_LIFE_SECONDS) * 1000;
    const endsAt = clock.monotonic() + Math.max(0, lifeMs - Math.min(EARLY_MS, lifeMs / 2));
    this.#token = { text, endsAt };
    return text;
  }

  async #exchange(
    url: URL,
    { clientId, clientSecret }: ClientCredential,
    form: URLSearchParams,
  ): Promise<Readonly<Record<string, unknown>>> {
    const pair = [clientId, clientSecret.reveal()].map(encodeURIComponent).join(":");
    try {
      const response = await this.#options.ask(url, {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
          "content-type": "application/x-www-form-urlencoded",
          accept: "application/json",
        },
        body: form.toString(),
        // SAFETY: the secret goes to the configured place only.
        redirect: "manual",
        signal: AbortSignal.any([this.#options.life, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = new TextDecoder().decode(await readBounded(response.body, MAX_BYTES));
      if (response.status !== 200) throw refused(`status ${response.status}`);
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
      throw refused("no JSON object");
    } catch (cause) {
      if (cause instanceof CodemodeError) throw cause;
      throw new CodemodeError(
        "MCP_SERVER_UNAVAILABLE",
        "The token endpoint of the API cannot be reached",
        { cause, details: { mayHaveTakenEffect: false } },
      );
    }
  }
}

function refused(why: string): CodemodeError {
  return new CodemodeError(
    "MCP_SERVER_UNAVAILABLE",
    `The token endpoint of the API gave no token: it answered with ${why}`,
    { details: { mayHaveTakenEffect: false } },
  );
}
