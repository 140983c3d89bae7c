/**
 * Which brackets, and fields of f-strings, belong together, and which stands around each token. Found in
 * one pass, since programs may be written so that looking for each anew takes seconds of the host.
 */

import type { PythonToken } from "./python_tokens.ts";

/** Indices into the tokens they were read from. */
export interface PythonBrackets {
  /** What closes the bracket or field that opens at a token; -1 where nothing does. */
  closing(open: number): number;
  /** The bracket or field around a token; -1 outside of all. */
  around(at: number): number;
}

/** Pairs what opens with what closes. */
export function readPythonBrackets(tokens: readonly PythonToken[]): PythonBrackets {
  const closing = new Map<number, number>();
  const around = new Int32Array(tokens.length);
  const open: number[] = [];
  tokens.forEach((token, at) => {
    if (isClosing(token)) closing.set(open.pop() ?? -1, at);
    around[at] = open.at(-1) ?? -1;
    if (isOpening(token)) open.push(at);
  });
  return {
    closing: (at) => closing.get(at) ?? -1,
    around: (at) => around[at] ?? -1,
  };
}

function isOpening({ kind, text }: PythonToken): boolean {
  return kind === "field" || (kind === "mark" && (text === "(" || text === "[" || text === "{"));
}

function isClosing({ kind, text }: PythonToken): boolean {
  return kind === "fieldEnd" || (kind === "mark" && (text === ")" || text === "]" || text === "}"));
}
