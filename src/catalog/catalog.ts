/** Every tool a guest could call, from all sources, and the one way to call it with checked values. */

import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Tool, ToolGroup } from "../contract/mod.ts";
import { type SchemaIssue, SchemaValidators } from "./schema_validators.ts";
import { searchTools } from "./search.ts";
import type { ToolAnswer, ToolCallOptions, ToolSource } from "./source.ts";

/** All tools of one service. */
export interface Catalog {
  /** Sorted by server; of two servers with one name the first source's counts. */
  groups(): readonly ToolGroup[];
  /** Grows by one with each change of {@link Catalog.groups}. */
  readonly version: number;
  /** Names of all servers, known tools or not. */
  servers(): readonly string[];
  /**
   * Resolves when each of these servers (`*` is all) has shown its tools or failed to once. Rejects
   * only with the signal's reason.
   */
  settled(servers: readonly string[], signal: AbortSignal): Promise<void>;
  find(server: string, tool: string): Tool | undefined;
  /**
   * Calls a tool and returns its value. `TOOL_NOT_FOUND` has `details.suggestions`,
   * `TOOL_INPUT_INVALID` and `TOOL_OUTPUT_INVALID` have `details.issues`; further failures are the
   * source's. Input that is not valid never leaves the host.
   */
  call(server: string, tool: string, input: unknown, options: ToolCallOptions): Promise<unknown>;
  /** The same call with all that came back, for a door that shows it as it is. */
  exchange(
    server: string,
    tool: string,
    input: unknown,
    options: ToolCallOptions,
  ): Promise<ToolAnswer>;
  onChange(listener: () => void): Disposable;
}

const MAX_SUGGESTIONS = 3;

/** A catalog over `sources`, which stay their owners' to dispose. */
export function createCatalog(
  sources: readonly ToolSource[],
  deps: { readonly logger: Logger },
): Catalog {
  return new SourcesCatalog(sources, deps.logger);
}

interface View {
  readonly groups: readonly ToolGroup[];
  readonly tools: ReadonlyMap<string, ReadonlyMap<string, Tool>>;
}

class SourcesCatalog implements Catalog {
  readonly #sources: readonly ToolSource[];
  readonly #logger: Logger;
  readonly #validators: SchemaValidators;
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #view: View | undefined;

  constructor(sources: readonly ToolSource[], logger: Logger) {
    this.#sources = sources;
    this.#logger = logger;
    this.#validators = new SchemaValidators(logger);
    for (const source of sources) source.onChange(() => this.#changed());
  }

  get version(): number {
    return this.#version;
  }

  groups(): readonly ToolGroup[] {
    return this.#current().groups;
  }

  servers(): readonly string[] {
    return this.groups().map(({ server }) => server);
  }

  async settled(servers: readonly string[], signal: AbortSignal): Promise<void> {
    const wanted = servers.includes("*") ? this.servers() : servers;
    await Promise.all(
      wanted.map((server) =>
        this.#sources.find((source) => source.has(server))?.tried?.(server, signal)
      ),
    );
  }

  find(server: string, tool: string): Tool | undefined {
    return this.#current().tools.get(server)?.get(tool);
  }

  async call(
    server: string,
    tool: string,
    input: unknown,
    options: ToolCallOptions,
  ): Promise<unknown> {
    return (await this.exchange(server, tool, input, options)).value;
  }

  async exchange(
    server: string,
    tool: string,
    input: unknown,
    options: ToolCallOptions,
  ): Promise<ToolAnswer> {
    const source = this.#sources.find((candidate) => candidate.has(server));
    const found = this.find(server, tool) ?? await this.#findLate(source, server, tool, options);
    if (!source || !found) throw this.#notFound(server, tool);
    const checked = this.#checkInput(found, input === undefined ? {} : input);
    const answer = await source.call(server, tool, checked, options);
    if (answer.isStructured && found.outputSchema !== undefined) {
      this.#checkOutput(found, found.outputSchema, answer.value);
    }
    return answer;
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** A server that connects at first use says only then what it has. */
  async #findLate(
    source: ToolSource | undefined,
    server: string,
    tool: string,
    options: ToolCallOptions,
  ): Promise<Tool | undefined> {
    const isKnown = (this.#current().tools.get(server)?.size ?? 0) > 0;
    if (!source?.ready || isKnown) return undefined;
    await source.ready(server, options.signal);
    return this.find(server, tool);
  }

  #checkInput(tool: Tool, input: unknown): Readonly<Record<string, unknown>> {
    const path = `${tool.server}.${tool.name}`;
    const issues = isRecord(input)
      ? this.#validators.check(tool.inputSchema, input, `${path} input`)
      : [{ path: "", message: "must be an object" }];
    if (issues.length > 0) throw invalid("TOOL_INPUT_INVALID", "input for", tool, issues);
    return input as Readonly<Record<string, unknown>>;
  }

  #checkOutput(tool: Tool, schema: NonNullable<Tool["outputSchema"]>, value: unknown): void {
    const label = `${tool.server}.${tool.name} output`;
    const issues = this.#validators.check(schema, value, label);
    if (issues.length > 0) throw invalid("TOOL_OUTPUT_INVALID", "output of", tool, issues);
  }

  #notFound(server: string, tool: string): CodemodeError {
    const own = this.groups().filter((group) => group.server === server);
    const hits = searchTools(own.length > 0 ? own : this.groups(), tool, {
      limit: MAX_SUGGESTIONS,
    });
    const suggestions = hits.map((hit) => `${hit.tool.server}.${hit.tool.name}`);
    const message = own.length > 0
      ? `The server "${server}" has no tool "${tool}"`
      : `There is no server "${server}"`;
    return new CodemodeError("TOOL_NOT_FOUND", message, { details: { server, tool, suggestions } });
  }

  #current(): View {
    return this.#view ??= this.#build();
  }

  #build(): View {
    const byServer = new Map<string, ToolGroup>();
    for (const group of this.#sources.flatMap((source) => source.groups())) {
      if (byServer.has(group.server)) {
        this.#logger.warn("Two sources have a server of one name", { server: group.server });
      } else byServer.set(group.server, group);
    }
    const groups = [...byServer.values()].sort((a, b) => a.server < b.server ? -1 : 1);
    const tools = groups.map((group) =>
      [group.server, new Map(group.tools.map((tool) => [tool.name, tool]))] as const
    );
    return { groups: Object.freeze(groups), tools: new Map(tools) };
  }

  #changed(): void {
    this.#view = undefined;
    this.#version += 1;
    for (const listener of [...this.#listeners]) listener();
  }
}

function invalid(
  code: "TOOL_INPUT_INVALID" | "TOOL_OUTPUT_INVALID",
  what: string,
  tool: Tool,
  issues: readonly SchemaIssue[],
): CodemodeError {
  const [first] = issues;
  const { server, name } = tool;
  const message = `Invalid ${what} ${server}.${name}: ${first?.path || "it"} ${first?.message}`;
  return new CodemodeError(code, message, { details: { server, tool: name, issues } });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
