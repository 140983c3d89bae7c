/** The answer for a program that no compiler should be asked to look at again. */

import type { CheckResult } from "./check_request.ts";
import { toDiagnostics } from "./finding.ts";

/** A refusal of `code` as too complex to check. */
export function tooComplex(code: string): CheckResult {
  const diagnostics = toDiagnostics(code, [{
    start: 0,
    end: 0,
    code: "CHECK_TOO_COMPLEX",
    severity: "error",
    message:
      "The program is too complex to check: its types or its nesting exceed the checker's limits.",
    suggestion: "Nest less deeply, and use simpler types.",
  }]);
  return { ok: false, kind: "refused", diagnostics, uses: { tools: [], globals: [] } };
}
