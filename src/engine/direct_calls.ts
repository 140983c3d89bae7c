/**
 * Tool calls without a program: the same lookup, guard, validation and audit as a program's, and the
 * caller's rates instead of an execution's.
 */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { roundMs } from "../base/round_ms.ts";
import type { CapabilitySet } from "../capability/mod.ts";
import { failedResult, type ToolAnswer, type ToolCallOptions } from "../catalog/mod.ts";
import type { ToolCallAnswer, ToolCallMetrics } from "../contract/mod.ts";
import type { WireValue } from "../protocol/frames.ts";
import { encodeValue } from "../protocol/values.ts";
import { encodeResult, toJson } from "./call_values.ts";
import type { CallerTurns } from "./caller_turns.ts";
import type { Caller } from "./principal.ts";
import { awayError } from "./silent_servers.ts";
import type { ToolCalls } from "./tool_calls.ts";
import type { Found, Toolbox } from "./toolbox.ts";

/** A call of one tool. */
export interface DirectCall {
  /** The server's own name, or its namespace. */
  readonly server: string;
  /** The tool's own name, or one of its names in programs. */
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Estimated tokens at most of the result. @default no bound */
  readonly maxResultTokens?: number | undefined;
}

/** What goes along with a call, and where what its server says meanwhile goes. */
export type CallHooks = Pick<
  ToolCallOptions,
  "ask" | "execution" | "executionEnded" | "standstill" | "onProgress" | "onLog" | "trace" | "round"
>;

/** Whose call it is. */
export interface CallIdentity extends CallHooks {
  readonly executionId: string;
  readonly requestId: string;
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

/** What the tool returned, still as it crosses the wire, so that each door can choose its form. */
export interface DirectCallResult extends Pick<ToolCallAnswer, "content" | "truncated"> {
  readonly value: WireValue;
  readonly requestId: string;
  readonly metrics: ToolCallMetrics;
}

/** What an MCP server answered, untouched, and also where the tool reports a failure of its own. */
export type RawAnswer = NonNullable<ToolAnswer["raw"]>;

/** What direct calls are made with. */
export interface DirectCallsOptions {
  readonly clock: Clock;
  readonly turns: CallerTurns;
  /** The tools of a grant, after one of its servers had time to start. */
  readonly toolbox: (grant: CapabilitySet, signal: AbortSignal, server: string) => Promise<Toolbox>;
  /** The gate for one call. */
  readonly gate: (identity: CallIdentity, toolbox: Toolbox) => ToolCalls;
}

/** Makes direct calls. */
export class DirectCalls {
  readonly #options: DirectCallsOptions;

  constructor(options: DirectCallsOptions) {
    this.#options = options;
  }

  /** Makes one call for a caller that shows the tool as it is. */
  async relay({ server, tool, input }: DirectCall, identity: CallIdentity): Promise<RawAnswer> {
    const { caller, signal } = identity;
    const json = toInputJson(input);
    const toolbox = await this.#options.toolbox(caller.grant, signal, server);
    const { named } = find(toolbox, server, tool);
    using _turn = await this.#options.turns.take(caller, signal);
    try {
      const gate = this.#options.gate(identity, toolbox);
      const { raw, value } = await gate.exchange(named.tool, json, signal);
      if (raw !== undefined) return raw;
      const plain = toJson(encodeResult(value, { namespace: server, tool }));
      return { content: [{ type: "text", text: JSON.stringify(plain) ?? "" }] };
    } catch (thrown) {
      const failed = failedResult(thrown);
      if (failed !== undefined) return failed;
      throw thrown;
    }
  }

  /** Makes one call; rejects with what a program would have caught. */
  async call(
    { server, tool, input }: DirectCall,
    identity: CallIdentity,
  ): Promise<DirectCallResult> {
    const { clock, turns } = this.#options;
    const { caller, signal, requestId } = identity;
    const askedAt = clock.monotonic();
    const json = toInputJson(input);
    const toolbox = await this.#options.toolbox(caller.grant, signal, server);
    const { named } = find(toolbox, server, tool);
    using _turn = await turns.take(caller, signal);
    const beganAt = clock.monotonic();
    const value = await this.#options.gate(identity, toolbox).invoke(named.tool, json, signal);
    return {
      value: encodeResult(value, { namespace: server, tool }),
      requestId,
      metrics: {
        queueTime: roundMs(beganAt - askedAt),
        callTime: roundMs(clock.monotonic() - beganAt),
      },
    };
  }
}

/** The answer with its result as JSON. */
export function toPlainCall({ value, ...rest }: DirectCallResult): ToolCallAnswer {
  return { result: toJson(value) ?? null, ...rest };
}

/** The answer with its result tagged, for a client that restores it with `decodeValue`. */
export function toTaggedCall({ value, ...rest }: DirectCallResult): ToolCallAnswer {
  return { result: value, ...rest };
}

/** The input as a program's would reach the tool: plain JSON, no deeper than values may be. */
function toInputJson(input: Readonly<Record<string, unknown>>): unknown {
  try {
    return toJson(encodeValue(input, { root: "input" }).wire);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CodemodeError("INVALID_REQUEST", message, {
      details: { issues: [{ path: "", message }] },
      cause,
    });
  }
}

function find(toolbox: Toolbox, server: string, tool: string): Found {
  const found = toolbox.findOn(server, tool);
  if (found) return found;
  const away = toolbox.silent.find((one) => one.server === server || one.name === server);
  if (away !== undefined) throw awayError([away]);
  const path = `${server}.${tool}`.slice(0, 200);
  const near = toolbox.nearestPath(path);
  const hint = near === undefined ? "" : `. Did you mean "${near}"?`;
  throw new CodemodeError("TOOL_NOT_FOUND", `There is no tool "${path}"${hint}`);
}
