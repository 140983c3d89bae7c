/**
 * How a program's text becomes a function in the guest. The checker maps positions with these facts,
 * the guest's side builds the text with them.
 */

/** Name of the script in the frames of a sandbox; the checker maps them to what was submitted. */
export const GUEST_SCRIPT_NAME = "guest.ts";

/** Lines before the program's first line: line 1 of a program is line 2 of the script. */
export const EVAL_LINE_OFFSET = 1;

/** The script that evaluates to the program's function. Columns are those of the program. */
export function toGuestScript(body: string): string {
  return `(async function () { "use strict";\n${body}\n})\n//# sourceURL=${GUEST_SCRIPT_NAME}`;
}
