/**
 * Answers for callers that can take a number of tokens: logs, diagnostics, error and result share it,
 * images and the like come beside the result, and the whole of what is left out is kept to be read.
 */

import type { Owner } from "../capability/mod.ts";
import type { ContentBlock, ExecuteAnswer, Problem, Truncated } from "../contract/mod.ts";
import type { WireValue } from "../protocol/frames.ts";
import { encodeValue, toPlainJson } from "../protocol/values.ts";
import {
  fitLogs,
  fitResult,
  type KeptResult,
  type KeptResults,
  LEAST_TOKENS,
  toContentBlocks,
} from "../results/mod.ts";
import { type ExecutionResult, toNote } from "./answer.ts";
import type { DirectCallResult } from "./direct_calls.ts";
import { fitDiagnostics } from "./fit_diagnostics.ts";

/** Tokens of a handle, a time and some numbers. */
const HANDLE_TOKENS = 80;
const NOT_KEPT = "The whole is bigger than what is kept of one caller";

/** For whom an answer is made to fit. */
export interface Fitting {
  readonly results: KeptResults;
  readonly owner: Owner;
  /** Tokens of everything; absent: nothing is changed. */
  readonly maxTokens: number | undefined;
}

/** The answer of an execution in as many tokens as its caller takes. */
export function fitExecution(result: ExecutionResult, fitting: Fitting): ExecutionResult {
  const { maxTokens } = fitting;
  if (maxTokens === undefined) return result;
  const { lines, tokens, truncated: logs } = fitLines(result.answer.logs, maxTokens, fitting);
  const { error, diagnostics } = result.answer;
  const plain = result.value === undefined ? undefined : toPlainJson(result.value);
  const noted = [...diagnostics, ...(plain?.notes ?? []).map(toNote)];
  // What is wrong with a program that did not run is most of what there is to say.
  const told = fitDiagnostics(noted, Math.floor(maxTokens / (error === undefined ? 4 : 2)));
  const left = Math.max(LEAST_TOKENS, maxTokens - tokens - told.tokens);
  const answer = { ...result.answer, logs: lines, diagnostics: [...told.list] };
  if (error !== undefined) {
    return { answer: withTruncated({ ...answer, error: fitError(error, left) }, logs) };
  }
  if (result.value === undefined) return { answer: withTruncated(answer, logs) };
  const fitted = fitValue(result.value, plain?.json, { ...fitting, maxTokens: left });
  const { value, content, truncated } = fitted;
  if (value !== result.value) {
    const shown = { ...answer, ...(content === undefined ? {} : { content }) };
    return { answer: withTruncated(shown, logs, truncated), value };
  }
  // Its reader may restore it, and then nothing has changed that a note could tell.
  const own = fitDiagnostics(diagnostics, told.tokens);
  const restored = { ...answer, diagnostics: [...own.list] };
  return { answer: withTruncated(restored, logs), value, plainDiagnostics: told.list };
}

/** The answer of a direct call in as many tokens as its caller takes. */
export function fitCall(result: DirectCallResult, fitting: Fitting): DirectCallResult {
  const { maxTokens } = fitting;
  if (maxTokens === undefined) return result;
  const { json } = toPlainJson(result.value);
  const fitted = fitValue(result.value, json, { ...fitting, maxTokens });
  const { value, content, truncated } = fitted;
  return {
    ...result,
    value,
    ...(content === undefined ? {} : { content }),
    ...(truncated === undefined ? {} : { truncated }),
  };
}

interface FittedValue {
  readonly value: WireValue;
  readonly content?: ContentBlock[];
  readonly truncated?: Truncated;
}

/** A value that fits stays what it is; one that does not becomes its nearest JSON, which is `json`. */
function fitValue(
  wire: WireValue,
  json: WireValue | undefined,
  { results, owner, maxTokens }: Fitting & { readonly maxTokens: number },
): FittedValue {
  if (json === undefined) return { value: wire };
  const split = toContentBlocks(json, { maxTextTokens: Math.floor(maxTokens / 4) });
  const left = Math.max(LEAST_TOKENS, maxTokens - split.textTokens);
  const fitted = fitResult(split.value, { maxTokens: left, reservedTokens: HANDLE_TOKENS });
  if (fitted.value === json) return { value: wire };
  return {
    value: encodeValue(fitted.value).wire,
    ...(split.content.length === 0 ? {} : { content: [...split.content] }),
    ...(fitted.value === split.value ? {} : {
      truncated: {
        ...keptAs(results.keep(json, owner)),
        cuts: [...fitted.cuts],
        ...(fitted.moreCuts === 0 ? {} : { moreCuts: fitted.moreCuts }),
      },
    }),
  };
}

function keptAs(kept: KeptResult): Omit<Truncated, "cuts"> {
  return kept.handle === undefined ? { ...kept, notKept: NOT_KEPT } : kept;
}

/** Logs take what they need up to a quarter. */
function fitLines(
  logs: string[],
  maxTokens: number,
  { results, owner }: Fitting,
): { lines: string[]; tokens: number; truncated?: Truncated["logs"] } {
  const { lines, tokens, cut, shortened } = fitLogs(logs, Math.floor(maxTokens / 4));
  if (lines === logs) return { lines: logs, tokens };
  const { tokens: _whole, ...kept } = results.keep(logs, owner);
  return {
    lines: [...lines],
    tokens: tokens + HANDLE_TOKENS,
    truncated: { ...kept, lines: logs.length, cut, shortened },
  };
}

/** What a program threw may be as big as what it returns; nobody needs the whole of it. */
function fitError(error: Problem, maxTokens: number): Problem {
  const { message, details, stack } = error;
  const long = { message, details, ...(stack === undefined ? {} : { stack }) };
  const { value } = fitResult(long, { maxTokens });
  return value === long ? error : { ...error, ...value as typeof long };
}

function withTruncated(
  answer: ExecuteAnswer,
  logs: Truncated["logs"],
  truncated?: Truncated,
): ExecuteAnswer {
  if (logs === undefined && truncated === undefined) return answer;
  const whole = { cuts: [], ...truncated, ...(logs === undefined ? {} : { logs }) };
  return { ...answer, truncated: whole };
}
