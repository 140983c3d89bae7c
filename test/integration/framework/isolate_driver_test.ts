import assert from "node:assert/strict";
import { toolDefinition } from "@tanstack/ai";
import { createCodeModeTool } from "@tanstack/ai-code-mode";
import { z } from "zod";
import { CodemodeExecutor, createIsolateDriver } from "../../../src/mod.ts";

const add = toolDefinition({
  name: "add",
  description: "Adds",
  inputSchema: z.object({ a: z.number(), b: z.number() }),
}).server(({ a, b }) => a + b);

Deno.test("isolate driver: the real code mode of a framework runs on the executor", async (t) => {
  await using executor = new CodemodeExecutor();
  const driver = createIsolateDriver(executor);
  const { execute } = createCodeModeTool({ driver, tools: [add], timeout: 5_000 });
  assert.ok(execute !== undefined);
  const run = async (typescriptCode: string) => await execute({ typescriptCode });

  await t.step("typescript with top-level await and return", async () => {
    const code = `const sum: number = await external_add({ a: 1, b: 2 });
      console.log("sum", sum); console.error("careful");
      return { sum };`;
    assert.deepEqual(await run(code), {
      success: true,
      result: { sum: 3 },
      logs: ["sum 3", "ERROR: careful"],
    });
  });

  await t.step("what a tool refuses can be caught, and else is the answer", async () => {
    const caught = `try { await external_add({ a: "x" }) } catch (e) { return e instanceof Error }`;
    assert.deepEqual(await run(caught), { success: true, result: true, logs: [] });
    const answer = await run(`return await external_add({ a: "x" });`);
    assert.equal(answer.success, false);
    assert.match(answer.error?.message ?? "", /Input validation failed for tool add/);
  });

  await t.step("the code's own names stand before the functions", async () => {
    const code = `const external_add = (x) => x; return external_add(7);`;
    assert.deepEqual(await run(code), { success: true, result: 7, logs: [] });
  });
});

Deno.test("isolate driver: limits of a context, and its end", async (t) => {
  await using executor = new CodemodeExecutor({ runtime: "quickjs" });
  const driver = createIsolateDriver(executor);

  await t.step("its time", async () => {
    const context = await driver.createContext({ bindings: {}, timeout: 200 });
    const { success, error } = await context.execute("for (;;);");
    assert.equal(success, false);
    assert.equal(error?.message, "Code execution timed out after 200ms");
    await context.dispose();
  });

  await t.step("its memory", async () => {
    const context = await driver.createContext({ bindings: {}, memoryLimit: 16 });
    const code =
      "const all = []; for (let i = 0; i < 24; i++) all.push('x'.repeat(2 ** 20) + i); return all.length;";
    assert.equal((await context.execute(code)).success, false);
    const roomy = await driver.createContext({ bindings: {} });
    assert.deepEqual(await roomy.execute(code), { success: true, value: 24, logs: [] });
  });

  await t.step("disposing of it ends what runs in it", async () => {
    const context = await driver.createContext({
      bindings: { end: { execute: () => context.dispose() } },
    });
    assert.deepEqual(await context.execute("for (;;) await end();"), {
      success: false,
      error: { name: "ExecutionError", message: "The execution was cancelled" },
      logs: [],
    });
  });
});
