import assert from "node:assert/strict";
import { createCodeTool, DEFAULT_DESCRIPTION } from "../../../src/framework/create_code_tool.ts";
import type { ExecuteResult, Executor } from "../../../src/framework/executor.ts";
import type { Provider } from "../../../src/framework/providers.ts";

/** An executor that answers as told and keeps what it was given. */
function scripted(result: ExecuteResult): Executor & { readonly given: Provider[] } {
  const given: Provider[] = [];
  return {
    given,
    execute(_code, providers) {
      given.push(...providers as readonly Provider[]);
      return Promise.resolve(result);
    },
  };
}

const run = { execute: () => 1 };

Deno.test("createCodeTool: result and logs pass through (createCodeTool/1)", async () => {
  const tool = createCodeTool({
    tools: {},
    executor: scripted({ result: "ok", logs: ["hello", "world"] }),
  });
  assert.deepEqual(await tool.execute({ code: "" }), { result: "ok", logs: ["hello", "world"] });
});

Deno.test("createCodeTool: a failure throws with the console output (createCodeTool/3)", async () => {
  const executor = scripted({
    result: undefined,
    error: "execution failed",
    logs: ["debug info", "[error] something went wrong"],
  });
  await assert.rejects(createCodeTool({ tools: {}, executor }).execute({ code: "" }), {
    message:
      "Code execution failed: execution failed\n\nConsole output:\ndebug info\n[error] something went wrong",
  });
});

Deno.test("createCodeTool: tools that need approval are left out (createCodeTool/4, /6)", async () => {
  const executor = scripted({ result: 1 });
  const tool = createCodeTool({
    tools: {
      safe: { ...run, needsApproval: false },
      dangerous: { ...run, needsApproval: true },
      asked: { ...run, needsApproval: () => true },
    },
    executor,
  });
  await tool.execute({ code: "" });
  assert.deepEqual(executor.given.map(({ name, fns }) => [name, Object.keys(fns)]), [["codemode", [
    "safe",
  ]]]);
  assert.doesNotMatch(tool.description, /dangerous|asked/);
});

Deno.test("createCodeTool: {{types}} is filled (createCodeTool/8)", () => {
  const tool = createCodeTool({
    tools: { safe: run },
    executor: scripted({ result: 1 }),
    description: "Custom: {{types}}",
  });
  assert.ok(tool.description.startsWith("Custom: "));
  assert.match(tool.description, /declare const codemode/);
});

Deno.test("createCodeTool: providers keep their names (createCodeTool/9)", async () => {
  const executor = scripted({ result: 1 });
  const tools = [
    { name: "github", tools: { listIssues: run } },
    { name: "shell", tools: { exec: run } },
    { tools: { search: run } },
  ];
  await createCodeTool({ tools, executor }).execute({ code: "" });
  assert.deepEqual(executor.given.map(({ name }) => name), ["github", "shell", "codemode"]);
});

Deno.test("createCodeTool: the default description is our own (deviates from createCodeTool/10)", () => {
  const tool = createCodeTool({ tools: { safe: run }, executor: scripted({ result: 1 }) });
  const [before = "", after = ""] = DEFAULT_DESCRIPTION.split("{{types}}");
  assert.ok(tool.description.startsWith(before) && tool.description.endsWith(after));
});

Deno.test("createCodeTool: a described-by-function tool is shown, and of a stream the last value counts", async () => {
  const executor = scripted({ result: 1 });
  const tool = createCodeTool({
    tools: {
      steps: {
        description: () => "Tells how far it is",
        execute: async function* () {
          yield "half";
          yield await Promise.resolve("all");
        },
      },
    },
    executor,
  });
  assert.match(tool.description, /Tells how far it is/);
  await tool.execute({ code: "" });
  assert.equal(await executor.given[0]?.fns["steps"]?.({}), "all");
});
