/** Why something that was cancelled ended. */

import { CodemodeError } from "../base/errors.ts";

/** The reason the signal was aborted with, if it is one of ours, else `CANCELLED`. */
export function cancelled(signal: AbortSignal): CodemodeError {
  return signal.reason instanceof CodemodeError
    ? signal.reason
    : new CodemodeError("CANCELLED", "The execution was cancelled");
}
