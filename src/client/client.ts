/**
 * The client: a few typed calls over `fetch`, for Deno, Node 20 and browsers. It restores what JSON
 * loses, retries what the service says may be retried, and cancels by signal.
 */

import type {
  CheckAnswer,
  CheckRequest,
  ExecuteAnswer,
  ExecuteRequest,
  Problem,
  ReadResult,
  ResultPage,
  RuntimesAnswer,
  ToolCallAnswer,
  ToolsAnswer,
  ToolSearchAnswer,
} from "../contract/mod.ts";
import type { WireValue } from "../protocol/frames.ts";
import { decodeValue } from "../protocol/values.ts";
import { CodemodeClientError } from "./client_error.ts";

/** Statuses that say nothing ran and trying again may help. */
const RETRIED = new Set([429, 503]);

/** Paths whose results can come in a form that keeps what JSON loses. */
const TAGGED = /\/(?:execute|tools\/[^/]+\/[^/]+)$/;

/** Options of {@link CodemodeClient}. */
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

/**
 * Talks to one service.
 *
 * @example
 * ```ts ignore
 * const codemode = new CodemodeClient("http://localhost:3000");
 * const { result } = await codemode.execute("return 1 + 1");
 * ```
 */
export class CodemodeClient {
  readonly #base: URL;
  readonly #options: ClientOptions;
  readonly #fetch: typeof globalThis.fetch;

  /** `url` is the service's root. A bad one is a `TypeError`, and so are two credentials. */
  constructor(url: string | URL, options: ClientOptions = {}) {
    if (options.token !== undefined && options.apiKey !== undefined) {
      throw new TypeError('Cannot authenticate as both "token" and "apiKey" are given: choose one');
    }
    this.#base = new URL(String(url).replace(/\/*$/, "/"));
    this.#options = options;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  }

  /**
   * Runs a program. A program that fails is an answer with `success: false`; a request that did not
   * run throws {@link CodemodeClientError}. Dates, Maps, Sets, bigints and bytes in `result` come
   * back as what they were.
   */
  async execute(code: string, options: ExecuteOptions = {}): Promise<ExecuteAnswer> {
    const { signal, ...rest } = options;
    const answer = await this.#post<ExecuteAnswer>("api/v1/execute", { code, ...rest }, signal);
    return "result" in answer ? { ...answer, result: this.#decode(answer.result) } : answer;
  }

  /** Type-checks a program without running it. */
  check(
    code: string,
    options: Omit<CheckRequest, "code"> & RequestOptions = {},
  ): Promise<CheckAnswer> {
    const { signal, ...rest } = options;
    return this.#post("api/v1/check", { code, ...rest }, signal);
  }

  /** The tools this caller reaches, by namespace. */
  tools(options: RequestOptions = {}): Promise<ToolsAnswer> {
    return this.#get("api/v1/tools", {}, options.signal);
  }

  /** Ranked tools with ready-to-paste signatures. */
  searchTools(query: string, options: SearchOptions = {}): Promise<ToolSearchAnswer> {
    const { signal, limit, detail } = options;
    return this.#get("api/v1/tools/search", { q: query, limit, detail }, signal);
  }

  /**
   * Calls one tool without a program, by the names its server uses. A call that fails or is not
   * allowed throws {@link CodemodeClientError}.
   */
  async callTool(
    server: string,
    tool: string,
    input: Readonly<Record<string, unknown>> = {},
    { signal, maxResultTokens }: CallToolOptions = {},
  ): Promise<ToolCallAnswer> {
    const path = `api/v1/tools/${encodeURIComponent(server)}/${encodeURIComponent(tool)}`;
    const answer = await this.#post<ToolCallAnswer>(path, input, signal, { maxResultTokens });
    return { ...answer, result: this.#decode(answer.result) };
  }

  /**
   * A part of a result that was too big to be given at once: what a JSONPath such as `$.items[2:10]`
   * leads to, from `offset` on, as much as `limit` and `maxTokens` allow. `next` of the page is the
   * offset to go on from.
   */
  readResult(handle: string, options: ReadResultOptions = {}): Promise<ResultPage> {
    const { signal, ...query } = options;
    return this.#get(`api/v1/results/${encodeURIComponent(handle)}`, query, signal);
  }

  /** The declarations of the tools, in TypeScript or as stubs of Python. */
  async declarations(options: DeclarationsOptions = {}): Promise<string> {
    const { signal, servers, tools, budget, language } = options;
    const query = { servers: servers?.join(","), tools: tools?.join(","), budget, language };
    const response = await this.#send(this.#url("api/v1/declarations", query), {}, signal);
    return await this.#readText(response, signal);
  }

  /** Runtimes of the service's host. */
  runtimes(options: RequestOptions = {}): Promise<RuntimesAnswer> {
    return this.#get("api/v1/runtimes", {}, options.signal);
  }

  async #get<T>(path: string, query: Query, signal: AbortSignal | undefined): Promise<T> {
    return await this.#readJson(await this.#send(this.#url(path, query), {}, signal), signal);
  }

  async #post<T>(
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
    query: Query = {},
  ): Promise<T> {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    return await this.#readJson(await this.#send(this.#url(path, query), init, signal), signal);
  }

  #url(path: string, query: Query): URL {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  async #send(url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    const { retries = 3 } = this.#options;
    for (let attempt = 0;; attempt++) {
      const response = await this.#once(url, init, signal);
      if (response.ok) return response;
      const error = await this.#toClientError(response);
      const mayRetry = RETRIED.has(response.status) && !mayHaveTakenEffect(error);
      if (!mayRetry || attempt >= retries) throw error;
      await pause(this.#delayMs(response, attempt), signal);
    }
  }

  async #once(url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    const headers = this.#headers(init);
    headers.set(
      "accept",
      TAGGED.test(url.pathname) ? "application/json; values=tagged" : "*/*",
    );
    try {
      return await this.#fetch(url, {
        ...init,
        headers,
        ...this.#redirects(),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (cause) {
      throw this.#unreachable(cause, signal);
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

  /** `fetch` takes `Authorization` off before it follows to another origin, and nothing else. */
  #redirects(): { redirect?: "error" } {
    const { headers, apiKey } = this.#options;
    return headers === undefined && apiKey === undefined ? {} : { redirect: "error" };
  }

  async #readText(response: Response, signal: AbortSignal | undefined): Promise<string> {
    try {
      return await response.text();
    } catch (cause) {
      throw this.#unreachable(cause, signal);
    }
  }

  async #readJson<T>(response: Response, signal: AbortSignal | undefined): Promise<T> {
    const text = await this.#readText(response, signal);
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null) return value as T;
    } catch (cause) {
      throw this.#unexpected(response.status, cause);
    }
    throw this.#unexpected(response.status);
  }

  #decode(value: unknown): unknown {
    try {
      return decodeValue(value as WireValue);
    } catch (cause) {
      throw this.#unexpected(200, cause);
    }
  }

  async #toClientError(response: Response): Promise<CodemodeClientError> {
    const { status } = response;
    const body: unknown = await response.json().catch(() => undefined);
    const problem = (body as { error?: Problem } | null | undefined)?.error;
    if (typeof problem?.code !== "string") return this.#unexpected(status);
    return new CodemodeClientError(problem.code, problem.message, { status, problem });
  }

  /** The caller's own reason when the caller has aborted. */
  #unreachable(cause: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    return new CodemodeClientError("UNREACHABLE", `Cannot reach ${this.#base.origin}`, { cause });
  }

  #unexpected(status: number, cause?: unknown): CodemodeClientError {
    const message = `The answer of ${this.#base.origin} (status ${status}) is not Code Mode's`;
    return new CodemodeClientError("UNEXPECTED_ANSWER", message, { status, cause });
  }

  #delayMs(response: Response, attempt: number): number {
    const { retryDelayMs = 200, maxRetryDelayMs = 10_000 } = this.#options;
    const asked = Number(response.headers.get("retry-after")) * 1000;
    const usual = retryDelayMs * 2 ** attempt;
    return Math.min(maxRetryDelayMs, Number.isFinite(asked) && asked > 0 ? asked : usual);
  }
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** A call that was lost on its way back must not be made twice. */
function mayHaveTakenEffect({ problem }: CodemodeClientError): boolean {
  return problem?.details?.["mayHaveTakenEffect"] === true;
}

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
