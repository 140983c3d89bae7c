/** What is asked of the checker and what it answers. Plain data: it crosses a thread. */

import type { Diagnostic, Language, ProgramTraits } from "../contract/mod.ts";
import type { Ambient } from "./ambient.ts";

/** One program to check. */
export interface CheckerRequest {
  /** As submitted: fences, prose and all. */
  readonly code: string;
  readonly language: Language;
  /** Declarations of exactly the granted tools, as the checker of the language reads them; `hash` names the text. */
  readonly declarations: { readonly text: string; readonly hash: string };
  readonly ambient: Ambient;
  /** `off` looks at syntax only; `warn` reports type errors as warnings. */
  readonly mode: "error" | "warn" | "off";
  /** Whom it is for, where checks wait for each other: principals take turns. @default nobody */
  readonly principal?: string;
}

/** What a sandbox is given of a program. */
export interface EmittedCode {
  /** Of TypeScript and JavaScript, the body of an async function, to be put at `EVAL_LINE_OFFSET`. */
  readonly code: string;
  /** Source map (version 3) from `code` to the submitted text; absent where positions are the same. */
  readonly sourceMap?: string;
}

/** What the program names of what it was given. */
export interface Uses {
  /** Tools as `namespace.tool` in guest names, sorted. */
  readonly tools: readonly string[];
  /** Other names it takes from outside itself, sorted. */
  readonly globals: readonly string[];
  /** Modules it asks for, sorted, in languages that have them. */
  readonly imports?: readonly string[];
}

/**
 * What the checker says. `syntax`: it does not parse. `types`: it parses, with faults. `refused`: it
 * asks for what no program gets, or is too complex to check.
 */
export interface CheckResult {
  /** Whether the program may run; `emitted` is there exactly then. */
  readonly ok: boolean;
  readonly kind: "checked" | "syntax" | "types" | "refused";
  /** At most {@link MAX_DIAGNOSTICS}, by position. */
  readonly diagnostics: readonly Diagnostic[];
  readonly emitted?: EmittedCode;
  readonly uses: Uses;
  /** What the choice of a runtime goes by; there whenever the program parses and is not refused. */
  readonly traits?: ProgramTraits;
}

/** Diagnostics of one result; when there are more, the last one says how many. */
export const MAX_DIAGNOSTICS = 8;
