/**
 * Requests to one service: says who calls, tries again what the service says may be tried again, and
 * makes a typed error of whatever is no answer. Knows nothing of single routes but which of them
 * answer with values that JSON loses.
 */

import type { Problem } from "../contract/mod.ts";
import type { WireValue } from "../protocol/frames.ts";
import { decodeValue } from "../protocol/values.ts";
import { CodemodeClientError } from "./client_error.ts";
import type { ClientOptions } from "./client_options.ts";
import { pause } from "./pause.ts";
import { reasonOf } from "./reason_of.ts";

/** Statuses that say nothing ran and trying again may help. */
const RETRIED = new Set([429, 503]);

/** Paths whose results can come in a form that keeps what JSON loses. */
const TAGGED = /\/(?:execute|tools\/[^/]+\/[^/]+|executions\/[^/]+(?:\/answers)?)$/;
/** Paths that answer with a stream. */
const STREAMED = /\/(?:execute\/stream|executions\/[^/]+\/events)$/;

/** One request. */
export interface WireRequest {
  /** @default "GET" */
  readonly method?: "GET" | "POST" | "DELETE";
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** Makes requests to one service. */
export class Wire {
  /** Attempts after a lost connection, and the first pause between them. */
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly #base: URL;
  readonly #options: ClientOptions;
  readonly #fetch: typeof globalThis.fetch;

  /** `url` is the service's root. A bad one is a `TypeError`, and so are two credentials. */
  constructor(url: string | URL, options: ClientOptions) {
    if (options.token !== undefined && options.apiKey !== undefined) {
      throw new TypeError('Cannot authenticate as both "token" and "apiKey" are given: choose one');
    }
    this.#base = toBase(String(url));
    this.#options = options;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.retries = options.retries ?? 3;
    this.retryDelayMs = options.retryDelayMs ?? 200;
  }

  /** What the service answers, which is always an object. */
  async json<T>(path: string, request: WireRequest = {}): Promise<T> {
    const response = await this.open(path, request);
    const text = await this.#readText(response, request.signal);
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as T;
    } catch (cause) {
      throw this.#unexpected(response.status, cause);
    }
    throw this.#unexpected(response.status);
  }

  /** What the service answers where that is no JSON. */
  async text(path: string, request: WireRequest = {}): Promise<string> {
    return await this.#readText(await this.open(path, request), request.signal);
  }

  /** The answer that has begun; one that is a failure is thrown. */
  async open(path: string, request: WireRequest = {}): Promise<Response> {
    const url = this.#url(path, request.query);
    const init = toInit(request);
    for (let attempt = 0;; attempt++) {
      const response = await this.#once(url, init, request.signal);
      if (response.ok) return response;
      const error = await this.#toClientError(response);
      const mayRetry = RETRIED.has(response.status) && !mayHaveTakenEffect(error);
      if (!mayRetry || attempt >= this.retries) throw error;
      await pause(this.#delayMs(response, attempt), request.signal);
    }
  }

  /** Restores what JSON loses. */
  decode(value: unknown): unknown {
    try {
      return decodeValue(value as WireValue);
    } catch (cause) {
      throw this.#unexpected(200, cause);
    }
  }

  /** What to throw of a lost connection: the caller's own reason when the caller has aborted. */
  unreachable(cause: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    const reason = reasonOf(cause);
    const why = reason === undefined ? "" : `: ${reason}`;
    const message = `Cannot reach ${this.#base.origin}${why}`;
    return new CodemodeClientError("UNREACHABLE", message, { cause });
  }

  #url(path: string, query: Query = {}): URL {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  async #once(url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    const headers = this.#headers(init);
    headers.set("accept", acceptOf(url.pathname));
    try {
      return await this.#fetch(url, {
        ...init,
        headers,
        // Neither a program nor a credential goes where the caller did not send it.
        redirect: "error",
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (cause) {
      throw this.unreachable(cause, signal);
    }
  }

  /** The client's own headers win over given ones, and a credential over both. */
  #headers(init: RequestInit): Headers {
    const { headers: given, token, apiKey } = this.#options;
    const headers = new Headers(given);
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    if (apiKey !== undefined) headers.set("x-api-key", apiKey);
    return headers;
  }

  async #readText(response: Response, signal: AbortSignal | undefined): Promise<string> {
    try {
      return await response.text();
    } catch (cause) {
      throw this.unreachable(cause, signal);
    }
  }

  async #toClientError(response: Response): Promise<CodemodeClientError> {
    const { status } = response;
    const body: unknown = await response.json().catch(() => undefined);
    const problem = (body as { error?: Problem } | null | undefined)?.error;
    if (typeof problem?.code !== "string" || typeof problem.message !== "string") {
      return this.#unexpected(status);
    }
    return new CodemodeClientError(problem.code, problem.message, { status, problem });
  }

  #unexpected(status: number, cause?: unknown): CodemodeClientError {
    const message = `The answer of ${this.#base.origin} (status ${status}) is not Code Mode's`;
    return new CodemodeClientError("UNEXPECTED_ANSWER", message, { status, cause });
  }

  #delayMs(response: Response, attempt: number): number {
    const { maxRetryDelayMs = 10_000 } = this.#options;
    const asked = Number(response.headers.get("retry-after")) * 1000;
    const usual = this.retryDelayMs * 2 ** attempt;
    return Math.min(maxRetryDelayMs, Number.isFinite(asked) && asked > 0 ? asked : usual);
  }
}

function toBase(url: string): URL {
  const base = URL.canParse(url) ? new URL(url.replace(/\/*$/, "/")) : undefined;
  // `localhost:3000` is a URL too, of the scheme "localhost".
  if (base?.protocol !== "http:" && base?.protocol !== "https:") {
    const said = `it is ${JSON.stringify(url)}, not such as "http://localhost:3000"`;
    throw new TypeError(`Cannot connect as "url" must begin with http:// or https://: ${said}`);
  }
  if (base.username === "" && base.password === "") return base;
  throw new TypeError('Cannot connect as "url" has a user in it: credentials go into "token"');
}

function toInit({ method, body }: WireRequest): RequestInit {
  return {
    ...(method === undefined ? {} : { method }),
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  };
}

function acceptOf(path: string): string {
  if (STREAMED.test(path)) return "text/event-stream; values=tagged";
  return TAGGED.test(path) ? "application/json; values=tagged" : "*/*";
}

/** A call that was lost on its way back must not be made twice. */
function mayHaveTakenEffect({ problem }: CodemodeClientError): boolean {
  return problem?.details?.["mayHaveTakenEffect"] === true;
}
