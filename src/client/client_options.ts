/** What a client can be told. */

/** Options of a client. */
export interface ClientOptions {
  /** A token or an API key, sent as `Authorization: Bearer …`. */
  readonly token?: string;
  /** An API key, sent as `X-API-Key`; not together with `token`. */
  readonly apiKey?: string;
  /** Sent with every request, such as what a proxy in front of the service asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further attempts after a 429 or 503. @default 3 */
  readonly retries?: number;
  /** First pause between attempts in milliseconds; doubles, unless the answer has `Retry-After`. @default 200 */
  readonly retryDelayMs?: number;
  /** Longest pause in milliseconds, whatever `Retry-After` says. @default 10000 */
  readonly maxRetryDelayMs?: number;
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch;
}
