/**
 * The checker of Python programs: finds the program in the text, has it analysed against the stubs of
 * exactly the granted tools, and answers as every checker does. The analysis is made elsewhere, by
 * Python itself; what comes back is read as if it were hostile.
 */

import { CodemodeError } from "../base/errors.ts";
import { ANALYSIS_LIMITS, parseAnalysis, type ProgramAnalysis } from "./analysis.ts";
import type { Ambient } from "./ambient.ts";
import { GRANTED_NAMES } from "./ambient.ts";
import type { Checker } from "./checker.ts";
import type { CheckerRequest, CheckResult } from "./check_request.ts";
import { extractFenced } from "./extract_fenced.ts";
import { foreignFence } from "./foreign_fence.ts";
import { type Finding, toDiagnostics } from "./finding.ts";
import { ResultCache } from "./result_cache.ts";

/** Who asks, and until when. */
interface AskOptions {
  readonly principal: string;
  readonly signal?: AbortSignal | undefined;
}

/** Analyses programs; one line of JSON is answered by another. */
export interface Analyst {
  /** Rejects with a `CodemodeError` when there is no answer. Principals take turns. */
  ask(request: string, options: AskOptions): Promise<string>;
}

/** Options of {@link createPythonChecker}. */
export interface PythonCheckerOptions {
  readonly analyst: Analyst & Partial<AsyncDisposable>;
  /** Results remembered. @default 256 */
  readonly cacheEntries?: number;
}

/** Names every program has, whatever it was granted. */
const NAMES = ["mcp", "codemode", "context", "McpToolError"];
const LANGUAGES: ReadonlySet<string> = new Set(["python", "py", "python3", "py3"]);
const NO_USES = Object.freeze({
  tools: Object.freeze([]),
  globals: Object.freeze([]),
  imports: Object.freeze([]),
});

/** Creates the checker; disposing it disposes the analyst. */
export function createPythonChecker(options: PythonCheckerOptions): Checker {
  return new PythonChecker(options);
}

class PythonChecker implements Checker {
  readonly #analyst: PythonCheckerOptions["analyst"];
  readonly #cache: ResultCache;

  constructor({ analyst, cacheEntries = 256 }: PythonCheckerOptions) {
    this.#analyst = analyst;
    this.#cache = new ResultCache({ entries: cacheEntries, bytes: 32 * 1024 * 1024 });
  }

  async check(request: CheckerRequest, signal?: AbortSignal): Promise<CheckResult> {
    signal?.throwIfAborted();
    const known = this.#cache.get(request);
    if (known !== undefined) return known;
    try {
      const result = Object.freeze(await this.#check(request, signal));
      this.#cache.set(request, result);
      return result;
    } catch (error) {
      // Not remembered: on another day the analyst may be quicker.
      if (isUnanswered(error)) return Object.freeze(refused(request.code, [TOO_COMPLEX]));
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#analyst[Symbol.asyncDispose]?.();
  }

  async #check(request: CheckerRequest, signal?: AbortSignal): Promise<CheckResult> {
    const { code, mode } = request;
    const found = extractFenced(code, LANGUAGES);
    if (found.foreign !== undefined) {
      return refused(code, [foreignFence(found.foreign, "Python", "python")]);
    }
    if (code.length > ANALYSIS_LIMITS.codeUnits) return refused(code, [TOO_LONG]);
    const { kind, findings, uses } = await this.#analyse(found.text, request, signal);
    if (kind !== "checked") {
      return { ok: false, kind, diagnostics: toDiagnostics(code, findings), uses: NO_USES };
    }
    const isFaulty = mode === "error" && findings.some(({ severity }) => severity === "error");
    const told = mode === "error" ? findings : findings.map(asWarning);
    const diagnostics = toDiagnostics(code, told);
    if (isFaulty) return { ok: false, kind: "types", diagnostics, uses };
    return { ok: true, kind: "checked", diagnostics, uses, emitted: { code: found.text } };
  }

  async #analyse(
    code: string,
    { declarations, ambient, mode, principal = "" }: CheckerRequest,
    signal?: AbortSignal,
  ): Promise<ProgramAnalysis> {
    const asked = { code, mode, hash: declarations.hash, ...namesOf(ambient) };
    const ask = async (more: object) =>
      parseAnalysis(
        await this.#analyst.ask(JSON.stringify({ ...asked, ...more }), { principal, signal }),
        code.length,
      );
    const first = await ask({});
    if (first !== "unknown") return first;
    const second = await ask({ stubs: declarations.text });
    if (second !== "unknown") return second;
    throw new CodemodeError("INTERNAL", "The analysis of a Python program was not answered");
  }
}

/** Names the program has, and those it would have with a further capability. */
function namesOf(
  ambient: Ambient,
): { readonly globals: readonly string[]; readonly missing: object } {
  const granted = { fetch: ambient.network, files: ambient.files, env: ambient.environment };
  const globals = Object.entries(granted).flatMap(([name, is]) => is === true ? [name] : []);
  const missing = Object.entries(granted).flatMap(([name, is]) =>
    is === true ? [] : [[name, GRANTED_NAMES.get(name)] as const]
  );
  return { globals: [...NAMES, ...globals], missing: Object.fromEntries(missing) };
}

function asWarning(finding: Finding): Finding {
  return { ...finding, severity: finding.severity === "error" ? "warning" : finding.severity };
}

function refused(code: string, findings: readonly Finding[]): CheckResult {
  return { ok: false, kind: "refused", diagnostics: toDiagnostics(code, findings), uses: NO_USES };
}

const TOO_LONG: Finding = Object.freeze({
  start: 0,
  end: 0,
  code: "TOO_COMPLEX",
  severity: "error",
  message: "The program is too long to check",
});

const TOO_COMPLEX: Finding = Object.freeze({
  ...TOO_LONG,
  message: "The program is too complex to check",
});

/** The program was too much for the analyst, which took too long or ended. */
function isUnanswered(error: unknown): boolean {
  return error instanceof CodemodeError && error.details["unanswered"] !== undefined;
}
