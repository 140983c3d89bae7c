import assert from "node:assert/strict";
import { generateText, isStepCount, tool } from "ai";
import { z } from "zod";
import { CodemodeExecutor, createCodeTool } from "../../../src/mod.ts";
import { scriptedModel, type Turn } from "./scripted_model.ts";

const CITIES: Readonly<Record<string, number>> = { Oslo: -3, Cairo: 31, Lima: 18 };

const forecast = tool({
  description: "The temperature of a city",
  inputSchema: z.object({ city: z.string() }),
  outputSchema: z.object({ celsius: z.number() }),
  execute: ({ city }) => {
    const celsius = CITIES[city];
    if (celsius === undefined) throw new RangeError(`no such city: ${city}`);
    return { celsius };
  },
});

const program = (code: string): Turn => ({ tool: "codemode", input: { code } });

Deno.test("ai sdk: generateText runs programs that the model writes", async (t) => {
  await using executor = new CodemodeExecutor();

  await t.step("a program with real tools; its result goes back to the model", async () => {
    const model = scriptedModel([
      program(`async () => {
        const cities: string[] = ["Oslo", "Cairo", "Lima"];
        const all = await Promise.all(cities.map((city) => codemode.forecast({ city })));
        console.log("asked", cities.length);
        return cities[all.findIndex(({ celsius }) => celsius > 30)];
      }`),
      "Cairo is hot.",
    ]);
    const { text, steps } = await generateText({
      model,
      tools: { codemode: createCodeTool({ tools: { forecast }, executor }) },
      stopWhen: isStepCount(5),
      prompt: "Which city is hot?",
    });
    assert.equal(text, "Cairo is hot.");
    assert.deepEqual(steps[0]?.toolResults.map(({ output }) => output), [
      { result: "Cairo", logs: ["asked 3"] },
    ]);
    const [first, second] = model.doGenerateCalls;
    const [told] = first?.tools ?? [];
    assert.ok(told?.type === "function" && told.name === "codemode");
    assert.match(told.description ?? "", /type ForecastInput = \{\s+city: string;?\s+\}/);
    assert.match(
      told.description ?? "",
      /forecast: \(input: ForecastInput\) => Promise<ForecastOutput>/,
    );
    assert.deepEqual(JSON.parse(JSON.stringify(second?.prompt.at(-1))), {
      role: "tool",
      content: [{
        type: "tool-result",
        toolCallId: "call_1",
        toolName: "codemode",
        output: { type: "json", value: { result: "Cairo", logs: ["asked 3"] } },
      }],
    });
  });

  await t.step("a failure goes back with the output, and is repaired from", async () => {
    const model = scriptedModel([
      program(`async () => { console.log("first"); return codemode.forecast({ city: "Ys" }); }`),
      program(`async () => codemode.forecast({ city: "Lima" })`),
      "18 degrees.",
    ]);
    const { text, steps } = await generateText({
      model,
      tools: { codemode: createCodeTool({ tools: { forecast }, executor }) },
      stopWhen: isStepCount(5),
      prompt: "How warm is it?",
    });
    assert.equal(text, "18 degrees.");
    const [failed] = steps[0]?.content.filter(({ type }) => type === "tool-error") ?? [];
    assert.ok(failed?.type === "tool-error" && failed.error instanceof Error);
    assert.match(
      failed.error.message,
      /^Code execution failed: .*no such city: Ys\n\nConsole output:\nfirst$/,
    );
    assert.deepEqual(steps[1]?.toolResults.map(({ output }) => output), [
      { result: { celsius: 18 } },
    ]);
  });

  await t.step("a tool that needs approval is neither shown nor reachable", async () => {
    let erased = 0;
    const erase = tool({
      description: "Erases everything",
      inputSchema: z.object({}),
      needsApproval: true,
      execute: () => ++erased,
    });
    const model = scriptedModel([program("async () => codemode.erase({})"), "I cannot."]);
    const { steps } = await generateText({
      model,
      tools: { codemode: createCodeTool({ tools: { forecast, erase }, executor }) },
      stopWhen: isStepCount(5),
      prompt: "Erase it.",
    });
    assert.deepEqual(steps[0]?.content.map(({ type }) => type), ["tool-call", "tool-error"]);
    assert.doesNotMatch(JSON.stringify(model.doGenerateCalls[0]?.tools), /erase/i);
    assert.equal(erased, 0);
  });

  await t.step("the tool itself may need approval: nothing runs before it", async () => {
    let asked = 0;
    const model = scriptedModel([program("async () => codemode.count({})")]);
    const count = { execute: () => ++asked };
    const codemode = {
      ...createCodeTool({ tools: { count }, executor }),
      needsApproval: true,
    };
    const { content, steps } = await generateText({ model, tools: { codemode }, prompt: "Count." });
    assert.deepEqual(content.map(({ type }) => type), ["tool-call", "tool-approval-request"]);
    assert.equal(steps.length, 1);
    assert.equal(asked, 0);
  });

  await t.step("an abort of the conversation ends the program and reaches its tools", async () => {
    const stop = new AbortController();
    const seen: unknown[] = [];
    const wait = tool({
      inputSchema: z.object({}),
      execute: (_input, { abortSignal, toolCallId }) => {
        seen.push(abortSignal?.aborted, typeof toolCallId);
        stop.abort();
        seen.push(abortSignal?.aborted);
        return new Promise<number>(() => {});
      },
    });
    const running = generateText({
      model: scriptedModel([program("async () => codemode.wait({})")]),
      tools: { codemode: createCodeTool({ tools: { wait }, executor }) },
      stopWhen: isStepCount(5),
      abortSignal: stop.signal,
      prompt: "Wait.",
    });
    await assert.rejects(running, { name: "AbortError" });
    assert.deepEqual(seen, [false, "string", true]);
  });

  await t.step("an aborted program has ended, and says so", async () => {
    const stop = new AbortController();
    const fns = { stop: () => stop.abort() };
    const code = "async () => { await codemode.stop(); for (;;) await codemode.stop(); }";
    const { result, error } = await executor.execute(code, fns, { signal: stop.signal });
    assert.deepEqual([result, error], [undefined, "The execution was cancelled"]);
  });
});
