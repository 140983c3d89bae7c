/** What was found at one place of the code, and how findings become the contract's diagnostics. */

import type { Diagnostic } from "../contract/mod.ts";
import { MAX_DIAGNOSTICS } from "./check_request.ts";
import { PositionedText } from "./text_position.ts";

/** One finding, in offsets of the submitted text. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly code: string;
  readonly message: string;
  readonly severity: Diagnostic["severity"];
  readonly suggestion?: string;
  /** What would stand in its place if the suggestion were followed. */
  readonly replacement?: string;
}

/** Units of a message that are kept. */
const MAX_MESSAGE_LENGTH = 600;

/** The findings as diagnostics, by position, at most {@link MAX_DIAGNOSTICS}. */
export function toDiagnostics(submitted: string, findings: readonly Finding[]): Diagnostic[] {
  if (findings.length === 0) return [];
  const text = new PositionedText(submitted);
  const sorted = findings.toSorted((a, b) => a.start - b.start || a.end - b.end);
  if (sorted.length <= MAX_DIAGNOSTICS) return sorted.map((each) => toDiagnostic(text, each));
  const shown = sorted.slice(0, MAX_DIAGNOSTICS - 1);
  const hidden = sorted.slice(MAX_DIAGNOSTICS - 1);
  return [...shown, moreFinding(hidden)].map((each) => toDiagnostic(text, each));
}

function moreFinding(hidden: readonly Finding[]): Finding {
  return {
    start: hidden[0]?.start ?? 0,
    end: hidden[0]?.end ?? 0,
    code: "MORE_DIAGNOSTICS",
    severity: "info",
    message: `${hidden.length} more problems from here on are not shown.`,
  };
}

function toDiagnostic(text: PositionedText, finding: Finding): Diagnostic {
  const range = text.rangeOf(finding.start, finding.end);
  const { code, severity, message, suggestion } = finding;
  return {
    ...range,
    code,
    severity,
    message: shorten(message),
    snippet: text.snippetOf(range),
    ...(suggestion === undefined ? {} : { suggestion: shorten(suggestion) }),
  };
}

function shorten(text: string): string {
  const cut = text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH)}…` : text;
  return cut.toWellFormed();
}
