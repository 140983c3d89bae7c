/** What a client throws: the service's error body, or a failure to reach it. */

import type { Problem } from "../contract/mod.ts";

/** Codes the client adds to the service's: it could not reach it, or got something else's answer. */
export type ClientErrorCode = Problem["code"] | "UNREACHABLE" | "UNEXPECTED_ANSWER";

/** A request that did not run, or a program that failed when the caller asked to throw. */
export class CodemodeClientError extends Error {
  override readonly name = "CodemodeClientError";
  readonly code: ClientErrorCode;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The service's error body, when there was one. */
  readonly problem: Problem | undefined;

  constructor(
    code: ClientErrorCode,
    message: string,
    options: { readonly status?: number; readonly problem?: Problem; readonly cause?: unknown } =
      {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 0;
    this.problem = options.problem;
  }
}
