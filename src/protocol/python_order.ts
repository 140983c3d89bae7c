/**
 * Comparisons by order, as calls of functions: the light engine compares what CPython refuses to compare,
 * and lists not at all. Where the operands end is told by what stands at the same depth of brackets.
 */

import { skipLines } from "./python_operands.ts";
import type { PythonToken } from "./python_tokens.ts";

/** Functions of the prelude by the comparison they make. */
const FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ["<", "__lt"],
  ["<=", "__le"],
  [">", "__gt"],
  [">=", "__ge"],
]);
const COMPARISONS: ReadonlySet<string> = new Set([...FUNCTIONS.keys(), "==", "!=", "in", "is"]);
const ENDS: ReadonlySet<string> = new Set(
  ("and or not if elif else while for return assert lambda async raise from = , : ; := += -= *= /= //= %= **= " +
    "&= |= ^= <<= >>= @= ->").split(" "),
);

/** A comparison: its function, and the tokens its operands begin and end with. */
export interface Comparison {
  readonly name: string;
  readonly first: PythonToken;
  readonly last: PythonToken;
}

/** Whether a token compares by order. */
export function isOrder({ kind, text }: PythonToken): boolean {
  return kind === "mark" && FUNCTIONS.has(text);
}

/** The comparison at a token; absent where it is one of several in a row, or not understood. */
export function readComparison(
  tokens: readonly PythonToken[],
  at: number,
): Comparison | undefined {
  const before = findEnd(tokens, at, -1);
  const after = findEnd(tokens, at, 1);
  const isChained = [before, after].some((end) => COMPARISONS.has(tokens[end]?.text ?? ""));
  const first = tokens[skipLines(tokens, before + 1, 1)];
  const last = tokens[skipLines(tokens, after - 1, -1)];
  const isWhole = before + 1 < at && after - 1 > at && !first!.text.startsWith("*");
  if (isChained || !isWhole) return undefined;
  return { name: FUNCTIONS.get(tokens[at]!.text)!, first: first!, last: last! };
}

/** Index of the token outside an operand, to the left or to the right. */
function findEnd(tokens: readonly PythonToken[], from: number, step: 1 | -1): number {
  const { depth } = tokens[from]!;
  let at = from + step;
  for (; at >= 0 && at < tokens.length; at += step) {
    const token = tokens[at]!;
    if (token.depth > depth) continue;
    if (token.depth < depth) return at;
    if (isOuter(token, depth, step)) return at;
  }
  return at;
}

function isOuter({ kind, text }: PythonToken, depth: number, step: 1 | -1): boolean {
  if (kind === "line") return depth === 0;
  if (kind === "field" || kind === "fieldEnd") return true;
  return ENDS.has(text) || COMPARISONS.has(text) || (step === 1 && text === "await");
}
