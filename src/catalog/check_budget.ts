/**
 * What checking one value against a schema may cost. A schema multiplies by a value: patterns by texts,
 * references by items, lists of allowed values by all that is compared with them; so it is the sum that
 * is bounded, by estimates and not by a clock, and the same value has the same answer every time.
 */

import { MAX_MATCHED_LENGTH, MAX_PATTERN_COST, patternCost } from "../base/pattern_cost.ts";
import type { StepWork } from "./prepare_schema.ts";

/** Evaluations of schema parts for one value; a value that needs more counts as valid. */
export const MAX_STEPS = 1_000_000;

/** Work for one value: one match of the costliest pattern, or many cheap ones. A value that needs more is refused. */
export const MAX_WORK: number = MAX_PATTERN_COST;

/** Work of any match, however short its text. */
const MATCH_WORK = 16;

/** Texts shorter than this cost as much. */
const MIN_LENGTH = 16;

/** Thrown where checking a value takes more than {@link MAX_WORK}. */
export class WorkSpent extends Error {
  override readonly name = "WorkSpent";
}

/** The budget of the value that is being checked. */
export class CheckBudget {
  #steps = 0;
  #work = 0;

  /** Another value is checked. */
  begin(): void {
    this.#steps = MAX_STEPS;
    this.#work = MAX_WORK;
  }

  /** The same value is gone through again, in `steps` at most and with the work that is left. */
  limitSteps(steps: number): void {
    this.#steps = steps;
  }

  /** One part of a schema is evaluated on `value`. */
  step({ own, isMeasuring }: StepWork, value: unknown): void {
    this.#steps -= 1;
    if (this.#steps < 0) throw new RangeError(`it takes more than ${MAX_STEPS} steps`);
    this.spend(isMeasuring ? own + sizeOf(value) : own);
  }

  /** Throws {@link WorkSpent} once there is too much. */
  spend(work: number): void {
    this.#work -= work;
    if (this.#work < 0) throw new WorkSpent();
  }
}

/** Work of one name of an object. */
const NAME_WORK = 16;

/** Work of going through a text or the names of an object. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length / 2;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? NAME_WORK * Object.keys(value).length : 0;
}

/** A pattern that is matched within a budget. */
export interface BoundedPattern {
  test(text: string): boolean;
  toString(): string;
}

/** The pattern of a hostile schema. What may take too long, and what is too long, counts as matching. */
// SAFETY: a match is paid for before it is made (test/unit/catalog: schema_validators).
export function boundedPattern(
  pattern: string,
  flags: string,
  budget: CheckBudget,
): BoundedPattern {
  const expression = patternCost(pattern) <= MAX_PATTERN_COST
    ? parsePattern(pattern, flags)
    : undefined;
  const costs = new Map<number, number>();
  const costOn = (length: number) => {
    // A few lengths stand for all, so that few estimates are made.
    const upTo = Math.max(MIN_LENGTH, 2 ** Math.ceil(Math.log2(length)));
    const cost = costs.get(upTo) ?? patternCost(pattern, upTo);
    costs.set(upTo, cost);
    return cost;
  };
  return {
    test(text) {
      const isMatched = expression !== undefined && text.length <= MAX_MATCHED_LENGTH;
      budget.spend(isMatched ? MATCH_WORK + costOn(text.length) : MATCH_WORK);
      return !isMatched || expression.test(text);
    },
    toString: () => `/${pattern}/${flags}`,
  };
}

function parsePattern(pattern: string, flags: string): RegExp | undefined {
  for (const tried of [flags, ""]) {
    try {
      return new RegExp(pattern, tried);
    } catch {
      // Valid without the Unicode flag, or not at all.
    }
  }
  return undefined;
}
