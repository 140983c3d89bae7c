/** What a client and each of its requests can be told. */

import type { ExecuteRequest, ReadResult } from "../contract/mod.ts";

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

/** Options of one request. */
export interface RequestOptions {
  /** Ends the request, and with it the execution. */
  readonly signal?: AbortSignal;
}

/** Everything of an execute request but its code. */
export type ExecuteOptions = Omit<ExecuteRequest, "code"> & RequestOptions;

/** Options of a stream. */
export interface StreamOptions extends ExecuteOptions {
  /** Whether what tools' servers ask will be answered, by `executions.answer`. @default false */
  readonly interactive?: boolean;
  /**
   * `continue`: a lost connection is taken up again where it was lost; `cancel`: the service ends the
   * execution then. Leaving the loop ends it either way. @default "continue"
   */
  readonly onDisconnect?: "cancel" | "continue";
}

/** Options of a tool search. */
export interface SearchOptions extends RequestOptions {
  /** @default 10 */
  readonly limit?: number;
  /** @default "detailed" */
  readonly detail?: "brief" | "detailed" | "full";
}

/** Options of a tool call. */
export interface CallToolOptions extends RequestOptions {
  /** Estimated tokens at most of the result. @default no bound */
  readonly maxResultTokens?: number;
}

/** Options of reading a kept result. */
export type ReadResultOptions = ReadResult & RequestOptions;

/** Options of a declarations request. */
export interface DeclarationsOptions extends RequestOptions {
  /** @default "typescript" */
  readonly language?: "typescript" | "python";
  readonly servers?: readonly string[];
  readonly tools?: readonly string[];
  /** Tokens at most. */
  readonly budget?: number;
}
