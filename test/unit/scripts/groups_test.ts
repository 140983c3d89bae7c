import assert from "node:assert/strict";
import { GROUPS, parseSelection, testArguments } from "../../../scripts/testing/groups.ts";

const names = (args: readonly string[]) => parseSelection(args).groups.map(({ name }) => name);

Deno.test("no arguments select every group, in the order of running", () => {
  assert.deepEqual(names([]), [
    "unit",
    "fuzz",
    "docs",
    "integration",
    "escape",
    "e2e",
    "browser",
    "npm",
  ]);
  assert.equal(parseSelection([]).filter, undefined);
});

Deno.test("groups and a filter can be named in any order", () => {
  assert.deepEqual(names(["e2e", "--filter", "pool", "unit"]), ["unit", "e2e"]);
  assert.equal(parseSelection(["e2e", "--filter", "pool", "unit"]).filter, "pool");
  assert.equal(parseSelection(["--filter=a b"]).filter, "a b");
});

Deno.test("what it does not know is named", () => {
  assert.throws(() => parseSelection(["units", "e3e"]), {
    name: "TypeError",
    message:
      'Cannot run tests as no group is named "units", "e3e": groups are unit, fuzz, docs, integration, escape, e2e, browser, npm',
  });
  assert.throws(() => parseSelection(["unit", "--filter"]), {
    name: "TypeError",
    message: 'Cannot filter tests as "--filter" needs a text',
  });
});

Deno.test("types are checked unless somebody has done it", () => {
  assert.equal(parseSelection(["unit"]).typeCheck, true);
  assert.equal(parseSelection(["unit", "--no-check"]).typeCheck, false);
  const how = { reportPath: "/r.xml", filter: undefined };
  const isUnchecked = (name: string) =>
    parseSelection([name]).groups.some((group) => testArguments(group, how).includes("--no-check"));
  assert.ok(isUnchecked("unit"), "once for all groups");
  assert.ok(!isUnchecked("docs"), "only where they are run");
});

Deno.test("a unit test may read and nothing else", () => {
  const [unit] = GROUPS;
  assert.ok(unit !== undefined);
  assert.deepEqual(testArguments(unit, { reportPath: "/r.xml", filter: "pool" }), [
    "test",
    "--frozen",
    "--no-prompt",
    "--no-check",
    "--sanitize-ops",
    "--sanitize-resources",
    "--allow-read",
    "--ignore-env",
    "--parallel",
    "--junit-path=/r.xml",
    "--filter=pool",
    "test/unit",
  ]);
});
