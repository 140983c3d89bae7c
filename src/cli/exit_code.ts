/** Exit codes: whose fault it was, so that scripts can branch without reading text. */

import type { Blame, CodemodeError } from "../base/errors.ts";
import { ERROR_CODES } from "../base/errors.ts";
import type { Problem } from "../contract/mod.ts";

/** 0 is success. */
export const EXIT_CODES: Readonly<Record<Blame, number>> = Object.freeze({
  guest: 1,
  caller: 2,
  upstream: 3,
  host: 4,
});

/** Exit code of a failure. */
export function exitCodeOf(failure: CodemodeError | Problem): number {
  return EXIT_CODES[ERROR_CODES[failure.code].blame];
}
