/** Every tool a guest could call, from all sources, and the one way to call it with checked values. */

import { isDeepStrictEqual } from "node:util";
import { CodemodeError } from "../base/errors.ts";
import { InFlight } from "../base/in_flight.ts";
import type { Logger } from "../base/log.ts";
import type { Tool, ToolGroup } from "../contract/mod.ts";
import { withMeantMembers } from "./meant_members.ts";
import { type SchemaIssue, SchemaValidators } from "./schema_validators.ts";
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
  /** Why a server has no tools to show, where somebody can do something about it. */
  absence(server: string): CodemodeError | undefined;
  /**
   * Calls a tool as it was judged and returns its value. `TOOL_NOT_FOUND` when it is gone and
   * `TOOL_CHANGED` when the tool of that name is another one by now; `TOOL_INPUT_INVALID` and
   * `TOOL_OUTPUT_INVALID` have `details.issues`; further failures are the source's. Input that is not
   * valid never leaves the host.
   */
  call(tool: Tool, input: unknown, options: ToolCallOptions): Promise<unknown>;
  /**
   * Whether the tool itself wants this call approved, which holds beside all rules. Input that is not
   * valid is `TOOL_INPUT_INVALID`; a tool that fails to say is taken to want it.
   */
  needsApproval(tool: Tool, input: unknown, signal: AbortSignal): Promise<boolean>;
  /** The same call with all that came back, for a door that shows it as it is. */
  exchange(tool: Tool, input: unknown, options: ToolCallOptions): Promise<ToolAnswer>;
  onChange(listener: () => void): Disposable;
}

/** A catalog whose sources come and go. */
export interface ChangingCatalog extends Catalog {
  /** One more source, which stays its owner's to dispose. */
  add(source: ToolSource): void;
  /** Takes a source out: no new call finds it. Resolves once none goes on, with false at the abort. */
  remove(source: ToolSource, patience: AbortSignal): Promise<boolean>;
}

/** A catalog over `sources`, which stay their owners' to dispose. */
export function createCatalog(
  sources: readonly ToolSource[],
  deps: { readonly logger: Logger },
): ChangingCatalog {
  return new SourcesCatalog(sources, deps.logger);
}

interface View {
  readonly groups: readonly ToolGroup[];
  readonly tools: ReadonlyMap<string, ReadonlyMap<string, Tool>>;
}

interface Joined {
  readonly source: ToolSource;
  readonly calls: InFlight;
  readonly watch: Disposable;
}

class SourcesCatalog implements ChangingCatalog {
  readonly #joined = new Map<ToolSource, Joined>();
  readonly #logger: Logger;
  readonly #validators: SchemaValidators;
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #view: View | undefined;

  constructor(sources: readonly ToolSource[], logger: Logger) {
    this.#logger = logger;
    this.#validators = new SchemaValidators(logger);
    for (const source of sources) this.#join(source);
  }

  add(source: ToolSource): void {
    this.#join(source);
    this.#changed();
  }

  async remove(source: ToolSource, patience: AbortSignal): Promise<boolean> {
    const joined = this.#joined.get(source);
    if (!joined) return true;
    this.#joined.delete(source);
    joined.watch[Symbol.dispose]();
    this.#changed();
    return await joined.calls.drained(patience);
  }

  #join(source: ToolSource): void {
    const watch = source.onChange(() => this.#changed());
    this.#joined.set(source, { source, calls: new InFlight(), watch });
  }

  #sourceOf(server: string): Joined | undefined {
    return [...this.#joined.values()].find(({ source }) => source.has(server));
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
      wanted.map((server) => this.#sourceOf(server)?.source.tried?.(server, signal)),
    );
  }

  find(server: string, tool: string): Tool | undefined {
    return this.#current().tools.get(server)?.get(tool);
  }

  absence(server: string): CodemodeError | undefined {
    return this.#sourceOf(server)?.source.absence?.(server);
  }

  async call(tool: Tool, input: unknown, options: ToolCallOptions): Promise<unknown> {
    return (await this.exchange(tool, input, options)).value;
  }

  async exchange(tool: Tool, input: unknown, options: ToolCallOptions): Promise<ToolAnswer> {
    const { server, name, outputSchema } = tool;
    const joined = this.#sourceOf(server);
    if (!joined) throw notFound(tool);
    this.#assertCurrent(tool);
    const checked = this.#checkInput(tool, input === undefined ? {} : input);
    const beforeSend = () => this.#assertCurrent(tool);
    const answer = await joined.calls.track(() =>
      joined.source.call(server, name, checked, { ...options, beforeSend })
    );
    if (answer.isStructured && outputSchema !== undefined) {
      this.#checkOutput(tool, outputSchema, answer.value);
    }
    return answer;
  }

  async needsApproval(tool: Tool, input: unknown, signal: AbortSignal): Promise<boolean> {
    const source = this.#sourceOf(tool.server)?.source;
    if (!source?.needsApproval) return false;
    const checked = this.#checkInput(tool, input === undefined ? {} : input);
    try {
      return await source.needsApproval(tool.server, tool.name, checked, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { server, name } = tool;
      this.#logger.warn("A tool did not say whether it needs approval", {
        server,
        tool: name,
        error,
      });
      return true;
    }
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  // SAFETY: rules, grants and people have judged this tool and no other; a server may have put one that
  // destroys in its place since (test/unit/catalog/changed_tools_test.ts).
  #assertCurrent(tool: Tool): void {
    const now = this.find(tool.server, tool.name);
    if (!now) throw notFound(tool);
    if (!isSame(now, tool)) throw changed(tool);
  }

  #checkInput(tool: Tool, input: unknown): Readonly<Record<string, unknown>> {
    const path = `${tool.server}.${tool.name}`;
    if (!isRecord(input)) {
      const issues = [{ path: "", message: "must be an object" }];
      throw invalid("TOOL_INPUT_INVALID", "input for", tool, issues);
    }
    const issues = this.#validators.check(tool.inputSchema, input, `${path} input`);
    if (issues.length === 0) return input;
    const hinted = withMeantMembers(issues, tool.inputSchema, input);
    throw invalid("TOOL_INPUT_INVALID", "input for", tool, hinted);
  }

  #checkOutput(tool: Tool, schema: NonNullable<Tool["outputSchema"]>, value: unknown): void {
    const label = `${tool.server}.${tool.name} output`;
    const issues = this.#validators.check(schema, value, label);
    if (issues.length > 0) throw invalid("TOOL_OUTPUT_INVALID", "output of", tool, issues);
  }

  #current(): View {
    return this.#view ??= this.#build();
  }

  #build(): View {
    const byServer = new Map<string, ToolGroup>();
    for (const group of [...this.#joined.keys()].flatMap((source) => source.groups())) {
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

/** A native tool is its function, which no words tell; the others are what their server says of them. */
function isSame(now: Tool, judged: Tool): boolean {
  return now === judged || (judged.source !== "native" && isDeepStrictEqual(now, judged));
}

function notFound({ server, name }: Tool): CodemodeError {
  return new CodemodeError("TOOL_NOT_FOUND", `The server "${server}" has no tool "${name}"`, {
    details: { server, tool: name },
  });
}

function changed({ server, name }: Tool): CodemodeError {
  return new CodemodeError(
    "TOOL_CHANGED",
    `The tool ${server}.${name} has changed since this call was checked; look at it again`,
    { details: { server, tool: name, mayHaveTakenEffect: false } },
  );
}

/** Faults that a message tells; the others are in its details. */
const MAX_TOLD = 4;

function invalid(
  code: "TOOL_INPUT_INVALID" | "TOOL_OUTPUT_INVALID",
  what: string,
  tool: Tool,
  issues: readonly SchemaIssue[],
): CodemodeError {
  const { server, name } = tool;
  const told = issues.slice(0, MAX_TOLD).map(({ path, message }) => `${path || "it"} ${message}`);
  if (issues.length > MAX_TOLD) told.push(`${issues.length - MAX_TOLD} more, see details.issues`);
  const message = `Invalid ${what} ${server}.${name}: ${told.join("; ")}`;
  return new CodemodeError(code, message, { details: { server, tool: name, issues } });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
