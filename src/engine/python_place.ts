/** Where a program in Python failed, from its traceback and its text. */

/** A place of a program, from 1. */
export interface FailurePlace {
  readonly line?: number;
  readonly column?: number;
}

const FRAME = /^ +File "guest\.py", line (\d+).*\n(?: {4}(.*)\n(?: {4}([ ~^]+)$)?)?/gm;

/** The last place of a traceback; absent where it has none. A column is told where one is shown. */
export function pythonPlace(traceback: string, code: string | undefined): FailurePlace | undefined {
  const [, at, shown, marks] = [...traceback.matchAll(FRAME)].at(-1) ?? [];
  if (at === undefined) return undefined;
  const line = Number(at);
  const text = code?.split("\n")[line - 1]?.trimEnd() ?? "";
  const indent = text.length - text.trimStart().length;
  // Marks stand below characters as wide as a terminal shows them.
  const isPlain = /^[\t\x20-\x7e]+$/.test(text) && text.trimStart() === shown?.trimEnd();
  if (!isPlain) return { line };
  return { line, column: indent + Math.max(marks?.search(/[~^]/) ?? 0, 0) + 1 };
}
