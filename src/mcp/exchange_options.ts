/** What goes along with one request to a server. */

import type { McpLogEntry } from "./log_meter.ts";
import type { McpProgress } from "./progress_meter.ts";
import type { Ask } from "./question.ts";

/** Where a request belongs in a distributed trace, in the words of W3C Trace Context. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** One round of a conversation that somebody else leads, whose answers and state are passed on unread. */
export interface RelayedRound {
  /** What whoever leads it can be asked. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly inputResponses?: Readonly<Record<string, unknown>>;
  readonly requestState?: string;
}

/** Time that others take. */
export interface Standstill {
  /** It stands still until this is disposed. */
  begin(): Disposable;
}

/** Options of one request: whose it is, who can be asked, who hears of progress. */
export interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** @default nobody's in particular */
  readonly principal?: string;
  /** The execution it is a part of: what is asked in one may be put through any. @default its own */
  readonly execution?: string;
  /** Aborts when the execution makes no more calls. @default it may go on */
  readonly executionEnded?: AbortSignal;
  /** Begins while the server waits for somebody else's answer. */
  readonly standstill?: Standstill;
  /**
   * Goes through the time in which the request waits for others, and the server has not heard of it; it
   * may give that up by `gone`.
   */
  readonly aside?: <Value>(wait: (gone?: AbortSignal) => Promise<Value>) => Promise<Value>;
  /** @default nobody can be asked */
  readonly ask?: Ask;
  readonly onProgress?: (progress: McpProgress) => void;
  /** Told what the server logs, as far as it is certain that it belongs to this request. */
  readonly onLog?: (entry: McpLogEntry) => void;
  /** Called when the request leaves the host next; what it throws ends it. */
  readonly beforeSend?: () => void;
  /** Told to the server. */
  readonly trace?: TraceContext;
  /**
   * Servers of the newest revision are sent this one round, and what they ask is the result; those of
   * the older ones go by `ask`. @default their questions go to `ask`
   */
  readonly round?: RelayedRound;
}
