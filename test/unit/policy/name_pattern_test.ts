import assert from "node:assert/strict";
import { fitsPattern } from "../../../src/policy/name_pattern.ts";

const CASES: readonly [string, string, boolean][] = [
  ["memory.read", "memory.read", true],
  ["memory.read", "memory.reads", false],
  ["memory.reads", "memory.read", false],
  ["memory.*", "memory.", true],
  ["memory.*", "memory.a.b", true],
  ["memory.*", "memories.a", false],
  ["*.write_*", "files.write_file", true],
  ["*.write_*", "files.overwrite_file", false],
  ["*a*b*c", "xaxbxbxc", true],
  ["*a*b*c", "xaxcxb", false],
  ["**", "", true],
  ["", "", true],
  ["", "a", false],
  ["a.b", "axb", false],
  ["[a]+", "a", false],
];

for (const [pattern, name, fits] of CASES) {
  Deno.test(`${JSON.stringify(pattern)} ${fits ? "fits" : "does not fit"} ${name}`, () => {
    assert.equal(fitsPattern(pattern, name), fits);
  });
}
