import assert from "node:assert/strict";
import { codeMcpServer, openApiMcpServer } from "@cloudflare/codemode/mcp";
import { createCodeTool, tanstackTools } from "@cloudflare/codemode/tanstack-ai";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { toolDefinition } from "@tanstack/ai";
import { z } from "zod";
import { CodemodeExecutor } from "../../../src/mod.ts";

const NUMBERS = { a: z.number(), b: z.number() };

type Pair = Readonly<Record<"a" | "b", number>>;

async function connect(server: McpServer): Promise<Client> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1.0.0" });
  await Promise.all([server.connect(near), client.connect(far)]);
  return client;
}

Deno.test("a published code-mode package runs on the executor", async (t) => {
  await using executor = new CodemodeExecutor();

  await t.step("its MCP server in front of another: tools, failures", async () => {
    const upstream = new McpServer({ name: "sums", version: "1.0.0" });
    upstream.registerTool(
      "add",
      { description: "Adds", inputSchema: NUMBERS },
      ({ a, b }: Pair) => ({
        content: [{ type: "text", text: String(a + b) }],
      }),
    );
    await using client = closing(
      await connect(await codeMcpServer({ server: upstream, executor })),
    );
    const call = async (code: string) =>
      await client.callTool({ name: "code", arguments: { code } });
    assert.deepEqual(
      await call("async () => { const x = await codemode.add({ a: 1, b: 2 }); return { x }; }"),
      { content: [{ type: "text", text: '{\n  "x": 3\n}' }] },
    );
    assert.deepEqual(await call('async () => { throw new Error("no") }'), {
      content: [{ type: "text", text: "Error: no" }],
      isError: true,
    });
  });

  await t.step("its OpenAPI server: requests go through its host function", async () => {
    const asked: unknown[] = [];
    const server = openApiMcpServer({
      spec: {
        openapi: "3.1.0",
        info: { title: "t", version: "1" },
        paths: { "/pets": { get: {} } },
      },
      executor,
      request: (options) => {
        asked.push(options);
        return Promise.resolve([{ name: "Rex" }]);
      },
    });
    await using client = closing(await connect(server));
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(({ name }: { name: string }) => name).sort(), ["execute", "search"]);
    const code = `async () => (await codemode.request({ method: "GET", path: "/pets" }))[0].name`;
    assert.deepEqual(await client.callTool({ name: "execute", arguments: { code } }), {
      content: [{ type: "text", text: "Rex" }],
    });
    assert.deepEqual(asked, [{ method: "GET", path: "/pets" }]);
    const search = `async () => Object.keys((await codemode.spec()).paths)`;
    const found = await client.callTool({ name: "search", arguments: { code: search } });
    assert.match(JSON.stringify(found), /\/pets/);
  });

  await t.step("what it has beside functions is refused", async () => {
    const code = "async () => 1";
    const fns = { one: () => Promise.resolve(1) };
    const answers = [
      await executor.execute(code, [{ name: "a", fns, prelude: "a.two = 2;" }]),
      await executor.execute(code, fns, { connectors: [{ name: "b", binding: {} }] }),
      await executor.execute(code, [{ name: "__proto__", fns }]),
      await executor.execute(code, [{ name: "__bridge", fns }]),
    ];
    assert.deepEqual(answers.map(({ error }) => error), [
      'Cannot run the prelude of provider "a": it is frozen',
      "Cannot use connectors: give functions",
      'Provider name "__proto__" is reserved',
      'Provider name "__bridge" is reserved',
    ]);
  });

  await t.step("its code tool over tools of TanStack AI", async () => {
    const add = toolDefinition({ name: "add", description: "Adds", inputSchema: z.object(NUMBERS) })
      .server(({ a, b }) => a + b);
    const tool = createCodeTool({ tools: [tanstackTools([add])], executor });
    assert.deepEqual(
      await tool.execute?.({
        code: `async () => { console.log("adding"); return codemode.add({ a: 20, b: 22 }); }`,
      }),
      { result: 42, logs: ["adding"] },
    );
  });
});

function closing(client: Client): Client & AsyncDisposable {
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}
