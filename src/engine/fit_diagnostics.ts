/** Diagnostics that fit a number of tokens: the first ones as they are, the rest counted. */

import type { Diagnostic } from "../contract/mod.ts";
import { estimateJsonTokens, fitResult, LEAST_TOKENS } from "../results/mod.ts";
import { toNote } from "./answer.ts";

/** Tokens of the remark that stands for those left out. */
const REMARK_TOKENS = 64;
/** Tokens of a diagnostic's places and kinds, beside its texts. */
const FRAME_TOKENS = 48;

/** Diagnostics, and what they take. */
export interface FittedDiagnostics {
  /** The same ones where all of them fit. */
  readonly list: readonly Diagnostic[];
  readonly tokens: number;
}

/** Makes diagnostics fit; in less room than the remark takes there is the remark alone. */
export function fitDiagnostics(all: readonly Diagnostic[], maxTokens: number): FittedDiagnostics {
  const costs = all.map((one) => estimateJsonTokens(one) + 1);
  const whole = costs.reduce((sum, cost) => sum + cost, 0);
  if (whole <= maxTokens) return { list: all, tokens: whole };
  const list: Diagnostic[] = [];
  let left = maxTokens - REMARK_TOKENS;
  for (const [index, one] of all.entries()) {
    if (costs[index]! > left) break;
    list.push(one);
    left -= costs[index]!;
  }
  const [first] = all;
  if (list.length === 0 && first !== undefined && left >= FRAME_TOKENS + LEAST_TOKENS) {
    const cut = shorten(first, left - FRAME_TOKENS);
    list.push(cut);
    left -= estimateJsonTokens(cut) + 1;
  }
  const missing = all.length - list.length;
  if (missing > 0) list.push(toNote(`${missing} of ${all.length} remarks are left out here`));
  return { list, tokens: maxTokens - left };
}

function shorten(one: Diagnostic, maxTokens: number): Diagnostic {
  const { message, snippet, suggestion } = one;
  const texts = { message, snippet, ...(suggestion === undefined ? {} : { suggestion }) };
  return { ...one, ...fitResult(texts, { maxTokens }).value as typeof texts };
}
