import assert from "node:assert/strict";
import { z } from "zod";
import { createCodeTool, DEFAULT_DESCRIPTION } from "../../../src/framework/create_code_tool.ts";
import type { ExecuteResult, Executor } from "../../../src/framework/executor.ts";
import type { Provider } from "../../../src/framework/providers.ts";
import { settle } from "../../harness/settle.ts";

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

/** An executor whose program is `run`. */
function running(run: (fns: Provider["fns"]) => unknown): Executor {
  return {
    async execute(_code, providers) {
      const [{ fns } = assert.fail("no provider")] = providers as readonly Provider[];
      try {
        return { result: await run(fns) };
      } catch (error) {
        return { result: undefined, error: (error as Error).message };
      }
    },
  };
}

const call = (fns: Provider["fns"], name: string, ...args: unknown[]) =>
  fns[name]?.(...args) ?? assert.fail(`there is no ${name}`);

Deno.test("createCodeTool: a described-by-function tool is shown, and of a stream the last value counts", async () => {
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
    executor: running((fns) => call(fns, "steps", {})),
  });
  assert.match(tool.description, /Tells how far it is/);
  assert.deepEqual(await tool.execute({ code: "" }), { result: "all" });
});

const LIMITED = z.strictObject({
  dir: z.enum(["tmp"]),
  id: z.coerce.number().int().max(10).default(3),
});

/** The same schema as each kind of framework has it. */
const SCHEMAS: Readonly<Record<string, unknown>> = {
  zod: LIMITED,
  standard: { "~standard": LIMITED["~standard"] },
  aiSdk: {
    jsonSchema: {},
    validate: async (value: unknown) => {
      const { success, data, error } = await LIMITED.safeParseAsync(value);
      return success ? { success, value: data } : { success, error };
    },
  },
  lazy: () => LIMITED,
  older: { _def: {}, parseAsync: (value: unknown) => LIMITED.parseAsync(value) },
};

for (const [kind, inputSchema] of Object.entries(SCHEMAS)) {
  Deno.test(`createCodeTool: execute gets what the schema makes of an input (${kind})`, async () => {
    const got: unknown[] = [];
    const tools = { remove: { inputSchema, execute: (input: unknown) => void got.push(input) } };
    const tell = async (...args: unknown[]) => {
      const executor = running((fns) => call(fns, "remove", ...args));
      await createCodeTool({ tools, executor }).execute({ code: "" });
    };
    await tell({ dir: "tmp", id: "7" });
    await tell({ dir: "tmp" });
    assert.deepEqual(got.splice(0), [{ dir: "tmp", id: 7 }, { dir: "tmp", id: 3 }]);
    for (
      const input of [{ dir: "/etc" }, { dir: "tmp", id: "9; rm" }, { dir: "tmp", x: 1 }, null]
    ) {
      await assert.rejects(tell(input), /^Error: Code execution failed: /);
    }
    await assert.rejects(tell(), /^Error: Code execution failed: [^]*tmp/);
    assert.deepEqual(got, []);
  });
}

Deno.test("createCodeTool: a call without arguments passes where the schema needs none", async () => {
  const got: unknown[] = [];
  const tools = {
    list: { inputSchema: z.object({}), execute: (input: unknown) => void got.push(input) },
  };
  const executor = running((fns) => call(fns, "list"));
  await createCodeTool({ tools, executor }).execute({ code: "" });
  assert.deepEqual(got, [{}]);
});

Deno.test("createCodeTool: a schema that only describes changes nothing", async () => {
  const got: unknown[] = [];
  const execute = (input: unknown) => void got.push(input);
  const tools = {
    json: { inputSchema: { type: "object", required: ["a"] }, execute },
    ai: { inputSchema: { jsonSchema: { type: "object" } }, execute },
    none: { execute },
  };
  const executor = running(async (fns) => {
    for (const name of Object.keys(tools)) await call(fns, name, { b: 1 });
  });
  await createCodeTool({ tools, executor }).execute({ code: "" });
  assert.deepEqual(got, [{ b: 1 }, { b: 1 }, { b: 1 }]);
});

Deno.test("createCodeTool: two tools of one name in programs are a mistake at once", () => {
  const executor = scripted({ result: 1 });
  assert.throws(
    () => createCodeTool({ tools: { "get-user": run, get_user: run }, executor }),
    new TypeError(
      'Tool names "get-user" and "get_user" both sanitize to "get_user" in provider "codemode"',
    ),
  );
  const needsApproval = true;
  createCodeTool({ tools: { "get-user": { ...run, needsApproval }, get_user: run }, executor });
});

Deno.test("createCodeTool: what goes on when the program has ended is told to end", async () => {
  const told: AbortSignal[] = [];
  let ended = 0;
  const stream = (next: () => Promise<IteratorResult<number>>) => ({
    [Symbol.asyncIterator]: () => ({
      next,
      return: () => {
        ended += 1;
        return Promise.reject(new Error("it does not want to"));
      },
    }),
  });
  const tools = {
    endless: { execute: () => stream(() => settle().then(() => ({ done: false, value: 1 }))) },
    stuck: { execute: () => stream(() => new Promise(() => {})) },
    silent: {
      execute: (_input: unknown, { abortSignal }: { readonly abortSignal: AbortSignal }) => {
        told.push(abortSignal);
        return new Promise(() => {});
      },
    },
  };
  const answers: Promise<unknown>[] = [];
  const executor = running(async (fns) => {
    answers.push(...Object.keys(tools).map((name) => Promise.resolve(call(fns, name, {}))));
    await settle();
    throw new Error("Code execution timed out");
  });
  await assert.rejects(createCodeTool({ tools, executor }).execute({ code: "" }));
  assert.deepEqual(told.map(({ aborted }) => aborted), [true]);
  for (const answer of answers.slice(0, 2)) await assert.rejects(answer, { name: "AbortError" });
  assert.equal(ended, 2);
});
