import assert from "node:assert/strict";
import { findDocFaults } from "../../../scripts/doc_faults.ts";

const around = {
  tasks: ["start", "build:npm"],
  exists: (path: string) => ["README.md", "docs/API.md", "src/mod.ts"].includes(path),
};
const faultsOf = (text: string, path = "docs/API.md") => findDocFaults(path, text, around);

Deno.test("links are followed from the document, outside links and anchors are not", () => {
  assert.deepEqual(faultsOf("[a](../README.md#x) [b](https://a.b/c) [c](#d) [e](API.md)"), []);
  assert.deepEqual(faultsOf("one\n[a](README.md)"), [
    'docs/API.md:2: link "README.md" leads nowhere',
  ]);
  assert.deepEqual(faultsOf("[a](docs/API.md)", "README.md"), []);
});

Deno.test("paths in backticks must exist, other words may stand there", () => {
  assert.deepEqual(faultsOf("`src/mod.ts` `src/**` `network:a/b`"), []);
  assert.deepEqual(faultsOf("`src/none.ts`"), [
    'docs/API.md:1: path "src/none.ts" does not exist',
  ]);
});

Deno.test("tasks must be tasks", () => {
  assert.deepEqual(faultsOf("npx -y deno@2.9.6 task start, then deno task build:npm"), []);
  assert.deepEqual(faultsOf("`deno task launch`"), [
    'docs/API.md:1: task "launch" is not in deno.json',
  ]);
});

Deno.test("a path of one machine and praise do not belong", () => {
  assert.deepEqual(faultsOf("see /home/ada/x and https://a.b/home/x"), [
    'docs/API.md:1: "/home/a" does not belong here: a path of one machine',
  ]);
  assert.deepEqual(faultsOf("seamless"), [
    'docs/API.md:1: "seamless" does not belong here: praise instead of a fact',
  ]);
});
