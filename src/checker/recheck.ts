/**
 * A call of an unknown tool hides faults in its arguments, because the compiler then knows nothing
 * of their types; a call of a tool with several forms blurs them, because the compiler then speaks of
 * all forms at once. So the suggestion is put in the place of the name, the form that takes an object
 * in the place of the tool, and the arguments looked at again: the sender learns of every fault, where
 * it is.
 */

import { OBJECT_FORM } from "./ambient.ts";
import type { ts, TypeScript } from "./compiler.ts";
import type { Finding } from "./finding.ts";

/** The program with suggestions followed, and the way back from its positions. */
export interface CorrectedCode {
  readonly text: string;
  /** A finding of the corrected program where it belongs in the original, if it is a hidden one. */
  toOriginal(finding: Finding): Finding | undefined;
  /** Whether a finding only said that no form of a tool fits, and one of `hidden` says why. */
  isExplained(finding: Finding, hidden: readonly Finding[]): boolean;
}

interface Correction {
  readonly finding: Finding;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** The arguments of the call whose tool the name is. */
  readonly hidden: ts.TextRange;
}

/** "No overload matches this call". */
const NO_OVERLOAD = "TS2769";

/** Corrections of one recheck. */
const MAX_CORRECTIONS = 8;

/** The corrected program, when some call's arguments were hidden. */
export function correctCode(
  ts: TypeScript,
  file: ts.SourceFile,
  findings: readonly Finding[],
): CorrectedCode | undefined {
  const corrections = findings.toSorted((a, b) => a.start - b.start)
    .flatMap((finding) => toCorrection(ts, file, finding)).slice(0, MAX_CORRECTIONS);
  if (corrections.length === 0) return undefined;
  return {
    text: applyAll(file.text, corrections),
    toOriginal: (each) => mapBack(each, corrections),
    isExplained: (finding, hidden) =>
      finding.code === NO_OVERLOAD &&
      corrections.some((each) =>
        each.finding === finding && hidden.some((found) => isWithin(found, each.hidden))
      ),
  };
}

function toCorrection(ts: TypeScript, file: ts.SourceFile, finding: Finding): Correction[] {
  const { start, end, code, replacement = "" } = finding;
  // What no form of a tool fits is a key of its argument, not the name of the tool.
  const isName = code !== NO_OVERLOAD && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(replacement);
  if (!isName && code !== NO_OVERLOAD) return [];
  const call = isName ? callOf(ts, file, start, end) : refusedCall(ts, file, start, end);
  if (call === undefined) return [];
  const hidden = { pos: call.arguments.pos, end: call.arguments.end };
  const callee = { start: call.expression.getStart(file), end: call.expression.end };
  const text = (from: number, to: number) => file.text.slice(from, to);
  const meant = isName
    ? text(callee.start, start) + replacement + text(end, callee.end)
    : text(callee.start, callee.end);
  const [argument] = call.arguments;
  if (argument === undefined || (isName && !ts.isObjectLiteralExpression(argument))) {
    return isName ? [{ finding, start, end, replacement, hidden }] : [];
  }
  return [{ finding, ...callee, replacement: `${OBJECT_FORM}(${meant})`, hidden }];
}

/** The call that no form fits: the compiler points at its callee, or at the one argument it has. */
function refusedCall(
  ts: TypeScript,
  file: ts.SourceFile,
  start: number,
  end: number,
): ts.CallExpression | undefined {
  const named = callOf(ts, file, start, end);
  if (named !== undefined) return named;
  let found: ts.CallExpression | undefined;
  let current: ts.Node | undefined = file;
  while (current !== undefined) {
    const holder: ts.Node = current;
    if (ts.isCallExpression(holder) && holder.arguments.length === 1) {
      const argument = holder.arguments[0]!;
      if (argument.getStart(file) === start && argument.end === end) found = holder;
    }
    current = ts.forEachChild(
      holder,
      (child) => child.pos <= start && child.end >= end ? child : undefined,
    );
  }
  return found;
}

/** The call whose callee holds the name at `start`. */
function callOf(
  ts: TypeScript,
  file: ts.SourceFile,
  start: number,
  end: number,
): ts.CallExpression | undefined {
  let found: ts.CallExpression | undefined;
  let current: ts.Node | undefined = file;
  while (current !== undefined) {
    const holder: ts.Node = current;
    if (ts.isCallExpression(holder) && holder.expression.end >= end) found = holder;
    else if (!ts.isPropertyAccessExpression(holder)) found = undefined;
    current = ts.forEachChild(
      holder,
      (child) => child.pos <= start && child.end >= end ? child : undefined,
    );
    if (current !== undefined && ts.isIdentifier(current)) break;
  }
  return found;
}

function applyAll(text: string, corrections: readonly Correction[]): string {
  let corrected = "";
  let from = 0;
  for (const { start, end, replacement } of corrections) {
    corrected += text.slice(from, start) + replacement;
    from = end;
  }
  return corrected + text.slice(from);
}

function mapBack(finding: Finding, corrections: readonly Correction[]): Finding | undefined {
  const start = originalOffset(finding.start, corrections);
  const end = originalOffset(finding.end, corrections);
  const found = { ...finding, start, end };
  return corrections.some((each) => isWithin(found, each.hidden)) ? found : undefined;
}

function isWithin({ start, end }: Finding, range: ts.TextRange): boolean {
  return start >= range.pos && end <= range.end;
}

function originalOffset(offset: number, corrections: readonly Correction[]): number {
  let shift = 0;
  for (const { start, end, replacement } of corrections) {
    if (offset < start + shift + replacement.length) break;
    shift += replacement.length - (end - start);
  }
  return offset - shift;
}
