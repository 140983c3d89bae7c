/** The properties' own ground: one that does not hold is reported so that it can be looked at again. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { holds, searchOf } from "./property.ts";

const FIXED = { seed: 7, times: 1, path: undefined };
const small = (value: number) => assert.ok(value < 100);

async function reportOf(run: Promise<void>): Promise<string> {
  return await run.then(() => "it holds", (error: Error) => error.message);
}

Deno.test("a failure says its seed, its path and the smallest input", async () => {
  const report = await reportOf(holds(fc.nat(100_000), 50, small, FIXED));
  assert.match(report, /^Property failed after \d+ tests\n\{ seed: 7, path: "[\d:]+"/);
  assert.match(report, /\nCounterexample: \[100\]\n/);
  const [, path = ""] =
    /\nAgain: deno task test:fuzz --seed 7 --path ([\d:]+) --filter/.exec(report) ??
      [];
  let looked = 0;
  const again = await reportOf(
    holds(fc.nat(100_000), 50, (value) => {
      looked++;
      small(value);
    }, { ...FIXED, path }),
  );
  assert.match(again, /\nCounterexample: \[100\]\n/);
  // The one that failed, and the one smaller that does not.
  assert.ok(looked <= 20, String(looked));
});

Deno.test("more times are more values, and the same ones for one seed", async () => {
  const valuesOf = async (search: Parameters<typeof holds>[3]) => {
    const seen: number[] = [];
    await holds(fc.nat(), 10, (value) => void seen.push(value), search);
    return seen;
  };
  const seen = await valuesOf(FIXED);
  assert.equal(seen.length, 10);
  assert.equal((await valuesOf({ ...FIXED, times: 3 })).length, 30);
  assert.deepEqual(await valuesOf(FIXED), seen);
  assert.notDeepEqual(await valuesOf({ ...FIXED, seed: 8 }), seen);
});

Deno.test("a prototype that was changed is a failure", async () => {
  const pollute = () =>
    void Object.defineProperty(Array.prototype, "polluted", { configurable: true });
  const report = await reportOf(holds(fc.nat(), 1, pollute, FIXED));
  Reflect.deleteProperty(Array.prototype, "polluted");
  assert.match(report, /polluted/);
});

Deno.test("the environment says where to look, or what is wrong with it", () => {
  const envOf = (values: Record<string, string>) => ({ get: (name: string) => values[name] });
  assert.deepEqual(searchOf(envOf({})), { seed: 20_261_121, times: 1, path: undefined });
  assert.deepEqual(searchOf(envOf({ FUZZ_SEED: "-3", FUZZ_TIMES: "9", FUZZ_PATH: "1:2" })), {
    seed: -3,
    times: 9,
    path: "1:2",
  });
  assert.throws(() => searchOf(envOf({ FUZZ_SEED: "0x1" })), {
    name: "TypeError",
    message: 'Cannot fuzz as FUZZ_SEED is "0x1", no whole number',
  });
});
