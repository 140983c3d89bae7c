/** The table of attacks: what passed, failed, or never ran. */

import assert from "node:assert/strict";
import { escapeTable, parseCases } from "../../../scripts/testing/escape_table.ts";
import type { Threat } from "../../escape/threat.ts";

const threat = (id: string): Threat => ({
  id,
  vector: "v",
  defence: "d",
  verdict: "blocked",
  code: "",
  end: "",
});

const REPORT = `<testsuites name="x"><testsuite name="t">
<testcase name="deno/process/flags a: blocked" classname="t"></testcase>
<testcase name="deno/process/flags a, unsealed: the permissions alone hold"></testcase>
<testcase name="deno/process/broker a: blocked"></testcase>
<testcase name="deno/worker/permissions a: blocked" classname="t"/>
<testcase name="deno/process/flags ab: blocked"><failure message="no">no</failure></testcase>
<testcase name="deno/process/broker ab: blocked"></testcase>
<testcase name="deno/worker/permissions ab: blocked"></testcase>
<testcase name="deno/worker/permissions ab, unsealed: the permissions alone hold"><failure/></testcase>
</testsuite></testsuites>`;

Deno.test("a cell is the verdict, a failure of any of its tests, or no test at all", () => {
  const threats = [threat("a"), threat("ab"), threat("missing")];
  assert.deepEqual(escapeTable(threats, parseCases(REPORT)), {
    text: `attack   deno/process/flags  deno/process/broker  deno/worker/permissions
a        blocked             blocked              blocked
ab       FAILED              blocked              FAILED
missing  NOT RUN             NOT RUN              NOT RUN`,
    red: 5,
  });
});

Deno.test("a report that was never written is red all over", () => {
  assert.equal(escapeTable([threat("a")], parseCases("")).red, 3);
});
