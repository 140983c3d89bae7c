/**
 * What becomes of one call. Pure: the same policy, tool and input give the same decision. What
 * cannot be judged is denied, so that no input is a way around a rule.
 */

import { selectValues } from "../base/json_path.ts";
import type { Tool } from "../contract/mod.ts";
import type { Policy, ReadyCondition, ReadyRule } from "./policy.ts";
import type { Verdict } from "./policy_settings.ts";
import { createMatchBudget, type Fit, type MatchBudget } from "./value_test.ts";

/** A verdict, which rule gave it, and what to tell whoever is refused or asked. */
export interface Decision {
  readonly verdict: Verdict;
  readonly rule: string;
  readonly reason: string;
}

/** Decides on a call of `tool` with `input`, which is the JSON that will be sent. */
export function decide(policy: Policy, tool: Tool, input: unknown): Decision {
  const traits = policy.traitsOf(tool);
  const budget = createMatchBudget();
  for (const rule of policy.rules) {
    if (!rule.covers(tool, traits)) continue;
    const fit = fitOfRule(rule, input, budget);
    if (fit === false) continue;
    if (fit === true) return decision(rule.verdict, rule.name, rule.reason);
    return decision("deny", rule.name, fit.unjudged);
  }
  const { verdict, rule } = policy.fallback(traits);
  return decision(verdict, rule, undefined);
}

/** Whether every call of `tool` is denied, whatever its input: such a tool need not be shown. */
export function isAlwaysDenied(policy: Policy, tool: Tool): boolean {
  const traits = policy.traitsOf(tool);
  for (const { covers, when, verdict } of policy.rules) {
    if (!covers(tool, traits)) continue;
    if (verdict !== "deny") return false;
    if (when.length === 0) return true;
  }
  return policy.fallback(traits).verdict === "deny";
}

const USUAL_REASONS: Readonly<Record<Verdict, string>> = Object.freeze({
  allow: "it is allowed",
  deny: "it is denied",
  approve: "it must be approved",
});

function decision(verdict: Verdict, rule: string, reason: string | undefined): Decision {
  return Object.freeze({ verdict, rule, reason: reason ?? USUAL_REASONS[verdict] });
}

/** One condition that does not hold makes a rule not hold, whatever cannot be said of the others. */
function fitOfRule({ when, verdict }: ReadyRule, input: unknown, budget: MatchBudget): Fit {
  let result: Fit = true;
  for (const condition of when) {
    const fit = fitOf(condition, verdict, input, budget);
    if (fit === false) return false;
    if (fit !== true && result === true) result = { unjudged: told(condition, fit) };
  }
  return result;
}

function told({ path }: ReadyCondition, fit: { readonly unjudged: string }): string {
  return `${path} cannot be judged: ${fit.unjudged}`;
}

function fitOf(
  { segments, absent, test }: ReadyCondition,
  verdict: Verdict,
  input: unknown,
  budget: MatchBudget,
): Fit {
  const values = selectValues(segments, input);
  if (values === undefined) return { unjudged: "there are too many values" };
  if (test === undefined) return (values.length === 0) === absent;
  if (values.length === 0) return false;
  const fits = values.map((value) => test(value, budget));
  // SAFETY: one harmless value must not allow the others beside it.
  const settles = verdict !== "allow";
  return fits.find((fit) => fit === settles) ?? fits.find((fit) => fit !== !settles) ?? !settles;
}
