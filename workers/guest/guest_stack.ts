/** Stacks cut down to the program's own frames, so that no path of the host is in them. */

import { GUEST_SCRIPT_NAME } from "../../src/protocol/program.ts";
import { indexOf, slice, startsWith, uncurryThis } from "../../src/protocol/primordials.ts";

const execute = uncurryThis(RegExp.prototype.exec);
const FRAME = /^\s*at (?:(.*) \(|(async ))?guest\.ts(?:, <anonymous>)?:(\d+):(\d+)\)?$/;
/** Engine names of the program's outermost function. */
const OUTERMOST = /^(?:async )?(?:eval|<anonymous>)?$/;

/** `Name: message` and the frames inside the program, or `undefined` when there are none. */
export function guestStack(error: Error): string | undefined {
  const frames = guestFrames(error);
  return frames === "" ? undefined : `${error.name}: ${withoutFrames(error.message)}${frames}`;
}

/** The frames inside the program, each on a line of its own; empty when there are none. */
export function guestFrames({ stack }: Error): string {
  if (typeof stack !== "string" || indexOf(stack, GUEST_SCRIPT_NAME) < 0) return "";
  return mapLines(stack, printFrame);
}

/** A message without stack frames, which some errors of the engine quote. */
export function withoutFrames(message: string): string {
  if (indexOf(message, "\n    at ") < 0) return message;
  return slice(mapLines(message, (line) => startsWith(line, "    at ") ? "" : `\n${line}`), 1);
}

function mapLines(text: string, map: (line: string) => string): string {
  let mapped = "";
  let from = 0;
  while (from <= text.length) {
    const newline = indexOf(text, "\n", from);
    const end = newline < 0 ? text.length : newline;
    mapped += map(slice(text, from, end));
    from = end + 1;
  }
  return mapped;
}

function printFrame(line: string): string {
  const match = execute(FRAME, line);
  if (match === null) return "";
  const place = `${GUEST_SCRIPT_NAME}:${match[3]}:${match[4]}`;
  const name = match[1] ?? match[2] ?? "";
  const shown = execute(OUTERMOST, name) === null ? name : "";
  if (shown === "") return `\n    at ${startsWith(name, "async ") ? "async " : ""}${place}`;
  return `\n    at ${shown} (${place})`;
}
