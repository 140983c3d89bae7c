/** Where tools come from. The catalog knows sources by this interface only. */

import type { CodemodeError } from "../base/errors.ts";
import type { Question, QuestionAnswer, ToolGroup } from "../contract/mod.ts";
import type { McpLogEntry, McpResult, RelayedRound } from "../mcp/mod.ts";

/** Options of one call. */
export interface ToolCallOptions {
  readonly signal: AbortSignal;
  /** Whose call it is: principals take turns where calls wait. @default nobody's in particular */
  readonly principal?: string;
  /** From the call to its answer, waiting included. @default the source's own */
  readonly timeoutMs?: number;
  /**
   * Puts what the server asks in the middle of the call to whoever called; rejects when the call is
   * aborted. The time it takes is not the call's. `signal` aborts when no answer is needed any more,
   * also because the server is lost. @default nobody can be asked
   */
  readonly ask?: (question: Question, signal?: AbortSignal) => Promise<QuestionAnswer>;
  /** The execution it is a call of: what is asked in one may be put through any. @default its own */
  readonly execution?: string;
  /** Aborts when that execution makes no more calls. @default it may go on */
  readonly executionEnded?: AbortSignal;
  /** Begins, and is disposed, where the call waits for what somebody else is asked. @default nothing does */
  readonly standstill?: { begin(): Disposable };
  /** Told what the server tells of its progress. */
  readonly onProgress?: (progress: CallProgress) => void;
  /** Told what the server logs, as far as it is certain that it belongs to this call. */
  readonly onLog?: (entry: McpLogEntry) => void;
  /** Where the call belongs in a distributed trace (W3C Trace Context); told to the server. */
  readonly trace?: { readonly traceparent: string; readonly tracestate?: string };
  /**
   * To be called when waiting is over and the call leaves the host next; what it throws ends the call.
   * Whoever waits for nothing need not. @default nothing is looked at again
   */
  readonly beforeSend?: () => void;
  /** One round of a conversation that the caller leads itself. @default questions go to `ask` */
  readonly round?: RelayedRound;
}

/** What a server tells of a call under way: numbers of its own choice, growing. */
export interface CallProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** What a tool gave back. `isStructured`: the value is meant to match the tool's output schema. */
export interface ToolAnswer {
  readonly value: unknown;
  readonly isStructured: boolean;
  /** What an MCP server answered, untouched. */
  readonly raw?: McpResult;
}

/** Gives tools and calls them. Failures are `CodemodeError`s. */
export interface ToolSource {
  readonly name: string;
  groups(): readonly ToolGroup[];
  call(
    server: string,
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options: ToolCallOptions,
  ): Promise<ToolAnswer>;
  /** Whether the tool itself wants this call approved. @default it never does */
  needsApproval?(
    server: string,
    tool: string,
    input: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<boolean>;
  onChange(listener: () => void): Disposable;
  /** Whether `server` belongs to this source, even while its tools are not known yet. */
  has(server: string): boolean;
  /** Why a server has no tools to show, where somebody can do something about it. @default nobody knows */
  absence?(server: string): CodemodeError | undefined;
  /** Resolves when the tools of a server are known or could not be learned once. */
  tried?(server: string, signal: AbortSignal): Promise<void>;
}
