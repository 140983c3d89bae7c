/**
 * The official conformance suite: `deno task test:conformance [client|server…]`. Runs each part against
 * the requirements of both revisions; failures that are known stand in
 * `test/conformance/expected_failures.yml` with their reasons. The last line is `N passed, N failed`, in
 * scenarios, and the exit code is 1 when anything failed that was not expected.
 */

import { CONFORMANCE_RUNS, type ConformanceRun } from "./testing/conformance_runs.ts";
import { judge, parseSummary } from "./testing/conformance_report.ts";
import { NO_COUNTS, sumCounts } from "./testing/junit.ts";
import { printVerdict } from "./testing/table.ts";

const SUITE = "npm:@modelcontextprotocol/conformance@0.2.0-alpha.12";
const EXPECTED_FAILURES = "test/conformance/expected_failures.yml";
const TIMEOUT_MS = 180_000;

async function run({ part, requirements, start }: ConformanceRun) {
  await using subject = await start();
  const args = [part, ...subject.args, "--requirements", requirements];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--frozen", SUITE, ...args, "--expected-failures", EXPECTED_FAILURES],
    stdin: "null",
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  const counts = judge(parseSummary(output), success);
  console.log(`\n== ${part} ${requirements}`);
  // All of it when something is wrong: the reasons stand before the summary.
  if (success) console.log(output.slice(output.lastIndexOf("SUMMARY")));
  else console.log(output + decoder.decode(stderr));
  return counts;
}

const parts = Deno.args;
const unknown = parts.find((part) => !CONFORMANCE_RUNS.some((known) => known.part === part));
if (unknown !== undefined) {
  console.error(`Cannot run the suite as it has no part "${unknown}": parts are client, server`);
  Deno.exit(2);
}
const runs = CONFORMANCE_RUNS.filter(({ part }) => parts.length === 0 || parts.includes(part));
let total = NO_COUNTS;
for (const each of runs) total = sumCounts([total, { ...NO_COUNTS, ...await run(each) }]);
console.log(`\n${printVerdict(total)}`);
Deno.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
