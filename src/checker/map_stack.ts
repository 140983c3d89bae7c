/** Puts a guest's stack into the coordinates of the submitted text, and everything else out of it. */

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { EVAL_LINE_OFFSET } from "../protocol/program.ts";
import type { EmittedCode } from "./check_request.ts";

/** Units of a stack that are read. The guest writes the stack and may write anything. */
const MAX_STACK_LENGTH = 64 * 1024;
/** Frames that are kept. */
const MAX_FRAMES = 50;
/** Units of a frame that is read; the pattern's time grows with its square. */
const MAX_FRAME_LENGTH = 512;
/** Units of a function's name that are kept. */
const MAX_NAME_LENGTH = 120;

const FRAME = /^\s*at (?:(.*?) ?\()?(?:.*[ (/])?guest\.ts(?:, <anonymous>)?:(\d+):(\d+)\)?$/;

/**
 * The stack with its message and its guest frames only, each as `at name (guest.ts:3:5)`, or `guest.js`
 * of a program that was submitted as JavaScript. Frames of the host, and of guest positions that map to nothing submitted, are left out. Where positions are
 * those of the submitted text already, the stack is as the sandbox has cut it.
 */
export function mapStack(stack: string, { sourceMap }: Pick<EmittedCode, "sourceMap">): string {
  if (sourceMap === undefined) return stack.slice(0, MAX_STACK_LENGTH);
  const lines = stack.slice(0, MAX_STACK_LENGTH).split("\n");
  const firstFrame = lines.findIndex((line) => /^\s*at /.test(line));
  const head = firstFrame < 0 ? lines : lines.slice(0, firstFrame);
  const map = new TraceMap(sourceMap);
  const frames = firstFrame < 0 ? [] : lines.slice(firstFrame)
    .flatMap((line) => mapFrame(line, map)).slice(0, MAX_FRAMES);
  return [...head, ...frames].join("\n");
}

function mapFrame(frame: string, map: TraceMap): string[] {
  const match = frame.length > MAX_FRAME_LENGTH ? null : FRAME.exec(frame);
  if (match === null) return [];
  const line = Number(match[2]) - EVAL_LINE_OFFSET;
  const column = Number(match[3]) - 1;
  if (line < 1 || column < 0) return [];
  const original = originalPositionFor(map, { line, column });
  if (original.line === null) return [];
  const place = `${original.source}:${original.line}:${original.column + 1}`;
  const name = functionName(match[1] ?? "");
  return [name === "" ? `    at ${place}` : `    at ${name} (${place})`];
}

/** `eval` is the sandbox's wrapper, which is not part of the program. */
function functionName(name: string): string {
  const shown = name.trim().slice(0, MAX_NAME_LENGTH);
  return shown === "eval" || shown === "<anonymous>" || shown.includes("/") ? "" : shown;
}
