/**
 * The client: a few typed calls over `fetch`, for Deno, Node 20 and browsers. It restores what JSON
 * loses, retries what the service says may be retried, and cancels by signal.
 */

import type {
  CheckAnswer,
  CheckRequest,
  ExecuteAnswer,
  ExecuteRequest,
  ExecutionEvent,
  InputRequired,
  ReadResult,
  ResultPage,
  RuntimesAnswer,
  ToolCallAnswer,
  ToolsAnswer,
  ToolSearchAnswer,
} from "../contract/mod.ts";
import type { ClientOptions } from "./client_options.ts";
import { Executions } from "./executions.ts";
import { isSegment, pathSegment } from "./path_segment.ts";
import { Wire } from "./wire.ts";

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
  readonly #wire: Wire;
  /** The caller's executions that run or are still kept. */
  readonly executions: Executions;

  /** `url` is the service's root. A bad one is a `TypeError`, and so are two credentials. */
  constructor(url: string | URL, options: ClientOptions = {}) {
    this.#wire = new Wire(url, options);
    this.executions = new Executions(this.#wire);
  }

  /**
   * Runs a program. A program that fails is an answer with `success: false`; a request that did not
   * run throws {@link CodemodeClientError}. Dates, Maps, Sets, bigints and bytes in `result` come
   * back as what they were.
   */
  async execute(code: string, options: ExecuteOptions = {}): Promise<ExecuteAnswer> {
    const { signal, ...rest } = options;
    const body = { code, ...rest };
    return this.executions.decoded(
      await this.#post<ExecuteAnswer>("api/v1/execute", body, signal),
    );
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
    const response = await this.#wire.open("api/v1/execute/stream", {
      method: "POST",
      body,
      signal,
    });
    const executionId = response.headers.get("x-execution-id") ?? "";
    // Without a name it can be neither taken up again nor cancelled.
    const isNamed = isSegment(executionId);
    const open = (after: number) => {
      if (onDisconnect === "cancel" || !isNamed) throw this.#wire.unreachable(undefined, signal);
      const path = `api/v1/executions/${pathSegment(executionId, "execution")}/events`;
      return this.#wire.open(path, { query: { after }, signal });
    };
    let hasEnded = false;
    try {
      for await (const event of this.executions.follow(response, { open, after: 0, signal })) {
        hasEnded = event.type === "result" || event.type === "error";
        yield event;
      }
    } finally {
      // Nobody waits for it any more; where the service cannot be reached, its limits end it.
      if (!hasEnded && isNamed) await this.executions.cancel(executionId).catch(() => {});
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
    return this.#wire.json("api/v1/tools", { signal: options.signal });
  }

  /** Ranked tools with ready-to-paste signatures. */
  searchTools(query: string, options: SearchOptions = {}): Promise<ToolSearchAnswer> {
    const { signal, limit, detail } = options;
    return this.#wire.json("api/v1/tools/search", { query: { q: query, limit, detail }, signal });
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
    const path = `api/v1/tools/${pathSegment(server, "server")}/${pathSegment(tool, "tool")}`;
    const query = { maxResultTokens };
    const request = { method: "POST", query, body: input, signal } as const;
    const answer = await this.#wire.json<ToolCallAnswer>(path, request);
    return { ...answer, result: this.#wire.decode(answer.result) };
  }

  /**
   * A part of a result that was too big to be given at once: what a JSONPath such as `$.items[2:10]`
   * leads to, from `offset` on, as much as `limit` and `maxTokens` allow. `next` of the page is the
   * offset to go on from.
   */
  async readResult(handle: string, options: ReadResultOptions = {}): Promise<ResultPage> {
    const { signal, ...query } = options;
    const path = `api/v1/results/${pathSegment(handle, "result")}`;
    return await this.#wire.json(path, { query, signal });
  }

  /** The declarations of the tools, in TypeScript or as stubs of Python. */
  async declarations(options: DeclarationsOptions = {}): Promise<string> {
    const { signal, servers, tools, budget, language } = options;
    const query = { servers: servers?.join(","), tools: tools?.join(","), budget, language };
    return await this.#wire.text("api/v1/declarations", { query, signal });
  }

  /** Runtimes of the service's host. */
  runtimes(options: RequestOptions = {}): Promise<RuntimesAnswer> {
    return this.#wire.json("api/v1/runtimes", { signal: options.signal });
  }

  #post<T>(path: string, body: unknown, signal: AbortSignal | undefined): Promise<T> {
    return this.#wire.json(path, { method: "POST", body, signal });
  }
}
