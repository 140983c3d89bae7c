import assert from "node:assert/strict";
import { lowerSyntax } from "../../../scripts/npm/lower_syntax.ts";

Deno.test("a module without using stays as it is", () => {
  const text = "/** a */ export class A { #b = 1; }\n";
  assert.equal(lowerSyntax(text), text);
});

Deno.test("await using becomes code that an older engine runs, and still disposes", async () => {
  const text = `/** Doc. */
export async function run(seen) {
  await using held = { [Symbol.asyncDispose]: async () => { seen.push("disposed"); } };
  seen.push(typeof held);
}
`;
  const lowered = lowerSyntax(text);
  assert.ok(!/\busing held\b/.test(lowered));
  assert.ok(lowered.includes("/** Doc. */"));
  const { run } = await import(`data:text/javascript,${encodeURIComponent(lowered)}`);
  const seen: string[] = [];
  await run(seen);
  assert.deepEqual(seen, ["object", "disposed"]);
});
