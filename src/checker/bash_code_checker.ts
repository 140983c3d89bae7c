/** Checks one script: parses it with the shell's own parser and judges its commands. */

import { foreignFence } from "./foreign_fence.ts";
import type { ParseBash, ParsedBash } from "../protocol/bash_source.ts";
import type { GuestNamespace } from "../protocol/frames.ts";
import { extractScript } from "./bash_fence.ts";
import { BashPlaces } from "./bash_places.ts";
import { type BashFault, judgeScript } from "./bash_rules.ts";
import { type LateFault, readTree, type WrittenScript } from "./bash_tree.ts";
import type { CheckerRequest, CheckResult } from "./check_request.ts";
import { tooComplex } from "./complexity.ts";
import { type Finding, toDiagnostics } from "./finding.ts";

/** Longest script that is parsed, in UTF-16 units. */
const MAX_SCRIPT = 1_000_000;
const NO_USES = Object.freeze({ tools: [], globals: [] });

/** Options of {@link BashCodeChecker}. */
export interface BashCodeCheckerOptions {
  readonly parse: ParseBash;
  /** Built-in commands allowed. */
  readonly commands: readonly string[];
}

/** Checks scripts. */
export class BashCodeChecker {
  readonly #options: BashCodeCheckerOptions;

  constructor(options: BashCodeCheckerOptions) {
    this.#options = options;
  }

  /** Checks one script; the declarations are the JSON of what a sandbox is told of its tools. */
  async check(request: CheckerRequest): Promise<CheckResult> {
    const { code } = request;
    if (code.length > MAX_SCRIPT) return tooComplex(code);
    const { text, foreign } = extractScript(code);
    if (foreign) return end(code, "refused", [foreignFence(foreign, "bash", "bash")]);
    const parsed = await this.#options.parse(text);
    if (!parsed.ok) return end(code, "syntax", [syntaxFault(parsed, text)]);
    try {
      return this.#judge(request, text, readTree(parsed.tree));
    } catch (error) {
      if (error instanceof RangeError) return tooComplex(code);
      throw error;
    }
  }

  #judge(request: CheckerRequest, text: string, script: WrittenScript): CheckResult {
    const { code, mode, ambient, declarations } = request;
    const places = new BashPlaces(text, script.commands);
    const late = script.lateFaults.map((fault) => lateFinding(fault, text, places));
    if (late.length > 0) return end(code, "syntax", late);
    const namespaces = JSON.parse(declarations.text || "[]") as readonly GuestNamespace[];
    const { commands } = this.#options;
    const { faults, uses } = judgeScript(script, { namespaces, ambient, commands });
    const shown = mode === "off" ? [] : faults.map((fault) => toFinding(fault, places));
    const isRefused = mode === "error" && shown.some(({ severity }) => severity === "error");
    if (isRefused) return { ...end(code, "types", shown), uses };
    const findings = shown.map((finding) => ({ ...finding, severity: "warning" as const }));
    const emitted = { code: text };
    return { ...end(code, "checked", findings), ok: true, emitted, uses };
  }
}

function end(code: string, kind: CheckResult["kind"], findings: readonly Finding[]): CheckResult {
  return { ok: false, kind, diagnostics: toDiagnostics(code, findings), uses: NO_USES };
}

function lateFinding(fault: LateFault, text: string, places: BashPlaces): Finding {
  const { message, line, texts = [], suggestion } = fault;
  const wrong = texts.find((one) => text.includes(one)) ?? "";
  const start = wrong === "" ? -1 : text.indexOf(wrong);
  return {
    ...(start < 0 ? places.lineAt(line) : { start, end: start + wrong.length }),
    code: "BASH_SYNTAX",
    severity: "error",
    message: sentence(message),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function syntaxFault(fault: Extract<ParsedBash, { ok: false }>, text: string): Finding {
  const places = new BashPlaces(text, []);
  const line = places.lineAt(fault.line);
  const start = fault.column === undefined ? line.start : places.at(fault.line, fault.column);
  return {
    start: Math.min(start, text.length),
    end: Math.max(start + 1, fault.column === undefined ? line.end : start + 1),
    code: "BASH_SYNTAX",
    severity: "error",
    message: sentence(fault.message),
  };
}

function toFinding(fault: BashFault, places: BashPlaces): Finding {
  const { command, word, suggestion, ...rest } = fault;
  return {
    ...places.of(command, word),
    ...rest,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(first) ? first : `${first}.`;
}
