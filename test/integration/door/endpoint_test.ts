/** The endpoint as hostile and ordinary clients meet it: waiting programs, tasks, failures, the trace. */

import assert from "node:assert/strict";
import { createApp } from "../../../src/app.ts";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint, type McpEndpoint } from "../../../src/door/mod.ts";
import type { Caller, StartedExecution } from "../../../src/engine/mod.ts";
import { PROJECT } from "../../harness/mcp_servers.ts";
import { beginAskable, modern, stream } from "../../harness/raw_mcp.ts";

const TASKS = "io.modelcontextprotocol/tasks";
const ASKABLE = { elicitation: { form: {} } };

const config = parseConfig({
  server: { port: 0, mcp: { taskAfter: "300ms", passThrough: ["peer"] } },
  sandbox: { workers: { min: 1, max: 4 } },
  mcp: {
    servers: {
      peer: {
        transport: "stdio",
        command: "deno",
        args: ["run", "-A", `${PROJECT}test/fixtures/servers/asking_v2.ts`, "stdio"],
      },
    },
  },
});

const execute = (code: string, rest = {}) => ({ name: "execute", arguments: { code }, ...rest });

interface AnyTool {
  readonly inputSchema: { readonly properties: Readonly<Record<string, Record<string, unknown>>> };
}

interface Stage {
  readonly endpoint: McpEndpoint;
  readonly alice: Caller;
  readonly bob: Caller;
  readonly executions: () => readonly { readonly status: string }[];
  /** The newest execution of alice's. */
  readonly newest: () => StartedExecution;
}

async function withEndpoint(use: (stage: Stage) => Promise<void>): Promise<void> {
  await using app = createApp(config, { logger: createLogger([], "error") });
  const endpoint = createMcpEndpoint({ ...app.door, maxBodyBytes: 1_000_000 });
  const alice = { id: "alice", grant: app.defaultGrant };
  const bob = { id: "bob", grant: app.defaultGrant };
  await app.engine.toolbox(alice);
  try {
    await use({
      endpoint,
      alice,
      bob,
      executions: () => app.engine.executions(alice).executions,
      newest: () =>
        app.engine.execution(app.engine.executions(alice).executions[0]?.executionId ?? "", alice),
    });
  } finally {
    await endpoint[Symbol.asyncDispose]();
  }
}

Deno.test("the endpoint", async (t) => {
  await withEndpoint(async ({ endpoint, alice, bob, executions, newest }) => {
    const asking = execute(`return await mcp.peer.confirm({ what: "it" })`);
    const input = { action: "accept", content: { sure: true } };

    await t.step("a waiting program is its caller's alone, and goes on where it was", async () => {
      const options = { caller: alice, capabilities: ASKABLE };
      const { body: { result: asked } } = await modern(endpoint, "tools/call", asking, options);
      assert.equal(asked.resultType, "input_required");
      assert.deepEqual(asked.inputRequests.q1.params.message, "peer: Confirm it?");
      const { requestState } = asked;
      const answered = { ...asking, requestState, inputResponses: { q1: input } };
      const stolen = await modern(endpoint, "tools/call", answered, { ...options, caller: bob });
      assert.deepEqual([stolen.body.error.code, stolen.body.error.data], [
        -32602,
        { reason: "invalid_request_state" },
      ]);
      const forged = { ...answered, requestState: `${requestState.slice(0, -2)}AA` };
      const refused = await modern(endpoint, "tools/call", forged, options);
      assert.equal(refused.body.error.code, -32602);
      const wrong = {
        ...answered,
        inputResponses: { q1: { action: "accept", content: { sure: 7 } } },
      };
      const { body: { error } } = await modern(endpoint, "tools/call", wrong, options);
      assert.match(error.message, /The answer does not fit its question/);
      const again = await modern(endpoint, "tools/call", { ...asking, requestState }, options);
      assert.equal(again.body.result.resultType, "input_required");
      const { body: { result } } = await modern(endpoint, "tools/call", answered, options);
      assert.deepEqual(result.structuredContent.result, {
        kind: "elicit",
        action: "accept",
        content: { sure: true, level: 2 },
      });
      const late = await modern(endpoint, "tools/call", answered, options);
      assert.equal(late.body.error.message, "What waited for these answers has ended");
    });

    await t.step("an older client does not wait for what was answered elsewhere", async () => {
      const headers = await beginAskable(endpoint, alice);
      for (const settle of ["answered", "cancelled"]) {
        const call = { jsonrpc: "2.0", id: 7, method: "tools/call", params: asking };
        const told = stream(endpoint, call, { caller: alice, headers });
        const { value: asked } = await told.next();
        assert.equal(asked.params.message, "peer: Confirm it?");
        if (settle === "answered") newest().answer("q1", { action: "decline" });
        else newest().cancel();
        const { value: taken } = await told.next();
        assert.deepEqual([taken.method, taken.params.requestId], [
          "notifications/cancelled",
          asked.id,
        ]);
        const { value: { result } } = await told.next();
        assert.deepEqual(
          [settle, result.isError ?? false, result.structuredContent?.result],
          settle === "answered"
            ? ["answered", false, { kind: "elicit", action: "decline" }]
            : ["cancelled", true, undefined],
        );
      }
    });

    await t.step("who can be asked nothing is not asked", async () => {
      const { body: { result } } = await modern(endpoint, "tools/call", asking, { caller: alice });
      assert.equal(result.isError, true);
      assert.match(result.content[0].text, /do not declare the required capability/);
    });

    await t.step("a client that goes away leaves nothing running", async () => {
      const gone = new AbortController();
      const slow = execute(`await new Promise((resolve) => setTimeout(resolve, 25_000)); return 1`);
      const sent = modern(endpoint, "tools/call", slow, { caller: alice, signal: gone.signal });
      while (!executions().some(({ status }) => status === "working")) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      gone.abort();
      await sent.catch(() => {});
      while (executions().some(({ status }) => status === "working")) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.equal(executions()[0]?.status, "cancelled");
    });

    await t.step("a failed check shows the place and the way out", async () => {
      const wrong = execute(`const a = 1;\nreturn await mcp.peer.confrm({ what: "x" });`);
      const { body: { result } } = await modern(endpoint, "tools/call", wrong, { caller: alice });
      assert.equal(result.isError, true);
      const [{ text }] = result.content;
      assert.match(text, /^TYPE_CHECK_FAILED: /);
      assert.match(text, /^2:23 error TS2551: .*confrm.*$/m);
      assert.match(text, /^ *\^+$/m);
      assert.match(text, /confirm/);
    });

    await t.step("a thrown error shows its stack and the calls that were made", async () => {
      const thrown = execute(`await mcp.peer.pid({});\nthrow new Error("no luck");`);
      const { body: { result } } = await modern(endpoint, "tools/call", thrown, { caller: alice });
      const [{ text }] = result.content;
      assert.match(text, /^EXECUTION_FAILED: no luck$/m);
      assert.match(text, /guest\.ts:2:/);
      assert.match(text, /^Calls that were made:\n- peer\.pid: ok$/m);
    });

    await t.step(
      "a result is structure and text alike, and one too big is read by its handle",
      async () => {
        const big = execute(`return Array.from({ length: 50000 }, (_, i) => "row " + i)`);
        const { body } = await modern(endpoint, "tools/call", big, { caller: alice });
        const { content, structuredContent } = body.result;
        const { truncated } = structuredContent;
        assert.deepEqual(JSON.parse(content[0].text), structuredContent);
        assert.ok(content[0].text.length < 40_000, `${content[0].text.length}`);
        const reading = { handle: truncated.handle, path: "$[49990:]" };
        const call = { name: "read_result", arguments: reading };
        const page = await modern(endpoint, "tools/call", call, { caller: alice });
        assert.equal(page.body.result.structuredContent.value.length, 10);
        const others = await modern(endpoint, "tools/call", call, { caller: bob });
        assert.equal(others.body.result.isError, true);
        assert.match(others.body.result.content[0].text, /^RESULT_NOT_FOUND: /);
      },
    );

    await t.step(
      "one minimum of tokens, and the operator's number where there is none",
      async () => {
        const { body } = await modern(endpoint, "tools/list", {}, { caller: alice });
        const told = body.result.tools.slice(0, 4).map(
          ({ inputSchema: { properties: { maxResultTokens, maxTokens } } }: AnyTool) => {
            const { minimum, default: usual } = maxResultTokens ?? maxTokens ?? {};
            return [minimum, usual];
          },
        );
        assert.deepEqual(told, [[320, 6000], [undefined, undefined], [320, 6000], [320, 6000]]);
        for (
          const [name, input] of [
            ["execute", { code: "1", maxResultTokens: 319 }],
            ["call_tool", { path: "peer.pid", maxResultTokens: 319 }],
            ["read_result", { handle: "r", maxTokens: 319 }],
          ]
        ) {
          const params = { name, arguments: input };
          const { body } = await modern(endpoint, "tools/call", params, { caller: alice });
          assert.match(body.result.content[0].text, /^INVALID_REQUEST: .*>=320/, `${name}`);
        }
      },
    );

    await t.step("a call by server and tool is told the form", async () => {
      for (
        const [input, form] of [
          [{ server: "peer", tool: "pid" }, "peer.pid"],
          [{ tool: "pid", input: {} }, "server.tool"],
        ]
      ) {
        const params = { name: "call_tool", arguments: input };
        const { body } = await modern(endpoint, "tools/call", params, { caller: alice });
        const text = `INVALID_REQUEST: call_tool takes server and tool as one: path: "${form}"`;
        assert.deepEqual(body.result, {
          ...body.result,
          isError: true,
          content: [{ type: "text", text }],
        });
      }
    });

    await t.step("search answers with signatures that can be pasted", async () => {
      const search = { name: "search_tools", arguments: { query: "confirm", limit: 1 } };
      const { body } = await modern(endpoint, "tools/call", search, { caller: alice });
      const [hit] = body.result.structuredContent.tools;
      assert.equal(hit.path, "mcp.peer.confirm");
      assert.match(hit.signature, /confirm/);
    });

    await t.step("the trace is handed on, of programs, calls and shown tools", async () => {
      const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      const options = { caller: alice, meta: { traceparent } };
      const seen = async (params: Record<string, unknown>) =>
        JSON.stringify((await modern(endpoint, "tools/call", params, options)).body.result);
      assert.ok((await seen(execute("return await mcp.peer.meta({})"))).includes(traceparent));
      const call = { name: "call_tool", arguments: { path: "peer.meta" } };
      assert.ok((await seen(call)).includes(traceparent));
      assert.ok((await seen({ name: "meta", arguments: {} })).includes(traceparent));
    });

    await t.step("a shown tool answers untouched", async () => {
      const shown = { name: "blocks", arguments: {} };
      const { body } = await modern(endpoint, "tools/call", shown, { caller: alice });
      assert.deepEqual(body.result.content, [
        { type: "image", data: "aGk=", mimeType: "image/png", _meta: { a: 1 } },
      ]);
      assert.deepEqual(body.result.structuredContent, { b: 2 });
      const none = { ...alice, grant: { ...alice.grant, mcp: { allowedServers: [] } } };
      const refused = await modern(endpoint, "tools/call", shown, { caller: none });
      assert.equal(refused.body.error.code, -32602);
      const { body: { result } } = await modern(endpoint, "resources/list", {}, { caller: none });
      assert.ok(
        result.resources.every(({ uri }: { uri: string }) =>
          uri.startsWith("codemode://patterns/")
        ),
      );
    });

    await t.step("declarations and patterns are resources", async () => {
      const { body: { result } } = await modern(endpoint, "resources/list", {}, { caller: alice });
      const uris = result.resources.map(({ uri }: { uri: string }) => uri);
      assert.ok(uris.includes("codemode://declarations/peer"), uris.join());
      for (const uri of uris) {
        const read = await modern(endpoint, "resources/read", { uri }, { caller: alice });
        assert.ok(read.body.result.contents[0].text.length > 10, uri);
      }
      const prompt = { name: "write-program", arguments: { goal: "Count the tools" } };
      const got = await modern(endpoint, "prompts/get", prompt, { caller: alice });
      assert.match(got.body.result.messages[0].content.text, /^Count the tools\n/);
    });

    await t.step("what takes long becomes a task, which is its caller's alone", async () => {
      const capabilities = { ...ASKABLE, extensions: { [TASKS]: {} } };
      const options = { caller: alice, capabilities };
      const slow = execute(
        `await new Promise((resolve) => setTimeout(resolve, 1000));
         return await mcp.peer.confirm({ what: "it" });`,
      );
      const { body: { result: task } } = await modern(endpoint, "tools/call", slow, options);
      assert.deepEqual([task.resultType, task.status], ["task", "working"]);
      const { taskId } = task;
      const get = async (caller = alice) =>
        (await modern(endpoint, "tasks/get", { taskId }, { ...options, caller })).body;
      assert.equal((await get(bob)).error.code, -32602);
      const until = async (status: string) => {
        for (;;) {
          const { result } = await get();
          if (result.status === status) return result;
          assert.equal(result.status, "working");
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      const { inputRequests } = await until("input_required");
      assert.equal(inputRequests.q1.params.message, "peer: Confirm it?");
      const update = { taskId, inputResponses: { q1: input } };
      const { body } = await modern(endpoint, "tasks/update", update, options);
      assert.equal(body.result.resultType, "complete");
      const { result } = await until("completed");
      assert.equal(result.structuredContent.calls, 1);

      const endless = execute(
        `await new Promise((resolve) => setTimeout(resolve, 25_000)); return 1`,
      );
      const begun = await modern(endpoint, "tools/call", endless, options);
      const cancel = { taskId: begun.body.result.taskId };
      await modern(endpoint, "tasks/cancel", cancel, options);
      const ended = await modern(endpoint, "tasks/get", cancel, options);
      assert.deepEqual([ended.body.result.status, "result" in ended.body.result], [
        "cancelled",
        false,
      ]);
    });
  });
});
