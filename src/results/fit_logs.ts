/** Log lines made to fit a number of tokens: the first and the last are kept, the middle is counted. */

import { costOfText, SEPARATOR } from "./json_cost.ts";
import { scanTokens } from "./estimate_tokens.ts";

/** Tokens of the line that stands for the others, and of the end of a line that is cut. */
const NOTICE = 16;

/** Lines that fit. */
export interface FittedLogs {
  /** The same lines where all of them fit. */
  readonly lines: readonly string[];
  /** Estimated tokens of the lines. */
  readonly tokens: number;
  /** Lines that are left out. */
  readonly cut: number;
  /** Lines of which only the start is shown. */
  readonly shortened: number;
}

/** Makes `lines` fit; half of the room is for the first ones, the rest for the last. */
export function fitLogs(lines: readonly string[], maxTokens: number): FittedLogs {
  const whole = costOfLines(lines, maxTokens);
  if (whole <= maxTokens) return { lines, tokens: Math.ceil(whole), cut: 0, shortened: 0 };
  const room = Math.max(0, maxTokens - NOTICE);
  // One line that fills everything must leave place for others.
  const longest = Math.max(NOTICE, room / 4);
  const head = take(lines, { room: room / 2, longest });
  const rest = lines.slice(head.lines.length);
  const tail = take(rest.toReversed(), { room: room - head.tokens, longest });
  const cut = rest.length - tail.lines.length;
  const notice = `… ${cut} of ${lines.length} lines cut`;
  const middle = cut === 0 ? [] : [notice];
  return {
    lines: [...head.lines, ...middle, ...tail.lines.reverse()],
    tokens: Math.ceil(head.tokens + tail.tokens + costOfLines(middle, Infinity)),
    cut,
    shortened: head.shortened + tail.shortened,
  };
}

function costOfLines(lines: readonly string[], max: number): number {
  let cost = 0;
  for (const line of lines) {
    cost += costOfText(line, max - cost) + SEPARATOR;
    if (cost > max) return Infinity;
  }
  return cost;
}

function take(
  lines: readonly string[],
  { room, longest }: { readonly room: number; readonly longest: number },
) {
  const taken: string[] = [];
  let tokens = 0;
  let shortened = 0;
  for (const line of lines) {
    const short = shorten(line, longest);
    const cost = costOfText(short) + SEPARATOR;
    if (tokens + cost > room) break;
    taken.push(short);
    tokens += cost;
    if (short !== line) shortened += 1;
  }
  return { lines: taken, tokens, shortened };
}

function shorten(line: string, longest: number): string {
  if (costOfText(line, longest) <= longest) return line;
  const { end } = scanTokens(line, { maxTokens: longest - NOTICE });
  return `${line.slice(0, end)}… ${line.length - end} of ${line.length} characters cut`;
}
