/**
 * The client: a few typed calls over `fetch`, for Deno, Node 20 and browsers. It restores what JSON
 * loses, retries what the service says may be retried, and cancels by signal.
 */

import type {
  CheckAnswer,
  CheckRequest,
  ExecuteAnswer,
  ExecutionEvent,
  InputRequired,
  Problem,
  ResultPage,
  RuntimesAnswer,
  ToolCallAnswer,
  ToolsAnswer,
  ToolSearchAnswer,
} from "../contract/mod.ts";
import type { WireValue } from "../protocol/frames.ts";
import { decodeValue } from "../protocol/values.ts";
import { CodemodeClientError } from "./client_error.ts";
import type {
  CallToolOptions,
  ClientOptions,
  DeclarationsOptions,
  ExecuteOptions,
  ReadResultOptions,
  RequestOptions,
  SearchOptions,
  StreamOptions,
} from "./client_options.ts";
import { Executions, type WireInit } from "./executions.ts";
import { pause } from "./pause.ts";

/** Statuses that say nothing ran and trying again may help. */
const RETRIED = new Set([429, 503]);

/** Paths whose results can come in a form that keeps what JSON loses. */
const TAGGED = /\/(?:execute|tools\/[^/]+\/[^/]+|executions\/[^/]+(?:\/answers)?)$/;
/** Paths that answer with a stream. */
const STREAMED = /\/(?:execute\/stream|executions\/[^/]+\/events)$/;

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
  /** The caller's executions that run or are still kept. */
  readonly executions: Executions;

  /** `url` is the service's root. A bad one is a `TypeError`, and so are two credentials. */
  constructor(url: string | URL, options: ClientOptions = {}) {
    if (options.token !== undefined && options.apiKey !== undefined) {
      throw new TypeError('Cannot authenticate as both "token" and "apiKey" are given: choose one');
    }
    this.#base = new URL(String(url).replace(/\/*$/, "/"));
    this.#options = options;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.executions = new Executions({
      json: async (path, init) => await this.#readJson(await this.#open(path, init), init.signal),
      open: (path, init) => this.#open(path, init),
      decode: (value) => this.#decode(value),
      retries: options.retries ?? 3,
      retryDelayMs: options.retryDelayMs ?? 200,
    });
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

  /**
   * Runs a program, or until it asks something that a tool's server wants to know: answer with
   * `executions.answerAndWait`.
   */
  async executeInteractive(
    code: string,
    options: ExecuteOptions = {},
  ): Promise<ExecuteAnswer | InputRequired> {
    const { signal, ...rest } = options;
    const body = { code, ...rest, interactive: true };
    return this.executions.decoded(
      await this.#post<ExecuteAnswer | InputRequired>("api/v1/execute", body, signal),
    );
  }

  /**
   * Runs a program and tells what happens as it happens; the last event is the answer, or the error
   * that kept it from running.
   */
  async *stream(
    code: string,
    options: StreamOptions = {},
  ): AsyncGenerator<ExecutionEvent, void, undefined> {
    const { signal, onDisconnect = "continue", ...rest } = options;
    const body = { code, ...rest, onDisconnect };
    const response = await this.#open("api/v1/execute/stream", { method: "POST", body, signal });
    const executionId = response.headers.get("x-execution-id") ?? "";
    const open = (after: number) => {
      if (onDisconnect === "cancel") throw this.#unreachable(undefined, signal);
      const path = `api/v1/executions/${executionId}/events`;
      return this.#open(path, { query: { after }, signal });
    };
    let hasEnded = false;
    try {
      for await (const event of this.executions.follow(response, { open, after: 0, signal })) {
        hasEnded = event.type === "result" || event.type === "error";
        yield event;
      }
    } finally {
      // Nobody waits for it any more; where the service cannot be reached, its limits end it.
      if (!hasEnded) await this.executions.cancel(executionId).catch(() => {});
    }
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

  async #open(path: string, { method, query = {}, body, signal }: WireInit): Promise<Response> {
    const init = {
      ...(method === undefined ? {} : { method }),
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    };
    return await this.#send(this.#url(path, query), init, signal);
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
    headers.set("accept", acceptOf(url.pathname));
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

function acceptOf(path: string): string {
  if (STREAMED.test(path)) return "text/event-stream; values=tagged";
  return TAGGED.test(path) ? "application/json; values=tagged" : "*/*";
}

/** A call that was lost on its way back must not be made twice. */
function mayHaveTakenEffect({ problem }: CodemodeClientError): boolean {
  return problem?.details?.["mayHaveTakenEffect"] === true;
}
