/** Programs that share processes and programs that have one each do not take each other's places. */

import assert from "node:assert/strict";
import { z } from "zod";
import { createDeferred } from "../../../src/base/deferred.ts";
import { createCodemode, tool } from "../../../src/mod.ts";

/** More than one sandbox of its own could ever hold. */
const PROGRAMS = 24;

const sandbox = {
  workers: { min: 0, max: 1 },
  light: { processes: 2, programsAtOnce: 4 },
  queueTimeout: "30s",
};

/** A tool that answers once it was called so many times; or when it is let go. */
function meeting(size: number) {
  const met = createDeferred<void>();
  let count = 0;
  const meet = tool({
    input: z.object({}),
    execute: async () => {
      count += 1;
      if (count === size) met.resolve();
      await met.promise;
      return { count: size };
    },
  });
  return { meet, open: () => met.resolve() };
}

Deno.test("light programs wait all at once, beside a heavy one that has the only sandbox", async () => {
  const heavy = meeting(2);
  const light = meeting(PROGRAMS);
  const tools = { hold: heavy.meet, meet: light.meet };
  await using codemode = await createCodemode({ tools, config: { sandbox } });
  const held = codemode.execute("return await tools.hold({})", { runtime: "deno" });
  const answers = await Promise.all(
    Array.from(
      { length: PROGRAMS },
      () => codemode.execute("return (await tools.meet({})).count", { runtime: "quickjs" }),
    ),
  );
  assert.deepEqual(
    answers.map(({ result, error }) => result ?? error),
    Array(PROGRAMS).fill(PROGRAMS),
  );
  heavy.open();
  assert.deepEqual((await held).result, { count: 2 });
});

Deno.test("a program that goes on elsewhere waits for its turn there, and was called once", async () => {
  const heavy = meeting(2);
  const counted: number[] = [];
  const count = tool({
    input: z.object({}),
    execute: () => ({ calls: counted.push(1) }),
  });
  const tools = { hold: heavy.meet, count };
  await using codemode = await createCodemode({ tools, config: { sandbox } });
  const held = codemode.execute("return await tools.hold({})", { runtime: "deno" });
  const phases: string[] = [];
  let result: unknown;
  const code = `
    const { calls } = await tools.count({});
    const words = "lorem ipsum".repeat(calls * 30_000).split(" ");
    let sum = 0;
    for (const word of words) for (const one of word) sum = (sum * 31 + one.length) % 1_000_003;
    return [calls, sum];`;
  for await (const event of codemode.stream(code)) {
    if (event.type === "phase") phases.push(event.payload.phase);
    // Only now there is room for it.
    if (event.type === "phase" && event.payload.phase === "continued") heavy.open();
    if (event.type === "result") result = event.payload.result;
  }
  let sum = 0;
  for (let n = 0; n < 300_000; n += 1) sum = (sum * 31 + 1) % 1_000_003;
  assert.deepEqual(result, [1, sum]);
  assert.deepEqual(phases, ["queued", "checking", "waiting", "running", "continued"]);
  assert.deepEqual([counted, (await held).success], [[1], true]);
});

Deno.test("programs that compute in one process wait for each other, and none is lost to that", async () => {
  await using codemode = await createCodemode({ config: { sandbox } });
  // More than the quarter of a second after which whoever can go on elsewhere does.
  const code = `
    let sum = 0;
    for (let n = 0; n < 4_000_000; n += 1) sum += n % 7;
    return sum;`;
  const options = { runtime: "quickjs", timeout: 60_000 } as const;
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => codemode.execute(code, options)),
  );
  assert.deepEqual(answers.map(({ result, error }) => error?.message ?? result), [
    ...Array(8).fill(11_999_994),
  ]);
});

Deno.test("more programs wait than have a heavy place, although all come at once", async () => {
  const { meet, open } = meeting(PROGRAMS);
  await using codemode = await createCodemode({
    tools: { meet },
    config: { sandbox: { ...sandbox, queueTimeout: "60s" } },
  });
  const answers = await Promise.all(
    Array.from({ length: PROGRAMS }, () => codemode.execute("return (await tools.meet({})).count")),
  );
  open();
  assert.deepEqual(answers.map(({ result, error }) => error?.message ?? result), [
    ...Array(PROGRAMS).fill(PROGRAMS),
  ]);
});
