/** What is wrong with a configuration, and where. */

import { CodemodeError } from "../base/errors.ts";

/** The file of a configuration that was given as an object: nothing in it has a line. */
export const NO_FILE = "configuration";

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

/** All faults at once as `CONFIG_INVALID`, in the order of the file; the message has the first. */
export function configInvalid(problems: readonly ConfigProblem[]): CodemodeError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const [first] = sorted;
  const more = sorted.length > 1 ? ", the first of which is" : "";
  const told = first === undefined ? "" : `${more}: ${formatProblem(first)}`;
  return new CodemodeError("CONFIG_INVALID", `${countProblems(sorted)}${told}`, {
    details: { problems: sorted },
  });
}

/** One line a fault: `file:line:column: message`, or `command line: message`. */
export function formatProblems(error: CodemodeError): string {
  const problems = (error.details["problems"] ?? []) as readonly ConfigProblem[];
  if (problems.length === 0) return error.message;
  return [countProblems(problems), ...problems.map(formatProblem)].join("\n");
}

function countProblems({ length }: readonly ConfigProblem[]): string {
  return `The configuration has ${length === 1 ? "1 problem" : `${length} problems`}`;
}

function formatProblem({ file, line, column, path, message, suggestion }: ConfigProblem): string {
  const where = path === "" ? "" : `${path}: `;
  const hint = suggestion === undefined ? "" : ` (did you mean "${suggestion}"?)`;
  const text = line === 0 ? `${file}: ` : `${file}:${line}:${column}: `;
  return `${file === NO_FILE ? "" : text}${where}${message}${hint}`;
}
