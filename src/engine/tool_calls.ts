/**
 * The one gate every tool call passes: own-name lookup in the toolbox, the guard (grant, rules,
 * approval), the call rate, then the catalog, which checks input and output. It never rejects; what goes wrong
 * becomes an error the guest can catch. It keeps the record of calls that the answer shows.
 */

import type { Access } from "../access/mod.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { CodemodeError, toCodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
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
import { type CallLink, CallRecords, type OpenRecord } from "./call_records.ts";
import { encodeResult, toInput, toJson } from "./call_values.ts";
import { ToolLookup } from "./tool_lookup.ts";
import type { Toolbox } from "./toolbox.ts";

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

/** The tool calls of one execution. */
export class ToolCalls {
  readonly #options: ToolCallsOptions;
  readonly #records: CallRecords;
  readonly #lookup: ToolLookup;
  #bucket: Bucket;

  constructor(options: ToolCallsOptions) {
    this.#options = options;
    this.#records = new CallRecords(options.clock, options.link);
    this.#lookup = new ToolLookup(options.toolbox, options.language);
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
    return this.#records.list();
  }

  /** Nothing is told of calls any more; those without an end are told as they are. */
  end(): void {
    this.#records.end();
  }

  /** A host or a file: on record like a call of a tool, under the namespace without its mark. */
  async #reach(access: Access, frame: CallFrame, signal: AbortSignal): Promise<CallReply> {
    const [first, ...rest] = frame.args;
    const input = rest.length === 0 ? first : frame.args;
    const record = this.#records.open(
      { server: frame.namespace.slice(1), name: frame.tool },
      input,
    );
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
      this.#records.close(record);
    }
  }

  #builtin(frame: CallFrame, signal: AbortSignal): Promise<unknown> {
    const [first, second] = frame.args.map(toJson);
    if (frame.tool === "search") return Promise.resolve(this.#lookup.search(first, second));
    if (frame.tool === "describe") return Promise.resolve(this.#lookup.describe(first));
    if (frame.tool === "call") {
      const found = this.#lookup.find("codemode.call", first);
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
    const { guard, link, observer, principal } = this.#options;
    const record = this.#records.open(tool, input);
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
      observer.callEnded(this.#records.close(record));
    }
  }

  #within<Answer>({ call }: OpenRecord, make: () => Promise<Answer>): Promise<Answer> {
    return this.#options.link?.within(call, make) ?? make();
  }

  async #waitForRate(tool: Tool, signal: AbortSignal): Promise<void> {
    const { clock, maxRateWaitMs } = this.#options;
    const { bucket, waitMs } = take(this.#bucket, clock.monotonic());
    // One that is refused takes no token from those that come later.
    if (waitMs > maxRateWaitMs) throw tooLate(tool, waitMs, bucket.perSecond);
    this.#bucket = bucket;
    if (waitMs > 0) await sleep(clock, waitMs, signal);
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
    const meant = meantBy(frame);
    return {
      name: "McpToolError",
      message: error.message,
      properties: {
        code: error.code,
        server: stringOr(error.details["server"], meant.server),
        tool: stringOr(error.details["tool"], meant.tool),
        details: details as WireValue,
      },
    };
  }
}

/** The tool that a frame is about: `codemode.call` names another one. */
function meantBy({ namespace, tool, args }: CallFrame): { server: string; tool: string } {
  const [path] = args;
  const isNamed = namespace === "codemode" && tool === "call" && typeof path === "string";
  const parted = isNamed ? /^(?:mcp\.)?([^.]{1,256})\.(.{1,256})$/s.exec(path) : null;
  return { server: parted?.[1] ?? namespace, tool: parted?.[2] ?? tool };
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
