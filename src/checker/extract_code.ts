/**
 * Finds the code in what was submitted: blanks Markdown fences, the prose around them, a byte order
 * mark and a hashbang line. What is blanked becomes spaces, so every position stays what it was.
 */

import { parseDiagnosticsOf, type TypeScript } from "./compiler.ts";

/** The code, as long as the submitted text. `foreign` is the language of a fence that is not ours. */
export interface ExtractedCode {
  readonly text: string;
  readonly foreign?: { readonly language: string; readonly start: number; readonly end: number };
}

interface Fence {
  readonly start: number;
  readonly codeStart: number;
  readonly codeEnd: number;
  readonly language: string;
}

const FENCE_LINE = /^[ \t]*(`{3,}|~{3,})[ \t]*([^\s`~]*)[^\r\n`]*$/gm;
const ONE_LINE_OPENER = /^(`{3,16}|~{3,16})(?![`~])(?:(ts|typescript|js|javascript)[ \t]+)?/;
const OUR_LANGUAGES = /^(|ts|typescript|mts|cts|tsx|js|javascript|mjs|cjs|jsx|ecmascript|code)$/i;

/** Closing lines tried before the first one is taken; each try parses the code before it. */
const MAX_CLOSERS_TRIED = 8;
/** Opening lines looked at. */
const MAX_FENCES = 16;

/** Unterminated template literal, unterminated comment. */
const STILL_OPEN = new Set([1010, 1160]);

/** The code inside `submitted`. */
export function extractCode(ts: TypeScript, submitted: string): ExtractedCode {
  const fence = submitted.includes("```") || submitted.includes("~~~")
    ? findFence(ts, submitted)
    : undefined;
  if (fence === undefined) return { text: blankPreamble(submitted) };
  const text = blank(submitted.slice(0, fence.codeStart)) +
    blankPreamble(submitted.slice(fence.codeStart, fence.codeEnd)) +
    blank(submitted.slice(fence.codeEnd));
  if (OUR_LANGUAGES.test(fence.language)) return { text };
  const { language, start, codeStart } = fence;
  return { text, foreign: { language, start, end: Math.max(codeStart - 1, start + 1) } };
}

function findFence(ts: TypeScript, submitted: string): Fence | undefined {
  const oneLine = oneLineFence(submitted);
  if (oneLine) return oneLine;
  let foreign: Fence | undefined;
  let from = 0;
  for (let tried = 0; tried < MAX_FENCES; tried += 1) {
    FENCE_LINE.lastIndex = from;
    const opener = FENCE_LINE.exec(submitted);
    if (opener === null || isStillOpen(ts, submitted.slice(from, opener.index))) return foreign;
    const fence = fenceFrom(ts, submitted, opener);
    if (OUR_LANGUAGES.test(fence.language)) return fence;
    foreign ??= fence;
    from = nextLine(submitted, fence.codeEnd);
  }
  return foreign;
}

/** A fence whose opener, code and closer share the only line. */
function oneLineFence(submitted: string): Fence | undefined {
  const start = submitted.length - submitted.trimStart().length;
  const line = submitted.trim();
  if (/[\r\n]/.test(line)) return undefined;
  const [opener, marker = "", language = ""] = ONE_LINE_OPENER.exec(line) ?? [];
  if (opener === undefined || !line.endsWith(marker)) return undefined;
  const codeStart = start + opener.length;
  const codeEnd = start + line.length - marker.length;
  return codeEnd > codeStart ? { start, codeStart, codeEnd, language } : undefined;
}

function fenceFrom(ts: TypeScript, submitted: string, opener: RegExpExecArray): Fence {
  const [line, marker = "", language = ""] = opener;
  const codeStart = nextLine(submitted, opener.index + line.length);
  const codeEnd = findCloser(ts, submitted, codeStart, marker);
  return { start: opener.index, codeStart, codeEnd, language };
}

/** The first closing line that is not inside a template literal or comment of the code. */
function findCloser(ts: TypeScript, submitted: string, codeStart: number, marker: string): number {
  const closing = new RegExp(`^[ \\t]*${marker[0]}{${marker.length},}[ \\t]*$`, "gm");
  closing.lastIndex = codeStart;
  let first: number | undefined;
  for (let tried = 0; tried < MAX_CLOSERS_TRIED; tried += 1) {
    const closer = closing.exec(submitted);
    if (closer === null) break;
    first ??= closer.index;
    if (!isStillOpen(ts, submitted.slice(codeStart, closer.index))) return closer.index;
  }
  return first ?? submitted.length;
}

function isStillOpen(ts: TypeScript, text: string): boolean {
  if (!text.includes("`") && !text.includes("/*")) return false;
  const file = ts.createSourceFile("fence.ts", text, ts.ScriptTarget.ESNext);
  return parseDiagnosticsOf(file).some((diagnostic) => STILL_OPEN.has(diagnostic.code));
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end + 1;
}

function blankPreamble(code: string): string {
  const preamble = /^\uFEFF?(\s*#![^\r\n\u2028\u2029]*)?/.exec(code)?.[0] ?? "";
  return preamble === "" ? code : blank(preamble) + code.slice(preamble.length);
}

function blank(text: string): string {
  return text.replace(/[^\r\n\u2028\u2029]/g, " ");
}
