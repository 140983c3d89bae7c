/** What a script's end means: its standard output as the value, or its exit code as the failure. */

import type { WireError } from "../../src/protocol/frames.ts";
import type { ShellEnd } from "./shell.ts";

/** The value, and the text it was read from; or the error. */
export type ScriptEnd =
  | { readonly ok: true; readonly value: unknown; readonly text: string }
  | { readonly ok: false; readonly error: WireError };

/** Lines of standard error that a failure carries. */
const MAX_LINES = 20;
const MAX_LINE_LENGTH = 2000;
/** How the shell says that a limit of its own was hit. */
const LIMIT_EXIT = 126;
const LIMITED = /limit exceeded|exceeded maximum|recursion depth .* exceeded|too many |exceeds? /;
const OUT_OF_MEMORY = /(string|array|heredoc|live|memory|bytes|file ?system).*(limit|exceeded)/i;

/** Reads an end. A script ends as its last command does, or as `exit` says. */
export function toEnd(end: ShellEnd, script: string): ScriptEnd {
  if (end.exitCode !== 0) return { ok: false, error: toError(end, script) };
  const text = end.stdout.replace(/\n$/, "");
  return { ok: true, value: toValue(text), text };
}

/** JSON as what it says, anything else as text. A number that JavaScript would change stays text. */
function toValue(text: string): unknown {
  const trimmed = text.trim();
  if (!/^(?:[[{"\d-]|true$|false$|null$)/.test(trimmed)) return text;
  try {
    const value: unknown = JSON.parse(trimmed);
    return typeof value === "number" && String(value) !== trimmed ? text : value;
  } catch {
    return text;
  }
}

function toError(end: ShellEnd, script: string): WireError {
  const { exitCode, stderr, line, cause } = end;
  const last = stderr.at(-1)?.slice(0, MAX_LINE_LENGTH);
  if (exitCode === LIMIT_EXIT && last !== undefined && OUT_OF_MEMORY.test(last)) {
    // The host knows an allocation that failed by these words.
    return { name: "RangeError", message: `Out of memory: ${last}` };
  }
  const message = last ?? `The script ended with exit code ${exitCode}`;
  const command = line === undefined ? undefined : script.split("\n")[line - 1]?.trim();
  const isLimited = exitCode === LIMIT_EXIT && LIMITED.test(message);
  return {
    name: "BashError",
    message,
    ...(line === undefined ? {} : { place: { line } }),
    ...(cause === undefined ? {} : { cause }),
    properties: {
      exitCode,
      stderr: stderr.slice(-MAX_LINES).map((each) => each.slice(0, MAX_LINE_LENGTH)),
      ...(command ? { command: command.slice(0, MAX_LINE_LENGTH) } : {}),
      ...(isLimited ? { limit: true } : {}),
    },
  };
}
