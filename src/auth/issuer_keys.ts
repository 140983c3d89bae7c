/**
 * The public keys of an issuer, kept: loaded at first need, again when they are old or a token names
 * an unknown one, never more often than the cooldown, and used on while the issuer is away.
 */

import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { discoverJwksUri } from "./discover_jwks_uri.ts";
import { fetchJson, type FetchJsonOptions } from "./fetch_json.ts";

/** Amounts that keep a slow, huge or absent issuer from being the service's trouble. */
export const ISSUER_LIMITS = Object.freeze({
  /** One document, its body included. */
  timeoutMs: 5000,
  /** Bytes of one document. */
  maxBytes: 262_144,
  /** Keys of one set. */
  maxKeys: 100,
  /** Between two loads, where there are keys. */
  cooldownMs: 30_000,
  /** Between two loads, where there are none yet. */
  firstCooldownMs: 5000,
  /** Keys older than this are loaded again before they are used. */
  maxAgeMs: 600_000,
  /** Keys older than this are not used, even if the issuer is away. */
  maxStaleMs: 86_400_000,
});

/** What keys are loaded with. */
export interface IssuerKeysOptions {
  readonly issuer: string;
  /** @default what the issuer's metadata says */
  readonly jwksUri?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fetch: typeof globalThis.fetch;
}

interface Kept {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly loadedAt: number;
}

/** Finds the key that a token names. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  readonly #limits: FetchJsonOptions;
  #kept: Kept | undefined;
  #discovered: string | undefined;
  #triedAt = -Infinity;
  /** Whether the last load failed. */
  #isAway = false;
  #loading: Promise<void> | undefined;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
    const { timeoutMs, maxBytes } = ISSUER_LIMITS;
    this.#limits = { fetch: options.fetch, clock: options.clock, timeoutMs, maxBytes };
  }

  /**
   * The key for a token's header, as `jose` asks for it. Rejects with `IDENTITY_PROVIDER_UNAVAILABLE`
   * where there are no keys to judge by, and with `jose`'s errors where none of them is the token's.
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.#ageMs() > ISSUER_LIMITS.maxAgeMs) await this.#refresh();
    const kept = this.#usable();
    try {
      return await kept.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#reload();
      if (this.#kept === kept) throw error;
      return await this.#usable().find(header, token);
    }
  };

  /** An issuer that is away is not waited for again and again, as long as its last keys will do. */
  async #refresh(): Promise<void> {
    const loading = this.#reload();
    if (!this.#isAway || this.#ageMs() > ISSUER_LIMITS.maxStaleMs) await loading;
  }

  #ageMs(): number {
    return this.#options.clock.monotonic() - (this.#kept?.loadedAt ?? -Infinity);
  }

  #usable(): Kept {
    if (this.#kept !== undefined && this.#ageMs() <= ISSUER_LIMITS.maxStaleMs) return this.#kept;
    throw new CodemodeError(
      "IDENTITY_PROVIDER_UNAVAILABLE",
      `The keys of ${this.#options.issuer} cannot be had, so no token can be checked`,
    );
  }

  /** Loads unless that was tried a moment ago; all who ask meanwhile share one load. Never rejects. */
  #reload(): Promise<void> {
    if (this.#loading !== undefined) return this.#loading;
    const { cooldownMs, firstCooldownMs } = ISSUER_LIMITS;
    const pauseMs = this.#kept === undefined ? firstCooldownMs : cooldownMs;
    const now = this.#options.clock.monotonic();
    // SAFETY: anybody can send a token with an unknown key; it must not become a request each, nor
    // while loading fails (test/unit/auth/issuer_keys_test.ts sends fifty, to both kinds of issuer).
    if (now - this.#triedAt < pauseMs) return Promise.resolve();
    this.#triedAt = now;
    return this.#loading = this.#load().finally(() => this.#loading = undefined);
  }

  async #load(): Promise<void> {
    const { issuer, jwksUri, clock, logger } = this.#options;
    try {
      const uri = jwksUri ?? (this.#discovered ??= await discoverJwksUri(issuer, this.#limits));
      const keys = toKeySet(await fetchJson(uri, this.#limits));
      this.#isAway = false;
      this.#kept = { find: createLocalJWKSet(keys), loadedAt: clock.monotonic() };
    } catch (error) {
      this.#isAway = true;
      // The issuer may have moved its keys.
      this.#discovered = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn("the issuer's keys could not be loaded", { issuer, reason });
    }
  }
}

/** A document as a key set; throws for what is none, so that a broken answer replaces no good keys. */
function toKeySet(document: unknown): JSONWebKeySet {
  const { keys } = (document ?? {}) as { readonly keys?: unknown };
  if (!Array.isArray(keys)) throw new TypeError("the key set has no keys");
  if (keys.length > ISSUER_LIMITS.maxKeys) {
    throw new RangeError(`the key set has more than ${ISSUER_LIMITS.maxKeys} keys`);
  }
  const usable = keys.filter((key) => typeof key === "object" && key !== null);
  if (usable.length === 0) throw new TypeError("the key set is empty");
  return { keys: usable };
}
