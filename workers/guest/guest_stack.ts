/** Stacks cut down to the program's own frames, so that no path of the host is in them. */

import { GUEST_SCRIPT_NAME } from "../../src/protocol/program.ts";
import { indexOf, slice, startsWith, uncurryThis } from "../../src/protocol/primordials.ts";

const execute = uncurryThis(RegExp.prototype.exec);
const FRAME = /^\s*at (?:(.*) \()?guest\.ts(?:, <anonymous>)?:(\d+):(\d+)\)?$/;
/** Engine names of the program's outermost function. */
const OUTERMOST = /^(?:async )?(?:eval|<anonymous>)?$/;

/** `Name: message` and the frames inside the program, or `undefined` when there are none. */
export function guestStack(error: Error): string | undefined {
  const { stack } = error;
  if (typeof stack !== "string" || indexOf(stack, GUEST_SCRIPT_NAME) < 0) return undefined;
  let frames = "";
  let from = 0;
  while (from < stack.length) {
    const newline = indexOf(stack, "\n", from);
    const end = newline < 0 ? stack.length : newline;
    frames += printFrame(slice(stack, from, end));
    from = end + 1;
  }
  return frames === "" ? undefined : `${error.name}: ${error.message}${frames}`;
}

function printFrame(line: string): string {
  const match = execute(FRAME, line);
  if (match === null) return "";
  const place = `${GUEST_SCRIPT_NAME}:${match[2]}:${match[3]}`;
  const name = match[1] ?? "";
  const shown = execute(OUTERMOST, name) === null ? name : "";
  if (shown === "") return `\n    at ${startsWith(name, "async ") ? "async " : ""}${place}`;
  return `\n    at ${shown} (${place})`;
}
