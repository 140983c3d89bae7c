/** Where a command prints: results to stdout, everything for a person to stderr. */

import process from "node:process";

/** The terminal as a command sees it. */
export interface Output {
  /** A result; one line feed is added. */
  print(text: string): void;
  /** A remark for a person. */
  note(text: string): void;
  /** Progress of long work: shown on a terminal, silent in a pipe. */
  progress(text: string): void;
}

/** The process's own streams. */
export const processOutput: Output = Object.freeze({
  print: (text: string) => void process.stdout.write(`${text}\n`),
  note: (text: string) => void process.stderr.write(`${text}\n`),
  progress: (text: string) => void (process.stderr.isTTY && process.stderr.write(`${text}\n`)),
});

/** A value as a person reads it: strings bare, the rest as indented JSON. */
export function readable(value: unknown): string {
  if (value === undefined) return "undefined";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
