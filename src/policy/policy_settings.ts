/** What an operator says about tool calls, as the configuration has it. */

import type { Trait } from "./traits.ts";

/** What becomes of a call: it is made, refused, or made when somebody has approved it. */
export type Verdict = "allow" | "deny" | "approve";

/** A value without parts. */
export type Scalar = string | number | boolean | null;

/**
 * What must hold of the values that `path` selects in a call's input; exactly one test. A value of
 * another type than the test's own cannot be judged, and a call that cannot be judged is denied.
 */
export interface Condition {
  /** `$`, then `.name`, `['name']`, `[0]`, `[-1]`, `.*` and `[*]`. */
  readonly path: string;
  /** `true`: the path selects nothing; `false`: it selects something. */
  readonly absent?: boolean | undefined;
  readonly equals?: Scalar | undefined;
  readonly in?: readonly Scalar[] | undefined;
  readonly startsWith?: string | undefined;
  readonly endsWith?: string | undefined;
  /** A regular expression, found anywhere in the text. */
  readonly matches?: string | undefined;
  /** An absolute POSIX folder; the value, `.` and `..` resolved, is it or lies below it. */
  readonly within?: string | undefined;
  readonly lessThan?: number | undefined;
  readonly greaterThan?: number | undefined;
}

/** A rule holds for a call that all its parts fit; the first that holds decides. */
export interface ToolRule {
  /** `server.tool` in the server's own names; `*` stands for any characters. */
  readonly tool: string;
  readonly annotation?: Trait | undefined;
  /** All must hold. Where a path selects several values, all must fit to allow, one to deny or ask. */
  readonly when?: readonly Condition[] | undefined;
  readonly verdict: Verdict;
  /** Told to whoever is refused or asked. */
  readonly reason?: string | undefined;
}

/** The rules, and what holds where none does. */
export interface PolicySettings {
  /** For tools that are neither read-only nor destructive. @default "allow" */
  readonly default: Verdict;
  /** For tools that only read, as a trusted server says. @default "allow" */
  readonly readOnly: Verdict;
  /** For tools that may destroy, or whose hints say nothing or are not trusted. @default `default` */
  readonly destructive?: Verdict | undefined;
  /** Servers whose hints may relax what holds; `*` is all of them. @default [] */
  readonly trustAnnotations: readonly string[];
  /** @default [] */
  readonly rules: readonly ToolRule[];
}
