/** How much a guest may say. The host's session enforces every number; the guest is only told by force. */

/** Limits of one execution's traffic. Sizes are bytes of UTF-8, the rest are counts. */
export interface Budget {
  /** Largest single frame from the guest. */
  readonly frameBytes: number;
  /** Largest final value, encoded. */
  readonly resultBytes: number;
  /** Log lines kept; the rest are counted and dropped. */
  readonly logLines: number;
  /** Bytes of log text kept, all lines together. */
  readonly logBytes: number;
  /** Tool calls in all. One more ends the run with `CALL_LIMIT_EXCEEDED`. */
  readonly calls: number;
  /** Tool calls at the same time; further ones wait in the order they were made. */
  readonly concurrentCalls: number;
  /** Nesting of values in either direction. */
  readonly depth: number;
  /** Bytes of frames in all, so that a flood ends the run. */
  readonly totalBytes: number;
}
