/**
 * Divisions and remainders as calls of functions: the light engine gives other remainders of negative
 * floats and other quotients of large integers than CPython. Operands are found by what stands at the
 * same depth of brackets, as far as an operator binds.
 */

import { isOperand, OPERATORS_BELOW, skipLines } from "./python_operands.ts";
import type { PythonToken } from "./python_tokens.ts";

const FUNCTIONS: ReadonlyMap<string, string> = new Map([["%", "__mod"], ["/", "__div"]]);
const SIGNS: ReadonlySet<string> = new Set(["+", "-", "~"]);

/** A division: its function, and the tokens its operands begin and end with. */
export interface Division {
  readonly name: string;
  readonly first: PythonToken;
  readonly last: PythonToken;
}

/** Whether a token divides. */
export function isDivision({ kind, text }: PythonToken): boolean {
  return kind === "mark" && FUNCTIONS.has(text);
}

/** The division at a token; absent where it is not understood. */
export function readDivision(tokens: readonly PythonToken[], at: number): Division | undefined {
  const name = FUNCTIONS.get(tokens[at]!.text);
  const first = findFirst(tokens, at);
  const last = findLast(tokens, at + 1);
  if (name === undefined || first === undefined || last === undefined) return undefined;
  return { name, first: tokens[first]!, last: tokens[last]! };
}

/** The name before `%=` or `/=` and the last token of the statement; absent where it is more than that. */
export function readDividedName(
  tokens: readonly PythonToken[],
  at: number,
): readonly [name: PythonToken, last: PythonToken] | undefined {
  const [before, name] = [tokens[at - 2], tokens[at - 1]];
  const isAlone = before === undefined || before.kind === "line" || ";:".includes(before.text);
  if (name?.kind !== "name" || name.depth > 0 || !isAlone) return undefined;
  let end = at + 1;
  while (end < tokens.length && !isEnd(tokens[end]!)) end += 1;
  const isOne = tokens.slice(at, end).every(({ text, depth }) => depth > 0 || text !== ",");
  return isOne && end > at + 1 ? [name, tokens[end - 1]!] : undefined;
}

function isEnd({ kind, text, depth }: PythonToken): boolean {
  return depth === 0 && (kind === "line" || text === ";");
}

/** Index where the product begins that stands before an operator. */
function findFirst(tokens: readonly PythonToken[], from: number): number | undefined {
  const { depth } = tokens[from]!;
  let first: number | undefined;
  for (let at = from - 1; at >= 0; at -= 1) {
    const token = tokens[at]!;
    if (token.depth < depth || (token.kind === "line" && depth === 0)) break;
    if (token.kind === "line") continue;
    if (token.depth === depth && isOutside(tokens, at)) break;
    first = at;
  }
  return first === undefined || tokens[first]!.text.startsWith("*") ? undefined : first;
}

function isOutside(tokens: readonly PythonToken[], at: number): boolean {
  const { kind, text } = tokens[at]!;
  if (kind === "field" || kind === "fieldEnd") return true;
  const isSign = SIGNS.has(text) && !isOperand(tokens[skipLines(tokens, at - 1, -1)]);
  return !isSign && OPERATORS_BELOW.has(text);
}

/** Index of the last token of the factor that begins at a token. */
function findLast(tokens: readonly PythonToken[], from: number): number | undefined {
  let at = skipLines(tokens, from, 1);
  while (SIGNS.has(tokens[at]?.text ?? "")) at = skipLines(tokens, at + 1, 1);
  let last = findPrimary(tokens, at);
  if (last === undefined) return undefined;
  for (;;) {
    const next = skipLines(tokens, last + 1, 1);
    const text = tokens[next]?.text;
    if (text === "**") return findLast(tokens, next + 1);
    if (tokens[next]?.depth !== tokens[at]!.depth || next !== last + 1) return last;
    if (text === ".") last += 2;
    else if (text === "(" || text === "[") last = closing(tokens, next);
    else return last;
  }
}

function findPrimary(tokens: readonly PythonToken[], at: number): number | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  if ("([".includes(token.text)) return closing(tokens, at);
  const isPlain = token.kind === "number" || token.kind === "name";
  return isPlain && isOperand(token) ? at : undefined;
}

function closing(tokens: readonly PythonToken[], open: number): number {
  const { depth } = tokens[open]!;
  return tokens.findIndex((token, index) => index > open && token.depth === depth);
}
