/**
 * Text that the light engine of Python treats as CPython does: not with characters that end lines or
 * words in one of them only, nor with those that their tables tell differently.
 */

/** Whether the methods of text that are taken do the same with each of its characters. */
export function isKnownText(text: string): boolean {
  return !UNKNOWN.test(text);
}

/** What a literal may hold, its escapes read. */
export function unescapeText(literal: string): string {
  return literal.replace(ESCAPE, (_, x?: string, u?: string, octal?: string, letter?: string) => {
    if (letter !== undefined) return LETTERS[letter]!;
    const code = octal === undefined ? parseInt((x ?? u)!, 16) : parseInt(octal, 8);
    return String.fromCharCode(code);
  });
}

const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|([0-7]{1,3})|([vf]))/g;
const LETTERS: Readonly<Record<string, string>> = { v: "\v", f: "\f" };

/** Separators that one engine knows, digits in circles, and everything in blocks that were not compared. */
const UNKNOWN = new RegExp(
  "[\\v\\f\\x1c-\\x1f\\x85\\u0295\\u2028\\u2029\\u2469-\\u2473\\u24fe\\u2776-\\u277e\\u2789\\u2793" +
    "\\u{1f100}-\\u{1f10a}]|" +
    "[^\\0-\\u10ff\\u2000-\\u33ff\\u4e00-\\u9fff\\uac00-\\ud7a3\\uff00-\\uffef\\u{1f000}-\\u{1faff}]",
  "u",
);
