/**
 * The one gate every tool call passes: own-name lookup in the toolbox, the guard (grant, rules,
 * approval), the call rate, then the catalog, which checks input and output. It never rejects; what goes wrong
 * becomes an error the guest can catch. It keeps the record of calls that the answer shows.
 */

import type { Access } from "../access/mod.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { CodemodeError, toCodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { roundMs } from "../base/round_ms.ts";
import { type CapabilitySet, DEFAULT_AMOUNTS } from "../capability/mod.ts";
import type { Catalog, ToolAnswer, ToolCallOptions } from "../catalog/mod.ts";
import type { CallRecord, Language, Tool } from "../contract/mod.ts";
import { NETWORK_NAMESPACE } from "../protocol/access.ts";
import type { CallFrame, WireError, WireValue } from "../protocol/frames.ts";
import { encodeValue } from "../protocol/values.ts";
import type { CallReply } from "../runtime/mod.ts";
import type { ShapeMemory } from "../shapes/mod.ts";
import { type Bucket, fullBucket, take } from "../base/rate.ts";
import type { CallGuard } from "./call_guard.ts";
import type { CallHooks } from "./direct_calls.ts";
import { encodeResult, toInput, toJson } from "./call_values.ts";
import { awayError } from "./silent_servers.ts";
import type { Found, Toolbox } from "./toolbox.ts";
import { describeTool, toToolHit } from "./tool_hit.ts";

/** Hits that `codemode.search` gives when it is not told. */
const SEARCH_LIMIT = 10;
/** Hits that `codemode.search` gives at most. */
const SEARCH_MAX = 50;

/** What the gate of one execution needs. */
export interface ToolCallsOptions {
  readonly toolbox: Toolbox;
  readonly grant: CapabilitySet;
  readonly guard: CallGuard;
  /** Whose calls they are. */
  readonly principal: string;
  readonly catalog: Catalog;
  /** Learns what results look like. @default nobody does */
  readonly shapes?: Pick<ShapeMemory, "observe">;
  /** Answers calls that are not of tools. @default there are none */
  readonly access?: Access;
  /** The program's, in which it is told signatures. @default typescript */
  readonly language?: Language;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each call, for metrics. */
  readonly observer: CallObserver;
  /** Told of each call, for whoever watches, and asked what servers ask. @default nobody */
  readonly link?: CallLink;
  /** Longest a call waits for its turn under `maxCallsPerSecond`; later ones fail at once. */
  readonly maxRateWaitMs: number;
}

/** Told when a call begins and when it has ended. */
export interface CallObserver {
  callStarted(server: string): void;
  callEnded(record: CallRecord): void;
}

/** What an execution's watchers are told of its calls, and how they are asked. */
export interface CallLink {
  /** A call begins; the number that names it. */
  started(server: string, tool: string, input: unknown): number;
  ended(call: number, record: CallRecord): void;
  /** Where what the server says and asks in the middle of a call goes. */
  hear(call: number, signal: AbortSignal): CallHooks;
  /** Makes a call where its own requests are known to belong to it. */
  within<Answer>(call: number, make: () => Promise<Answer>): Promise<Answer>;
}

interface OpenRecord {
  /** Its name in {@link CallLink}. */
  readonly call: number;
  readonly server: string;
  readonly tool: string;
  readonly startedAt: number;
  status: CallRecord["status"];
  endedAt?: number;
  error?: string;
}

/** The tool calls of one execution. */
export class ToolCalls {
  readonly #options: ToolCallsOptions;
  readonly #records: OpenRecord[] = [];
  #bucket: Bucket;
  #hasEnded = false;

  constructor(options: ToolCallsOptions) {
    this.#options = options;
    const { maxCallsPerSecond = DEFAULT_AMOUNTS.maxCallsPerSecond } = options.grant.mcp ??
      {};
    this.#bucket = fullBucket(maxCallsPerSecond, options.clock.monotonic());
  }

  /** Answers one call frame. */
  async call(frame: CallFrame, signal: AbortSignal): Promise<CallReply> {
    const { access } = this.#options;
    if (access?.handles(frame.namespace)) return await this.#reach(access, frame, signal);
    try {
      const value = frame.namespace === "codemode"
        ? await this.#builtin(frame, signal)
        : await this.#namespaced(frame, signal);
      return { ok: true, value: encodeResult(value, frame) };
    } catch (thrown) {
      return { ok: false, error: this.#toWireError(toCodemodeError(thrown), frame) };
    }
  }

  /** The calls so far; what has not ended is `in_flight`, or `queued` if it never left the host. */
  records(): CallRecord[] {
    const now = this.#options.clock.monotonic();
    return this.#records.map((record) => toCallRecord(record, now));
  }

  /** Nothing is told of calls any more; those without an end are told as they are. */
  end(): void {
    const now = this.#options.clock.monotonic();
    for (const record of this.#records) {
      if (record.endedAt === undefined) this.#tellEnd(record, now);
    }
    this.#hasEnded = true;
  }

  /** A host or a file: on record like a call of a tool, under the namespace without its mark. */
  async #reach(access: Access, frame: CallFrame, signal: AbortSignal): Promise<CallReply> {
    const [first, ...rest] = frame.args;
    const input = rest.length === 0 ? first : frame.args;
    const record = this.#open({ server: frame.namespace.slice(1), name: frame.tool }, input);
    record.status = "in_flight";
    try {
      const value = await this.#within(record, () => access.call(frame, signal));
      record.status = "ok";
      return { ok: true, value: encodeResult(value, frame) };
    } catch (thrown) {
      const error = toCodemodeError(thrown);
      if (!signal.aborted) record.status = "error";
      record.error = error.code;
      return { ok: false, error: this.#toAccessError(error, frame) };
    } finally {
      record.endedAt = this.#options.clock.monotonic();
      this.#tellEnd(record, record.endedAt);
    }
  }

  #builtin(frame: CallFrame, signal: AbortSignal): Promise<unknown> {
    const [first, second] = frame.args.map(toJson);
    if (frame.tool === "search") return Promise.resolve(this.#search(first, second));
    if (frame.tool === "describe") return Promise.resolve(this.#describe(first));
    if (frame.tool === "call") {
      const found = this.#findByPath("codemode.call", first);
      return this.invoke(found.named.tool, second ?? {}, signal);
    }
    throw new CodemodeError("TOOL_NOT_FOUND", `codemode has no "${frame.tool}"`);
  }

  #namespaced(frame: CallFrame, signal: AbortSignal): Promise<unknown> {
    const found = this.#options.toolbox.find(frame.namespace, frame.tool);
    if (found === undefined) {
      throw new CodemodeError(
        "TOOL_NOT_FOUND",
        `There is no tool ${frame.namespace}.${frame.tool}`,
      );
    }
    return this.invoke(
      found.named.tool,
      toInput(found.named, frame.args.map(toJson)),
      signal,
    );
  }

  /** Makes one call with `input`, which is JSON and is sent as it was judged. */
  async invoke(tool: Tool, input: unknown, signal: AbortSignal): Promise<unknown> {
    const { catalog, principal, shapes } = this.#options;
    const make = (options: ToolCallOptions) => catalog.call(tool, input, options);
    const value = await this.#through(tool, input, signal, make);
    shapes?.observe(principal, tool, value);
    return value;
  }

  /** The same call, with everything that its source answered. */
  async exchange(tool: Tool, input: unknown, signal: AbortSignal): Promise<ToolAnswer> {
    const { catalog } = this.#options;
    const make = (options: ToolCallOptions) => catalog.exchange(tool, input, options);
    return await this.#through(tool, input, signal, make);
  }

  async #through<Answer>(
    tool: Tool,
    input: unknown,
    signal: AbortSignal,
    make: (options: ToolCallOptions) => Promise<Answer>,
  ): Promise<Answer> {
    const { clock, guard, link, observer, principal } = this.#options;
    const record = this.#open(tool, input);
    observer.callStarted(tool.server);
    try {
      await guard.admit(tool, input, signal);
      await this.#waitForRate(tool, signal);
      record.status = "in_flight";
      const heard = link?.hear(record.call, signal);
      const options = { signal, principal, ...heard };
      const answer = await this.#within(record, () => make(options));
      record.status = "ok";
      return answer;
    } catch (thrown) {
      const error = toCodemodeError(thrown);
      if (!signal.aborted) record.status = "error";
      record.error = error.code;
      throw error;
    } finally {
      record.endedAt = clock.monotonic();
      observer.callEnded(toCallRecord(record, record.endedAt));
      this.#tellEnd(record, record.endedAt);
    }
  }

  #within<Answer>({ call }: OpenRecord, make: () => Promise<Answer>): Promise<Answer> {
    return this.#options.link?.within(call, make) ?? make();
  }

  #tellEnd(record: OpenRecord, now: number): void {
    if (this.#hasEnded) return;
    const { error, ...told } = toCallRecord(record, now);
    // A call that was left has no error of its own, whichever end is heard of first.
    const hasError = record.status === "error" && error !== undefined;
    this.#options.link?.ended(record.call, hasError ? { ...told, error } : told);
  }

  #open(tool: Pick<Tool, "server" | "name">, input: unknown): OpenRecord {
    const record: OpenRecord = {
      call: this.#options.link?.started(tool.server, tool.name, input) ?? 0,
      server: tool.server,
      tool: tool.name,
      startedAt: this.#options.clock.monotonic(),
      status: "queued",
    };
    this.#records.push(record);
    return record;
  }

  async #waitForRate(tool: Tool, signal: AbortSignal): Promise<void> {
    const { clock, maxRateWaitMs } = this.#options;
    const { bucket, waitMs } = take(this.#bucket, clock.monotonic());
    // One that is refused takes no token from those that come later.
    if (waitMs > maxRateWaitMs) throw tooLate(tool, waitMs, bucket.perSecond);
    this.#bucket = bucket;
    if (waitMs > 0) await sleep(clock, waitMs, signal);
  }

  #search(query: unknown, options: unknown): unknown {
    if (typeof query !== "string") throw badArgument("codemode.search", "a string");
    const { limit, detail } = (options ?? {}) as { limit?: unknown; detail?: unknown };
    const most = typeof limit === "number" && limit >= 1
      ? Math.min(limit, SEARCH_MAX)
      : SEARCH_LIMIT;
    const told = detail === "brief" || detail === "full" ? detail : "detailed";
    return this.#options.toolbox.search(query, most).map((match) =>
      toToolHit(match, told, this.#options.language)
    );
  }

  #describe(path: unknown): unknown {
    return describeTool(this.#findByPath("codemode.describe", path), this.#options.language);
  }

  #findByPath(caller: string, path: unknown): Found {
    if (typeof path !== "string") throw badArgument(caller, 'a path such as "mcp.server.tool"');
    const { toolbox } = this.#options;
    const found = toolbox.findByPath(path);
    if (found) return found;
    const [server = ""] = path.replace(/^mcp\./, "").split(".", 1);
    const away = toolbox.silent.find((one) => one.server === server || one.name === server);
    if (away !== undefined) throw awayError([away]);
    const near = toolbox.nearestPath(path);
    const hint = near === undefined ? "" : `. Did you mean "${near}"?`;
    throw new CodemodeError("TOOL_NOT_FOUND", `There is no tool "${path.slice(0, 200)}"${hint}`);
  }

  /** As engines have it: `fetch` rejects with a TypeError. */
  #toAccessError(error: CodemodeError, { namespace, tool }: CallFrame): WireError {
    if (error.code === "INTERNAL") {
      this.#options.logger.error("an access failed unexpectedly", { namespace, tool, error });
    }
    return {
      name: namespace === NETWORK_NAMESPACE ? "TypeError" : "Error",
      message: error.message,
      properties: {
        code: error.code,
        details: toJson(encodeValue(error.details).wire) as WireValue,
      },
    };
  }

  #toWireError(error: CodemodeError, frame: CallFrame): WireError {
    if (error.code === "INTERNAL") {
      this.#options.logger.error("tool call failed unexpectedly", { tool: frame.tool, error });
    }
    const details = toJson(encodeValue(error.details).wire);
    return {
      name: "McpToolError",
      message: error.message,
      properties: {
        code: error.code,
        server: stringOr(error.details["server"], frame.namespace),
        tool: stringOr(error.details["tool"], frame.tool),
        details: details as WireValue,
      },
    };
  }
}

function stringOr(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

function tooLate({ server, name }: Tool, waitMs: number, perSecond: number): CodemodeError {
  const retryAfterMs = Math.ceil(waitMs);
  return new CodemodeError(
    "RATE_LIMITED",
    `The call of ${server}.${name} would wait ${retryAfterMs} ms for its turn: ` +
      `${perSecond} calls a second are granted`,
    { details: { server, tool: name, retryAfterMs } },
  );
}

function badArgument(name: string, expected: string): CodemodeError {
  return new CodemodeError("TOOL_INPUT_INVALID", `${name} takes ${expected}`);
}

function toCallRecord(record: OpenRecord, now: number): CallRecord {
  return {
    server: record.server,
    tool: record.tool,
    status: record.status,
    duration: roundMs((record.endedAt ?? now) - record.startedAt),
    ...(record.error === undefined ? {} : { error: record.error }),
  };
}
