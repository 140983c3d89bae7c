/** Settings made ready to decide: paths parsed, patterns compiled, every fault found at the start. */

import { parseJsonPath, type Segment } from "../base/json_path.ts";
import type { Tool } from "../contract/mod.ts";
import { fitsPattern } from "./name_pattern.ts";
import type { Condition, PolicySettings, ToolRule, Verdict } from "./policy_settings.ts";
import { type Trait, traitsOf } from "./traits.ts";
import { toValueTest, type ValueTest } from "./value_test.ts";

/** Settings where nothing is configured: what is granted may be called. */
export const DEFAULT_POLICY_SETTINGS: PolicySettings = Object.freeze({
  default: "allow",
  readOnly: "allow",
  trustAnnotations: Object.freeze([]),
  rules: Object.freeze([]),
});

/** A condition that can be judged. */
export interface ReadyCondition {
  readonly path: string;
  readonly segments: readonly Segment[];
  /** For `absent`, which needs no value. */
  readonly absent?: boolean;
  readonly test?: ValueTest;
}

/** A rule that can be judged. */
export interface ReadyRule {
  /** How messages and the audit log name it. */
  readonly name: string;
  readonly covers: (tool: Tool, traits: ReadonlySet<Trait>) => boolean;
  readonly when: readonly ReadyCondition[];
  readonly verdict: Verdict;
  readonly reason: string | undefined;
}

/** What `decide` works with. */
export interface Policy {
  readonly rules: readonly ReadyRule[];
  readonly traitsOf: (tool: Tool) => ReadonlySet<Trait>;
  /** What holds where no rule does. */
  readonly fallback: (traits: ReadonlySet<Trait>) => { verdict: Verdict; rule: string };
}

/** The policy of `settings`; a condition that cannot be judged is a `TypeError`. */
export function createPolicy(settings: PolicySettings = DEFAULT_POLICY_SETTINGS): Policy {
  const trusted = new Set(settings.trustAnnotations);
  return Object.freeze({
    rules: settings.rules.map((rule, index) => toReadyRule(rule, index)),
    // A native tool is part of the program that embeds the service.
    traitsOf: (tool: Tool) =>
      traitsOf(tool, tool.source === "native" || trusted.has("*") || trusted.has(tool.server)),
    fallback: (traits: ReadonlySet<Trait>) => fallbackOf(settings, traits),
  });
}

/** What is wrong with a condition; undefined when it can be judged. */
export function conditionProblem(condition: Condition): string | undefined {
  const ready = toReadyCondition(condition);
  return "problem" in ready ? ready.problem : undefined;
}

function fallbackOf(settings: PolicySettings, traits: ReadonlySet<Trait>) {
  const { default: otherwise, readOnly, destructive = otherwise } = settings;
  if (traits.has("readOnly")) return { verdict: readOnly, rule: "readOnly" };
  if (traits.has("destructive")) return { verdict: destructive, rule: "destructive" };
  return { verdict: otherwise, rule: "default" };
}

function toReadyRule({ tool: pattern, annotation, when = [], ...rest }: ToolRule, index: number) {
  return {
    name: `rules[${index}] ${pattern}`,
    covers: (tool: Tool, traits: ReadonlySet<Trait>) =>
      fitsPattern(pattern, `${tool.server}.${tool.name}`) &&
      (annotation === undefined || traits.has(annotation)),
    when: when.map((condition) => {
      const ready = toReadyCondition(condition);
      if (!("problem" in ready)) return ready;
      throw new TypeError(`Cannot judge by rules[${index}] as ${condition.path}: ${ready.problem}`);
    }),
    verdict: rest.verdict,
    reason: rest.reason,
  };
}

function toReadyCondition(condition: Condition): ReadyCondition | { problem: string } {
  const { path, absent } = condition;
  const segments = parseJsonPath(path);
  if ("problem" in segments) {
    return {
      problem: `${JSON.stringify(path)} is no path such as $.path, $.files[0] or $['a b'][*]`,
    };
  }
  const test = toValueTest(condition);
  if (test === undefined) return { path, segments, absent: absent === true };
  return "problem" in test ? test : { path, segments, test };
}
