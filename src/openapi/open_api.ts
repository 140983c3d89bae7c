/**
 * One HTTP API as a server with tools: loads its document, tries again while that fails, and makes the
 * calls. What its document says is the operator's choice; what calls bring is not trusted.
 */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Network } from "../base/network.ts";
import { untilAborted } from "../base/until_aborted.ts";
import type { OpenApiConfig } from "../config/mod.ts";
import type { Tool, ToolGroup } from "../contract/mod.ts";
import { type Api, openDescribedApi } from "./described_api.ts";
import { isLoadFailure, loadFailure } from "./load_failure.ts";

/** What an API is opened with. */
export interface OpenApiDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /** How it, its document and its token endpoint are reached. @default as this machine does */
  readonly network?: Network | undefined;
}

/** How an API is, as `/health` shows it. */
export interface OpenApiStatus {
  readonly name: string;
  readonly state: "loading" | "ready" | "failed" | "closed";
  readonly tools: number;
  readonly lastError?: string;
}

/** Options of one call. */
export interface OpenApiCallOptions {
  readonly signal: AbortSignal;
  /** @default the API's own */
  readonly timeoutMs?: number;
}

/** An API. Disposing it ends its loading and its calls. */
export interface OpenApi extends AsyncDisposable {
  readonly name: string;
  group(): ToolGroup;
  status(): OpenApiStatus;
  /** Resolves once the document was loaded or could not be once; rejects with the signal's reason only. */
  tried(signal: AbortSignal): Promise<void>;
  /** Loads the document now if that has failed. Rejects with `MCP_SERVER_UNAVAILABLE`. */
  ensure(signal: AbortSignal): Promise<void>;
  /**
   * Calls an operation. Fails with `TOOL_NOT_FOUND`, `TOOL_INPUT_INVALID`, `TOOL_TIMEOUT`,
   * `CANCELLED`, `MCP_TOOL_ERROR` (with `details.status` and `details.body`), `TOOL_OUTPUT_INVALID` or
   * `MCP_SERVER_UNAVAILABLE`; `details.mayHaveTakenEffect` tells whether the request may have arrived.
   */
  call(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options: OpenApiCallOptions,
  ): Promise<{ readonly value: unknown; readonly isStructured: boolean }>;
  onChange(listener: () => void): Disposable;
}

/** Shortest and longest wait before a document is tried again. */
const RETRY_MS = { first: 1_000, most: 60_000 };

/** Opens an API; its document is loaded in the background. */
export function openOpenApi(name: string, config: OpenApiConfig, deps: OpenApiDeps): OpenApi {
  return new LoadedApi(name, config, deps);
}

class LoadedApi implements OpenApi {
  readonly name: string;
  readonly #config: OpenApiConfig;
  readonly #deps: OpenApiDeps;
  readonly #listeners = new Set<() => void>();
  readonly #life = new AbortController();
  #api: Api | undefined;
  #group: ToolGroup;
  #loading: Promise<void> | undefined;
  #lastError: string | undefined;
  #failures = 0;
  #retry: Disposable | undefined;

  constructor(name: string, config: OpenApiConfig, deps: OpenApiDeps) {
    this.name = name;
    this.#config = config;
    this.#deps = { ...deps, logger: deps.logger.child({ server: name }) };
    this.#group = Object.freeze({ server: name, description: "", tools: Object.freeze([]) });
    this.#load();
  }

  group(): ToolGroup {
    return this.#group;
  }

  status(): OpenApiStatus {
    return Object.freeze({
      name: this.name,
      state: this.#life.signal.aborted
        ? "closed"
        : this.#api
        ? "ready"
        : this.#lastError === undefined
        ? "loading"
        : "failed",
      tools: this.#group.tools.length,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    });
  }

  async tried(signal: AbortSignal): Promise<void> {
    if (this.#api || this.#lastError !== undefined) return;
    await untilAborted(this.#load(), signal);
  }

  async ensure(signal: AbortSignal): Promise<void> {
    if (!this.#api) await untilAborted(this.#load(), signal);
    if (!this.#api) throw loadFailure(this.name, this.#lastError ?? "it is closed");
  }

  async call(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options: OpenApiCallOptions,
  ): Promise<{ readonly value: unknown; readonly isStructured: boolean }> {
    const { signal } = options;
    await this.ensure(signal);
    const api = this.#api;
    const life = this.#life.signal;
    if (!api || life.aborted) throw loadFailure(this.name, "it is closed");
    const both = AbortSignal.any([signal, life]);
    try {
      return await api.call(tool, input, { ...options, signal: both });
    } catch (error) {
      if (!life.aborted || signal.aborted) throw error;
      throw new CodemodeError("MCP_SERVER_UNAVAILABLE", `The API "${this.name}" was closed`, {
        details: { server: this.name, tool, mayHaveTakenEffect: true },
      });
    }
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#retry?.[Symbol.dispose]();
    this.#life.abort(loadFailure(this.name, "it is closed"));
    await this.#loading;
  }

  #load(): Promise<void> {
    return this.#loading ??= this.#tryLoad().finally(() => this.#loading = undefined);
  }

  async #tryLoad(): Promise<void> {
    const { logger } = this.#deps;
    this.#retry?.[Symbol.dispose]();
    if (this.#life.signal.aborted) return;
    try {
      const api = await openDescribedApi(this.name, this.#config, this.#deps, this.#life.signal);
      if (this.#life.signal.aborted) return;
      this.#adopt(api);
    } catch (error) {
      if (this.#life.signal.aborted) return;
      this.#lastError = isLoadFailure(error) ? error.message : "it failed unexpectedly";
      this.#failures += 1;
      logger.warn("OpenAPI document cannot be used", {
        reason: this.#lastError,
        ...(isLoadFailure(error) ? {} : { error }),
      });
      this.#retryLater();
    }
  }

  #adopt(api: Api): void {
    const { logger } = this.#deps;
    this.#api = api;
    this.#lastError = undefined;
    this.#failures = 0;
    const tools: readonly Tool[] = api.tools;
    const { description } = api;
    this.#group = Object.freeze({ server: this.name, description, tools });
    for (const problem of api.problems) logger.warn("OpenAPI operation", { problem });
    logger.info("OpenAPI server ready", { tools: tools.length, url: api.url });
    for (const listener of [...this.#listeners]) listener();
  }

  #retryLater(): void {
    const delayMs = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(this.#failures - 1, 10));
    this.#retry = this.#deps.clock.after(delayMs, () => void this.#load());
  }
}
