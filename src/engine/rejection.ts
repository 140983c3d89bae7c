/** Why a program that did not pass its check was not run. */

import { CodemodeError } from "../base/errors.ts";
import type { CheckResult } from "../checker/mod.ts";
import { awayError, namedSilent } from "./silent_servers.ts";
import type { SilentServer } from "./toolbox.ts";

/**
 * `SYNTAX_ERROR` or `TYPE_CHECK_FAILED` with the first fault and its remedy; when the program names one
 * of the `silent` servers, `LOGIN_REQUIRED` with its remedy or `MCP_SERVER_UNAVAILABLE`, because then
 * the program is not what must change.
 */
export function toRejection(checked: CheckResult, silent: readonly SilentServer[]): CodemodeError {
  const away = namedSilent(checked.diagnostics, silent);
  if (away.length > 0) return awayError(away, "Nothing ran. ");
  const code = checked.kind === "types" ? "TYPE_CHECK_FAILED" : "SYNTAX_ERROR";
  return new CodemodeError(
    code,
    `The code did not pass its check, nothing ran: ${firstFault(checked)}`,
  );
}

function firstFault({ diagnostics }: CheckResult): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first === undefined) return "";
  const stop = /[.!?]$/.test(first.message) ? "" : ".";
  const remedy = first.suggestion === undefined ? "" : `${stop} ${first.suggestion}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see diagnostics)` : "";
  return `line ${first.line}, column ${first.column}: ${first.message}${remedy}${more}`;
}
