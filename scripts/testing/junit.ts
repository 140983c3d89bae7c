/**
 * Reads the JUnit report `deno test` writes and counts it as Deno does: tests, not their steps. Pure.
 * A file that never reported, and a run that ended badly without a failed test, count as failed.
 */

/** What a run of tests came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One report, with the files it speaks of. */
export interface Report extends Counts {
  readonly files: readonly string[];
}

export const NO_COUNTS: Counts = Object.freeze({ passed: 0, failed: 0, skipped: 0 });

/** Adds up counts. */
export function sumCounts(all: readonly Counts[]): Counts {
  return all.reduce((sum, one) => ({
    passed: sum.passed + one.passed,
    failed: sum.failed + one.failed,
    skipped: sum.skipped + one.skipped,
  }), NO_COUNTS);
}

/** Parses a report; undefined when it is none, or was cut off. */
export function parseReport(xml: string): Report | undefined {
  if (!xml.includes("<testsuites ") || !xml.trimEnd().endsWith("</testsuites>")) return undefined;
  const suites = [...xml.matchAll(/<testsuite name="([^"]*)"[^>]*>([\s\S]*?)<\/testsuite>/g)];
  const counts = sumCounts(suites.map(([, , body]) => countSuite(body ?? "")));
  return { ...counts, files: suites.map(([, name]) => name ?? "") };
}

function countSuite(body: string): Counts {
  const cases = [...body.matchAll(/<testcase name="([^"]*)"[^>]*>([\s\S]*?)<\/testcase>/g)];
  const names = new Set(cases.map(([, name]) => name ?? ""));
  return sumCounts(
    cases.filter(([, name]) => !isStep(name ?? "", names)).map(([, , inside]) => toCounts(inside)),
  );
}

/** A step is named after its test: `test &gt; step`, and the test is listed too. */
function isStep(name: string, names: ReadonlySet<string>): boolean {
  const parts = name.split(/ (?:&gt;|>) /);
  return parts.some((_, end) => end > 0 && names.has(parts.slice(0, end).join(" &gt; ")));
}

function toCounts(inside = ""): Counts {
  if (/<(failure|error)\b/.test(inside)) return { ...NO_COUNTS, failed: 1 };
  if (/<skipped\b/.test(inside)) return { ...NO_COUNTS, skipped: 1 };
  return { ...NO_COUNTS, passed: 1 };
}

/** How a group of tests ended, as far as the outside can see. */
export interface GroupRun {
  /** The report's text; undefined when none was written. */
  readonly xml: string | undefined;
  readonly success: boolean;
  /** Test files from which at least one test must be reported. */
  readonly files: readonly string[];
}

/** The counts of a group, and a line for each failure that no test reports. */
export interface GroupResult {
  readonly counts: Counts;
  readonly faults: readonly string[];
}

/** Judges a run by its report, its exit and the files that should be in it. */
export function judgeRun(run: GroupRun): GroupResult {
  const report = run.xml === undefined ? undefined : parseReport(run.xml);
  if (report === undefined) return withFaults(NO_COUNTS, ["ended without a report"]);
  const seen = new Set(report.files.map((file) => file.replace(/^\.\//, "")));
  // The report names files by where a test is written, which may be a suite that several files run.
  const isSeen = (file: string) => seen.has(file) || (run.files.length === 1 && seen.size > 0);
  const silent = run.files.filter((file) => !isSeen(file));
  const faults = silent.map((file) => `${file} reported no test`);
  if (!run.success && report.failed + faults.length === 0) {
    faults.push("failed outside of its tests");
  }
  return withFaults(report, faults);
}

function withFaults(counts: Counts, faults: readonly string[]): GroupResult {
  const { passed, failed, skipped } = counts;
  return { counts: { passed, failed: failed + faults.length, skipped }, faults };
}
