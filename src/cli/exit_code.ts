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

/** Exit code of a failure; where there is no program, the caller made the call that is at fault. */
export function exitCodeOf(
  failure: CodemodeError | Problem,
  { hasProgram = true }: { readonly hasProgram?: boolean } = {},
): number {
  const { blame } = ERROR_CODES[failure.code];
  return EXIT_CODES[blame === "guest" && !hasProgram ? "caller" : blame];
}
