import assert from "node:assert/strict";
import { judgeRun, parseReport, sumCounts } from "../../../scripts/testing/junit.ts";

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="deno test" tests="9">\n';

function suite(file: string, cases: readonly (readonly [name: string, inside: string])[]): string {
  const lines = cases.map(([name, inside]) =>
    `        <testcase name="${name}" classname="${file}" time="0.000" line="1" col="6">\n${inside}        </testcase>\n`
  );
  return `    <testsuite name="${file}" tests="${cases.length}">\n${
    lines.join("")
  }    </testsuite>\n`;
}

const MIXED = `${HEAD}${
  suite("./test/unit/a_test.ts", [
    ["ok", ""],
    ["bad &lt;x&gt;", '<failure message="no &amp; no">Error: no\n at file:///a</failure>\n'],
    ["off", "<skipped/>\n"],
    ["steps", '<failure message="1 test step failed">1 test step failed.</failure>\n'],
    ["steps &gt; one", ""],
    ["steps &gt; two", '<failure message="in step">Error</failure>\n'],
    ["steps &gt; nest", ""],
    ["steps &gt; nest &gt; deep", ""],
    ["a &gt; b is a name", ""],
  ])
}${suite("./test/unit/c_test.ts", [["cut", '<error message="Cancelled"/>\n']])}</testsuites>\n`;

Deno.test("a report counts tests, not steps, and errors as failures", () => {
  assert.deepEqual(parseReport(MIXED), {
    passed: 2,
    failed: 3,
    skipped: 1,
    files: ["./test/unit/a_test.ts", "./test/unit/c_test.ts"],
  });
});

Deno.test("an empty report counts nothing, a cut-off one is none", () => {
  assert.deepEqual(parseReport(`${HEAD}</testsuites>`), {
    passed: 0,
    failed: 0,
    skipped: 0,
    files: [],
  });
  assert.equal(parseReport(MIXED.slice(0, -20)), undefined);
  assert.equal(parseReport(""), undefined);
});

Deno.test("a group without a report is one failure", () => {
  assert.deepEqual(judgeRun({ xml: undefined, success: true, files: ["a_test.ts", "b_test.ts"] }), {
    counts: { passed: 0, failed: 1, skipped: 0 },
    faults: ["ended without a report"],
  });
});

Deno.test("a test file that reports nothing is a failure of its own", () => {
  const xml = `${HEAD}${suite("./test/unit/a_test.ts", [["ok", ""]])}</testsuites>`;
  const files = ["test/unit/a_test.ts", "test/unit/b_test.ts"];
  assert.deepEqual(judgeRun({ xml, success: false, files }), {
    counts: { passed: 1, failed: 1, skipped: 0 },
    faults: ["test/unit/b_test.ts reported no test"],
  });
});

Deno.test("a bad exit with no failed test is one failure, a bad exit with one adds nothing", () => {
  const xml = `${HEAD}${suite("./a_test.ts", [["ok", ""]])}</testsuites>`;
  assert.deepEqual(judgeRun({ xml, success: false, files: ["a_test.ts"] }), {
    counts: { passed: 1, failed: 1, skipped: 0 },
    faults: ["failed outside of its tests"],
  });
  assert.deepEqual(judgeRun({ xml: MIXED, success: false, files: [] }), {
    counts: { passed: 2, failed: 3, skipped: 1 },
    faults: [],
  });
  assert.deepEqual(judgeRun({ xml, success: true, files: ["a_test.ts"] }), {
    counts: { passed: 1, failed: 0, skipped: 0 },
    faults: [],
  });
});

Deno.test("counts add up", () => {
  assert.deepEqual(sumCounts([]), { passed: 0, failed: 0, skipped: 0 });
  assert.deepEqual(
    sumCounts([{ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 }]),
    { passed: 11, failed: 22, skipped: 33 },
  );
});
