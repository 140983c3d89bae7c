/** Reads what the conformance suite prints: one line for each scenario of a run. Pure. */

import type { Counts } from "./junit.ts";

/** A scenario and how many of its checks failed. */
export interface ScenarioLine {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
}

const LINE = /^[\u2713\u2717] (\S+): (\d+) passed, (\d+) failed/gm;

/** The scenarios of the summary. */
export function parseSummary(output: string): readonly ScenarioLine[] {
  const summary = output.slice(Math.max(0, output.lastIndexOf("SUMMARY")));
  return [...summary.matchAll(LINE)].map(([, name, passed, failed]) => ({
    name: name!,
    passed: Number(passed),
    failed: Number(failed),
  }));
}

/**
 * What a run comes to, in scenarios. The suite's exit code decides whether what failed was expected: it
 * knows the file of expected failures, which scenarios count, and which entries have become stale.
 */
export function judge(
  lines: readonly ScenarioLine[],
  isExpected: boolean,
): Pick<Counts, "passed" | "failed"> {
  const failing = lines.filter(({ failed }) => failed > 0).length;
  const passed = lines.length - failing;
  if (isExpected && lines.length > 0) return { passed, failed: 0 };
  return { passed, failed: Math.max(1, failing) };
}
