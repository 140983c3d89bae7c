/** One tool call as a span. */

import type { CallRecord } from "../contract/mod.ts";
import type { TraceContext } from "../base/trace_context.ts";
import type { OpenSpan } from "./open_span.ts";

/** How a call ended. */
export type CallEnd = Pick<CallRecord, "server" | "status" | "duration" | "error">;

/** A call under way. */
export class CallTrace {
  readonly #span: OpenSpan;
  readonly #onEnd: (end: CallEnd) => void;

  constructor(span: OpenSpan, onEnd: (end: CallEnd) => void) {
    this.#span = span;
    this.#onEnd = onEnd;
  }

  /** What its server is told of where the call belongs. */
  get trace(): TraceContext | undefined {
    return this.#span.trace;
  }

  /** Makes the call, so that its own requests belong to it. */
  within<Result>(make: () => Result): Result {
    return this.#span.within(make);
  }

  end(end: CallEnd): void {
    const { status, error } = end;
    const code = error === undefined ? {} : { "codemode.error": error };
    const failure = status === "ok" ? undefined : error ?? status;
    this.#span.end({ "codemode.status": status, ...code }, failure);
    this.#onEnd(end);
  }
}
