/** What goes along with one request to a server. */

import type { McpLogEntry } from "./log_meter.ts";
import type { McpProgress } from "./progress_meter.ts";
import type { Ask } from "./question.ts";

/** Where a request belongs in a distributed trace, in the words of W3C Trace Context. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** Options of one request: whose it is, who can be asked, who hears of progress. */
export interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** @default nobody's in particular */
  readonly principal?: string;
  /** @default nobody can be asked */
  readonly ask?: Ask;
  readonly onProgress?: (progress: McpProgress) => void;
  /** Told what the server logs, as far as it is certain that it belongs to this request. */
  readonly onLog?: (entry: McpLogEntry) => void;
  /** Told to the server. */
  readonly trace?: TraceContext;
}
