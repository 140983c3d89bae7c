import assert from "node:assert/strict";
import { z } from "zod";
import { CodemodeClient, CodemodeClientError } from "../../src/client/mod.ts";
import { createCodemode, tool } from "../../src/mod.ts";
import { noServers } from "../harness/service_config.ts";
import { startService } from "../harness/start_service.ts";

const RICH = `return {
  date: new Date(0), map: new Map([["a", 1n]]), set: new Set([1]), bytes: new Uint8Array([1, 2]),
  nan: NaN, zero: -0, nothing: undefined,
}`;

const RESTORED = {
  date: new Date(0),
  map: new Map([["a", 1n]]),
  set: new Set([1]),
  bytes: new Uint8Array([1, 2]),
  nan: NaN,
  zero: -0,
  nothing: undefined,
};

Deno.test("client: against a real service", async (t) => {
  await using service = await startService({
    config: noServers("security: { capabilities: { network: { allowedHosts: ['127.0.0.1'] } } }"),
  });
  const codemode = new CodemodeClient(service.url);

  await t.step("values JSON loses come back as what they were", async () => {
    assert.deepEqual((await codemode.execute(RICH)).result, RESTORED);
  });

  await t.step("plain HTTP gets the nearest JSON and a note of what was lost", async () => {
    const answer = await service.execute(RICH);
    assert.equal(answer.result.date, "1970-01-01T00:00:00.000Z");
    assert.equal(answer.result.nan, null);
    assert.ok(answer.diagnostics.length > 0);
    assert.ok(
      answer.diagnostics.every(({ code, severity }: { code: string; severity: string }) =>
        code === "RESULT_NOTE" && severity === "info"
      ),
    );
  });

  await t.step("a failing program is an answer, a refused request throws typed", async () => {
    const failed = await codemode.execute("throw new Error('no')");
    assert.deepEqual([failed.success, failed.error?.code], [false, "EXECUTION_FAILED"]);
    await assert.rejects(
      codemode.execute("1", { capabilities: ["read:/etc"] }),
      (error: CodemodeClientError) => {
        assert.ok(error instanceof CodemodeClientError);
        assert.deepEqual([error.code, error.status, error.problem?.details], [
          "CAPABILITY_VIOLATION",
          403,
          { excess: ["read:/etc"] },
        ]);
        return true;
      },
    );
  });

  await t.step("context reaches the program, a signal ends it", async () => {
    const { result } = await codemode.execute("return context.userId", {
      context: { userId: "user123" },
    });
    assert.equal(result, "user123");
    const controller = new AbortController();
    const endless = codemode.execute("for(;;){}", { signal: controller.signal, timeout: 60_000 });
    controller.abort(new Error("enough"));
    await assert.rejects(endless, { message: "enough" });
  });

  await t.step("check, runtimes, declarations", async () => {
    const checked = await codemode.check("const n: string = 1");
    assert.deepEqual([checked.ok, checked.diagnostics[0]?.code], [false, "TS2322"]);
    assert.equal((await codemode.runtimes()).runtimes[0]?.name, "deno");
    assert.match(await codemode.declarations(), /COMPLETE/);
  });

  await t.step("a granted host is reachable, another is not", async () => {
    const port = new URL(service.url).port;
    const allowed = await codemode.execute(`return (await fetch("${service.url}/health")).status`, {
      capabilities: [],
    });
    assert.equal(allowed.success, false);
    const denied = await codemode.execute(
      `return (await fetch("http://127.0.0.1:${port}/health")).status`,
    );
    assert.equal(denied.success, false, "the grant is for ports 80 and 443");
  });
});

Deno.test("embedded: options that are none do not pass for rules that hold", async () => {
  const create = (options: object) => () => createCodemode(options);
  await assert.rejects(create({ security: { tools: { default: "deny" } } }), {
    name: "TypeError",
    message: 'Cannot create Code Mode: there is no option "security"; the options are tools, ' +
      "config, logLevel, logger, denoPath, approver, and what the configuration file has goes " +
      'into "config"',
  });
  await assert.rejects(create({ approver: () => true }), {
    name: "TypeError",
    message: 'Cannot create Code Mode: "approver" must be { approve(call, signal) }, which ' +
      "resolves with { approved, reason }",
  });
});

Deno.test("embedded: native tools, typed and validated, without a server", async (t) => {
  const add = tool({
    description: "Adds two numbers",
    input: z.object({ a: z.number(), b: z.number() }),
    output: z.number(),
    execute: ({ a, b }) => a + b,
  });
  const greet = tool({
    input: z.object({ name: z.string().default("you") }),
    execute: ({ name }) => `hello ${name}`,
  });
  const broken = tool({
    input: z.object({}),
    execute: () => Promise.reject(new Error("out of order")),
  });
  await using codemode = await createCodemode({ tools: { add, greet, broken } });

  await t.step("calls by namespace, by global, by position, in parallel", async () => {
    const { result, error } = await codemode.execute(`const [a, b, c] = await Promise.all([
      mcp.tools.add({ a: 1, b: 2 }), tools.add({ a: 3, b: 4 }), tools.add(5, 6)]);
    return [a, b, c, await tools.greet({})];`);
    assert.deepEqual(result, [3, 7, 11, "hello you"], JSON.stringify(error));
  });

  await t.step("a request that is none is refused in the words of every door", async () => {
    const execute = codemode.execute as (code: unknown, options?: object) => Promise<unknown>;
    await assert.rejects(execute({ code: "1" }), {
      code: "INVALID_REQUEST",
      message: "The request is not valid: code: Invalid input: expected string, received object",
    });
    await assert.rejects(execute("1", { tiemout: 1 }), {
      code: "INVALID_REQUEST",
      message: 'The request is not valid: Unrecognized key: "tiemout"; did you mean "timeout"?',
    });
  });

  await t.step("a result that is cut is read on by its handle", async () => {
    const { truncated } = await codemode.execute(
      "return Array.from({ length: 5000 }, (_none, id) => ({ id }))",
      { maxResultTokens: 400 },
    );
    const { value } = await codemode.readResult(truncated?.handle ?? "", { path: "$[4999].id" });
    assert.equal(value, 4999);
  });

  await t.step("a wrong argument does not run", async () => {
    const { error, metrics } = await codemode.execute('return tools.add({ a: 1, b: "2" })');
    assert.deepEqual([error?.code, metrics.apiCalls], ["TYPE_CHECK_FAILED", 0]);
    const unchecked = await codemode.execute('return tools.add({ a: 1, b: "2" })', {
      check: "off",
    });
    assert.deepEqual(
      (unchecked.error?.details?.["properties"] as { code: string }).code,
      "TOOL_INPUT_INVALID",
    );
  });

  await t.step("a tool that throws is a catchable McpToolError without host paths", async () => {
    const { result } = await codemode.execute(
      "try { await tools.broken({}) } catch (e) { return [e instanceof McpToolError, e.message, e.server, e.tool, JSON.stringify(e.stack ?? '').includes('file:')] }",
    );
    assert.deepEqual(result, [true, "out of order", "tools", "broken", false]);
  });

  await t.step("codemode.search, describe and call", async () => {
    const { result, error } = await codemode.execute(
      "const [hit] = await codemode.search('add numbers'); const d = await codemode.describe('tools.add'); return [hit.path, hit.server, hit.name, d.path, d.name, await codemode.call(hit.path, { a: 2, b: 2 })]",
    );
    assert.deepEqual(
      result,
      ["mcp.tools.add", "tools", "add", "mcp.tools.add", "add", 4],
      JSON.stringify(error),
    );
    const missing = await codemode.execute("return await codemode.call('tools.ad', {})");
    assert.equal(
      missing.error?.message,
      'TOOL_NOT_FOUND of tools.ad: There is no tool "tools.ad". Did you mean "mcp.tools.add"?',
    );
  });
});
