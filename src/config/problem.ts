/** What is wrong with a configuration, and where. */

import { CodemodeError } from "../base/errors.ts";

/** One fault. Lines and columns count from 1; they are 0 where it is in no text, as that of a flag. */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Keys from the root, joined by dots. */
  readonly path: string;
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

/** All faults at once as `CONFIG_INVALID`, in the order of the file. */
export function configInvalid(problems: readonly ConfigProblem[]): CodemodeError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const count = sorted.length === 1 ? "1 problem" : `${sorted.length} problems`;
  return new CodemodeError("CONFIG_INVALID", `The configuration has ${count}`, {
    details: { problems: sorted },
  });
}

/** One line a fault: `file:line:column: message`, or `command line: message`. */
export function formatProblems(error: CodemodeError): string {
  const problems = (error.details["problems"] ?? []) as readonly ConfigProblem[];
  return [error.message, ...problems.map(formatProblem)].join("\n");
}

function formatProblem({ file, line, column, path, message, suggestion }: ConfigProblem): string {
  const where = path === "" ? "" : `${path}: `;
  const hint = suggestion === undefined ? "" : ` (did you mean "${suggestion}"?)`;
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return `${place}: ${where}${message}${hint}`;
}
