/** Diagnostics for a person. */

import type { Diagnostic } from "../contract/mod.ts";
import type { Output } from "./output.ts";

/** Prints each as `line:column severity code: message` with its snippet and suggestion. */
export function printDiagnostics(output: Output, diagnostics: readonly Diagnostic[]): void {
  for (const one of diagnostics) {
    const place = one.line === 0 ? "" : `${one.line}:${one.column} `;
    output.note(`${place}${one.severity} ${one.code}: ${one.message}`);
    if (one.snippet !== "") output.note(one.snippet);
    if (one.suggestion !== undefined) output.note(one.suggestion);
  }
}
