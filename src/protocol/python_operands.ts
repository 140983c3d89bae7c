/** What operands of Python's operators are made of, for those who look for where they end. */

import type { PythonToken } from "./python_tokens.ts";

const words = (text: string): readonly string[] => text.split(" ");

const KEYWORDS: ReadonlySet<string> = new Set(
  words(
    "and or not in is if elif else while for return assert lambda await async raise from yield del global " +
      "nonlocal import as with try except finally pass break continue",
  ),
);

/** What binds less than a product, at its own depth of brackets. */
export const OPERATORS_BELOW: ReadonlySet<string> = new Set([
  ...words("and or not in is if elif else while for return assert lambda async raise from"),
  ...words(
    "= , : ; := += -= *= /= //= %= **= &= |= ^= <<= >>= @= -> < <= > >= == != << >> & ^ | + -",
  ),
]);

/** Whether an operand can end with a token. */
export function isOperand(token: PythonToken | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "name") return !KEYWORDS.has(token.text);
  return token.kind === "number" || token.kind === "text" || [")", "]", "}"].includes(token.text);
}

/** Index of the next token that is not the end of a line inside brackets. */
export function skipLines(tokens: readonly PythonToken[], from: number, step: 1 | -1): number {
  let at = from;
  while (tokens[at]?.kind === "line" && tokens[at]!.depth > 0) at += step;
  return at;
}
