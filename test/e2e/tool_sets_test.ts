/** Tools of every kind in one embedded Code Mode, coming and going while it runs. */

import assert from "node:assert/strict";
import { tool as langChainTool } from "@langchain/core/tools";
import { tool as aiTool } from "ai";
import { z } from "zod";
import {
  aiSdk,
  type Approver,
  createCodemode,
  langchain,
  openapi,
  tool,
  toolSet,
} from "../../src/mod.ts";
import { HANDLED, startHttpApi } from "../harness/http_api.ts";

const NUMBERS = z.object({ a: z.number(), b: z.number().default(10) });

const PETS = {
  openapi: "3.0.0",
  paths: {
    "/pets/{id}": {
      get: {
        operationId: "getPet",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
      },
      delete: {
        operationId: "deletePet",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
      },
    },
  },
};

const paid: unknown[] = [];

/** Tools of the AI SDK, some of which ask. */
const BANK = aiSdk({
  balance: aiTool({ inputSchema: z.object({}), needsApproval: false, execute: () => 7 }),
  pay: aiTool({
    inputSchema: z.object({ amount: z.number(), to: z.string().default("ada") }),
    // It sees what `execute` would: the default is there.
    needsApproval: ({ amount, to }) => to !== "ada" || amount > 100,
    execute(input) {
      paid.push(input);
      return paid.length;
    },
  }),
  close: aiTool({
    inputSchema: z.object({}),
    needsApproval: true,
    execute: () => paid.push("closed"),
  }),
  unsure: aiTool({
    inputSchema: z.object({}),
    needsApproval() {
      throw new Error("it does not know");
    },
    execute: () => paid.push("unsure"),
  }),
  stream: aiTool({
    inputSchema: z.object({}),
    async *execute() {
      yield "first";
      yield "last";
    },
    toModelOutput: () => ({ type: "text", value: "not for programs" }),
  }),
});

const CALL = `async (path, input) => {
  try { return await codemode.call(path, input) } catch (error) { return [error.code, error.message] }
}`;

Deno.test("tools of every kind: called, approved, added and removed", async (t) => {
  const asked: string[] = [];
  const approver: Approver = {
    approve({ server, tool, input, rule, reason }) {
      asked.push(`${server}.${tool} ${JSON.stringify(input)} ${rule}: ${reason}`);
      return Promise.resolve({ approved: tool === "pay", reason: "only payments" });
    },
  };
  let release = () => {};
  await using api = await startHttpApi(({ url, method }, response) => {
    if (url !== "/pets/slow") return { url, method };
    release = () => response.writeHead(200, { "content-type": "application/json" }).end("1");
    return HANDLED;
  });
  const pets = () => openapi({ document: PETS, baseUrl: api.url });
  await using codemode = await createCodemode({
    tools: {
      add: tool({ input: NUMBERS, output: z.number(), execute: ({ a, b }) => a + b }),
      maths: toolSet({ add: tool({ input: NUMBERS, execute: ({ a, b }) => a + b }) }),
      bank: BANK,
      words: langchain([
        langChainTool(({ word }) => word.toUpperCase(), {
          name: "shout-it",
          description: "Shouts",
          schema: z.object({ word: z.string() }),
        }),
      ]),
      pets: pets(),
    },
    config: {
      reload: { grace: "20s" },
      sandbox: { workers: { min: 1 } },
      security: {
        capabilities: {
          mcp: {
            // Names of sets are known here.
            allowedServers: ["tools", "maths", "bank", "words", "pets", "*"],
            maxCallsPerSecond: 1000,
          },
        },
      },
    },
    approver,
    logLevel: "error",
  });
  const run = async (code: string) => {
    const { result, error } = await codemode.execute(code, { check: "off" });
    assert.equal(error, undefined);
    return result;
  };

  await t.step("a program calls all of them", async () => {
    const { result, error } = await codemode.execute(`return [
      await tools.add({ a: 1 }), await maths.add({ a: 1, b: 2 }), await bank.balance({}),
      await words.shoutIt({ word: "hi" }), await words.shout_it("ho"), await bank.stream({}),
      await pets.getPet({ id: "7" }),
    ]`);
    assert.equal(error, undefined);
    const pet = { url: "/pets/7", method: "GET" };
    assert.deepEqual(result, [11, 3, 7, "HI", "HO", "last", pet]);
  });

  await t.step("what an author wants asked is asked, by whichever name it is called", async () => {
    const answers = await run(`
      const call = ${CALL};
      return [
        await call("bank.pay", { amount: 5 }),
        await call("bank.pay", { amount: 500 }),
        await call("mcp.bank.pay", { amount: 5, to: "eve" }),
        await call("bank.close", {}),
        await call("bank.unsure", {}),
        await call("bank.pay", { amount: "no number" }),
      ]`);
    const refused = (name: string) => [
      "APPROVAL_REQUIRED",
      `bank.${name} needs approval by the tool itself: its author wants it; only payments`,
    ];
    const invalid = ["TOOL_INPUT_INVALID", "Invalid input for bank.pay: /amount must be number"];
    assert.deepEqual(answers, [1, 2, 3, refused("close"), refused("unsure"), invalid]);
    assert.deepEqual(paid, [
      { amount: 5, to: "ada" },
      { amount: 500, to: "ada" },
      { amount: 5, to: "eve" },
    ]);
    const why = "the tool itself: its author wants it";
    assert.deepEqual(asked, [
      `bank.pay {"amount":500} ${why}`,
      `bank.pay {"amount":5,"to":"eve"} ${why}`,
      `bank.close {} ${why}`,
      `bank.unsure {} ${why}`,
    ]);
  });

  await t.step("only what reads is there, and a path is not left", async () => {
    const answers = await run(`
      const call = ${CALL};
      return [await call("pets.deletePet", { id: "7" }), await call("pets.getPet", { id: "../x" })]`);
    assert.deepEqual(answers, [
      ["TOOL_NOT_FOUND", 'There is no tool "pets.deletePet"'],
      [
        "TOOL_INPUT_INVALID",
        "The request cannot be sent: a value in its path would leave the path",
      ],
    ]);
  });

  await t.step("servers come", async () => {
    await codemode.sources.add(
      "late",
      toolSet({ one: tool({ input: NUMBERS, execute: () => 1 }) }),
    );
    assert.equal(await run("return await late.one({ a: 1 })"), 1);
    const names = codemode.sources.list().map(({ name, kind, origin, state, tools }) =>
      `${name} ${kind} ${origin} ${state} ${tools}`
    );
    assert.deepEqual(names, [
      "bank native added ready 5",
      "late native added ready 1",
      "maths native added ready 1",
      "pets openapi added ready 1",
      "words native added ready 1",
    ]);
    await assert.rejects(codemode.sources.add("late", toolSet({})), { code: "CONFLICT" });
    for (const name of ["tools", "a.b", "", "__proto__"]) {
      await assert.rejects(codemode.sources.add(name, toolSet({})), { code: "INVALID_REQUEST" });
    }
    await assert.rejects(codemode.sources.add("later", openapi({ document: PETS, read: true })), {
      code: "CONFIG_INVALID",
    });
  });

  await t.step("servers go: a call that goes on may end, no other begins", async () => {
    const running = run(`return await codemode.call("pets.getPet", { id: "slow" })`);
    while (api.requests.at(-1)?.url !== "/pets/slow") await new Promise((ok) => setTimeout(ok, 5));
    const removed = codemode.sources.remove("pets");
    assert.equal(codemode.sources.list().some(({ name }) => name === "pets"), false);
    assert.deepEqual(
      await run(`const call = ${CALL}; return await call("pets.getPet", { id: "7" })`),
      ["TOOL_NOT_FOUND", 'There is no tool "pets.getPet"'],
    );
    // The name is free at once.
    await codemode.sources.add("pets", pets());
    release();
    assert.equal(await running, 1);
    assert.equal(await removed, true);
    assert.deepEqual(await run(`return (await pets.getPet({ id: "8" })).url`), "/pets/8");
    assert.equal(await codemode.sources.remove("nobody"), false);
  });
});

Deno.test("what is not fit as a set is told at once", async () => {
  assert.throws(
    () => aiSdk({ far: aiTool({ inputSchema: z.object({}) }) }),
    new TypeError('Cannot use the AI SDK tool "far": it has no execute'),
  );
  const shout = langChainTool(() => "x", { name: "x", description: "x", schema: z.object({}) });
  assert.throws(
    () => langchain([shout, shout]),
    new TypeError('Cannot use LangChain tools: two have the name "x"'),
  );
  await assert.rejects(
    createCodemode({ tools: { tools: toolSet({}) }, logLevel: "error" }),
    { code: "INVALID_REQUEST", message: /this is the name of the program's own tools/ },
  );
});
