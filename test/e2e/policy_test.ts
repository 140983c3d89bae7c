/** What may be called: one policy behind every door, with real servers. */

import assert from "node:assert/strict";
import { CodemodeClient, CodemodeClientError } from "../../src/client/mod.ts";
import { createCodemode, type PendingCall, tool } from "../../src/mod.ts";
import { z } from "zod";
import { runCli } from "../harness/run_cli.ts";
import { realServers } from "../harness/service_config.ts";
import { startService } from "../harness/start_service.ts";

const RULES = `security:
  tools:
    rules:
      - { tool: "memory.delete_*", verdict: deny }
      - { tool: everything.get-sum, when: [{ path: $.a, greaterThan: 100 }], verdict: deny, reason: too much }
      - { tool: everything.echo, when: [{ path: $.message, startsWith: ask }], verdict: approve }
`;

const DENIED = {
  code: "FORBIDDEN",
  message: "everything.get-sum is denied by rules[1] everything.get-sum: too much",
};

/** A program that tells how a call failed. */
function caught(call: string): string {
  return `try { return await ${call}; }
catch (error) { return { code: error.code, message: error.message }; }`;
}

Deno.test("policy: every door's calls pass the same gate", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "policy-" });
  const config = `${realServers(folder).replace("security:\n", RULES)}
audit: { path: "${folder}/audit.jsonl" }`;
  const service = await startService({ config });
  const client = new CodemodeClient(service.url);

  await t.step("the same denial by every name of the tool and by codemode.call", async () => {
    for (
      const call of [
        "mcp.everything.get_sum({ a: 101, b: 1 })",
        "mcp.everything.getSum({ a: 101, b: 1 })",
        "everything.getSum({ a: 101, b: 1 })",
        "mcp.everything.get_sum(101, 1)",
        'codemode.call("mcp.everything.get_sum", { a: 101, b: 1 })',
        'codemode.call("everything.getSum", { a: 101, b: 1 })',
        'codemode.call("everything.get-sum", { a: 101, b: 1 })',
      ]
    ) {
      const answer = await service.execute(caught(call), { check: "warn" });
      assert.deepEqual(answer.result, DENIED, `${call}: ${JSON.stringify(answer.error)}`);
      assert.deepEqual(
        answer.calls.map(({ status, error }: { status: string; error: string }) => [status, error]),
        [["error", "FORBIDDEN"]],
      );
    }
  });

  await t.step("and directly, over HTTP and from the client", async () => {
    for (const name of ["get-sum", "get_sum", "getSum"]) {
      const response = await service.request(`/api/v1/tools/everything/${name}`, { a: 101, b: 1 });
      const { success, error } = await response.json();
      assert.deepEqual([response.status, success], [403, false]);
      assert.deepEqual({ code: error.code, message: error.message }, DENIED);
    }
    await assert.rejects(
      client.callTool("everything", "get-sum", { a: 101, b: 1 }),
      (error: CodemodeClientError) => error.code === "FORBIDDEN" && error.status === 403,
    );
  });

  await t.step("what no rule holds for is done, directly as in a program", async () => {
    const nested = await service.execute("return await mcp.everything.get_sum(99, 1)");
    const direct = await client.callTool("everything", "get-sum", { a: 99, b: 1 });
    assert.match(String(direct.result), /100/);
    assert.equal(direct.result, nested.result);
    assert.ok(direct.metrics.callTime > 0);
  });

  await t.step("input that could not be judged or is not valid does not get through", async () => {
    const code = async (input: unknown) => {
      const response = await service.request("/api/v1/tools/everything/get-sum", input);
      return (await response.json()).error?.code;
    };
    assert.equal(await code({ a: "101", b: 1 }), "FORBIDDEN");
    assert.equal(await code({ a: [101], b: 1 }), "FORBIDDEN");
    assert.equal(await code({ b: 1 }), "TOOL_INPUT_INVALID");
    const nested = caught(
      'mcp.everything.get_sum(JSON.parse(`{"a":1,"b":1,"__proto__":{"a":101}}`))',
    );
    assert.deepEqual((await service.execute(nested, { check: "off" })).result, {
      code: "TOOL_INPUT_INVALID",
      message: 'Invalid input for everything.get-sum: a member cannot be named "__proto__"',
    });
    const inherited = await fetch(`${service.url}/api/v1/tools/everything/get-sum`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"__proto__": {"a": 1, "b": 1}}',
    });
    assert.equal((await inherited.json()).error.code, "TOOL_INPUT_INVALID");
    const deep = await fetch(`${service.url}/api/v1/tools/everything/get-sum`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"a": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    });
    assert.deepEqual([deep.status, (await deep.json()).error.code], [400, "INVALID_REQUEST"]);
  });

  await t.step(
    "where nobody can be asked, the program can catch that approval is needed",
    async () => {
      const answer = await service.execute(caught('mcp.everything.echo({ message: "ask me" })'));
      assert.deepEqual(answer.result, {
        code: "APPROVAL_REQUIRED",
        message:
          "everything.echo needs approval by rules[2] everything.echo: it must be approved; " +
          "nobody here can be asked",
      });
      const fine = await service.execute('return await mcp.everything.echo({ message: "hi" })');
      assert.equal(fine.result, "Echo: hi");
    },
  );

  await t.step("tools that are never allowed are not there", async () => {
    const { namespaces } = await client.tools();
    const names = namespaces["memory"]?.tools.map(({ name }) => name) ?? [];
    assert.ok(names.includes("read_graph"));
    assert.deepEqual(names.filter((name) => name.startsWith("delete_")), []);
    assert.doesNotMatch(await client.declarations(), /delete_entities|deleteEntities/);
    const { tools } = await client.searchTools("delete entities", { limit: 50 });
    assert.deepEqual(tools.filter(({ name }) => name.startsWith("delete_")), []);
    const checked = await service.execute("return await mcp.memory.delete_entities({})");
    assert.equal(checked.error.code, "TYPE_CHECK_FAILED");
    const called = await service.execute(caught('codemode.call("memory.delete_entities", {})'));
    assert.equal(called.result.code, "TOOL_NOT_FOUND");
    const direct = await service.request("/api/v1/tools/memory/delete_entities", {
      entityNames: [],
    });
    assert.deepEqual([direct.status, (await direct.json()).error.code], [404, "TOOL_NOT_FOUND"]);
  });

  await service.stop();

  await t.step("every decision and call is on record, without its input", async () => {
    const path = `${folder}/codemode.config.yaml`;
    await Deno.writeTextFile(path, config);
    const ask = async (...flags: string[]) => {
      const { stdout } = await runCli(["audit", "--json", "--config", path, ...flags]);
      return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
    };
    const decided = await ask("--type", "call.decided");
    const denials = decided.filter(({ verdict, rule }) =>
      verdict === "deny" && rule === "rules[1] everything.get-sum"
    );
    // By seven names in programs, three and one directly, and two that could not be judged.
    assert.equal(denials.length, 13);
    const direct = decided.filter(({ executionId }) => executionId.startsWith("call_"));
    assert.ok(direct.length > 0 && direct.every(({ principal }) => principal === "anonymous"));
    const ended = await ask("--type", "call.ended");
    const asIds = (entries: { executionId: string }[]) =>
      [...new Set(entries.map(({ executionId }) => executionId))].sort();
    assert.deepEqual(asIds(ended), asIds(decided));
    assert.ok(!(await Deno.readTextFile(`${folder}/audit.jsonl`)).includes("ask me"));
  });

  await t.step("the command line passes it too", async () => {
    const path = `${folder}/codemode.config.yaml`;
    const call = (...args: string[]) => runCli(["tools", "call", ...args, "-c", path]);
    const done = await call("everything.echo", '{"message":"hi"}');
    assert.deepEqual([done.code, done.stdout], [0, "Echo: hi\n"], done.stderr);
    const denied = await call("mcp.everything.get_sum", '{"a":101,"b":1}');
    assert.equal(denied.code, 2);
    assert.ok(denied.stderr.includes(`FORBIDDEN: ${DENIED.message}`), denied.stderr);
    const wrong = await call("everything.echo", "[1]");
    assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
    // There is no program that could be at fault.
    const unknown = await call("everything.ech", '{"message":"hi"}');
    assert.deepEqual([unknown.code, unknown.stderr.split(":")[0]], [2, "TOOL_NOT_FOUND"]);
  });

  await Deno.remove(folder, { recursive: true });
});

Deno.test("policy: an embedding program is asked", async () => {
  const asked: PendingCall[] = [];
  const double = tool({
    input: z.object({ n: z.number() }),
    output: z.number(),
    execute: ({ n }) => n * 2,
  });
  await using codemode = await createCodemode({
    tools: { double },
    config: { security: { tools: { default: "approve" } } },
    approver: {
      approve: (call) => {
        asked.push(call);
        const { n } = call.input as { n: number };
        return Promise.resolve({ approved: n < 10, reason: "n is large" });
      },
    },
  });
  const { result, calls } = await codemode.execute(
    `const small = await tools.double({ n: 4 });
${caught("tools.double({ n: 40 })")}`,
  );
  assert.deepEqual(result, {
    code: "APPROVAL_REQUIRED",
    message: "tools.double needs approval by destructive: it must be approved; n is large",
  });
  assert.deepEqual(calls.map(({ status }) => status), ["ok", "error"]);
  assert.deepEqual(asked.map(({ principal, input }) => [principal, input]), [
    ["embedded", { n: 4 }],
    ["embedded", { n: 40 }],
  ]);
});
