/** Own time, waiting, CPU time and the time of a call, each spent alone, at a real and slow server. */

import assert from "node:assert/strict";
import { ROOT, startService } from "../harness/start_service.ts";

const service = (limits: string, timeout = "60s") => ({
  config: `
server: { port: 0 }
sandbox: { workers: { min: 1, max: 2 }, limits: { ${limits} } }
mcp:
  servers:
    peer:
      transport: stdio
      command: deno
      args: [run, -A, "${ROOT}test/fixtures/servers/v2_server.ts", stdio]
      timeout: ${timeout}
logging: { level: info, format: json, outputs: [{ type: console }] }
`,
});

const PATIENT = "return await mcp.peer.slow({ ms: 2500 })";
const ENDLESS = "await mcp.peer.slow({ ms: 60000 })";

Deno.test("budgets: each is spent alone", async (t) => {
  await using patient = await startService(service(""));

  await t.step("a program waits longer than its timeout for a slow server", async () => {
    const answer = await patient.execute(PATIENT, { timeout: 2000 });
    assert.equal(answer.result, "done", JSON.stringify(answer.error));
    const { executionTime, waitTime } = answer.metrics;
    assert.ok(waitTime >= 2400 && executionTime >= waitTime, JSON.stringify(answer.metrics));
  });

  await t.step("one that spins behind its call ends by its CPU time", async () => {
    const answer = await patient.execute(
      "const slow = mcp.peer.slow({ ms: 60000 }); for (;;) {}",
      { timeout: 300, check: "off" },
    );
    assert.equal(answer.error.code, "CPU_LIMIT_EXCEEDED", JSON.stringify(answer.error));
    assert.deepEqual(answer.error.details, { cpuTime: 300, mayHaveTakenEffect: ["peer.slow"] });
  });

  await t.step("one that only sleeps or only spins ends by its own time", async () => {
    for (const code of ["await new Promise((done) => setTimeout(done, 60000))", "for (;;) {}"]) {
      const answer = await patient.execute(code, { timeout: 500 });
      assert.equal(answer.error.code, "EXECUTION_TIMEOUT");
      assert.deepEqual(answer.error.details, { timeout: 500 });
      assert.equal(answer.metrics.waitTime, 0);
    }
  });

  await t.step("the metrics show how long programs waited", async () => {
    const text = await (await patient.request("/metrics")).text();
    assert.match(text, /^codemode_execution_wait_seconds_count 4$/m);
  });
});

Deno.test("budgets: waiting and CPU time are what the operator says", async () => {
  await using strict = await startService(service("wait: 700ms, cpuTime: 400ms"));
  const late = await strict.execute(ENDLESS);
  assert.equal(late.error.code, "EXECUTION_TIMEOUT", JSON.stringify(late.error));
  assert.equal(late.error.message, "Code execution waited for its calls longer than 700ms");
  assert.deepEqual(late.error.details, { wait: 700, mayHaveTakenEffect: ["peer.slow"] });
  const busy = await strict.execute("for (;;) {}");
  assert.equal(busy.error.code, "CPU_LIMIT_EXCEEDED", JSON.stringify(busy.error));
  assert.deepEqual(busy.error.details, { cpuTime: 400 });
});

Deno.test("budgets: a call has the time of its server, the program goes on", async () => {
  await using impatient = await startService(service("", "500ms"));
  const answer = await impatient.execute(
    "try { await mcp.peer.slow({ ms: 60000 }) } catch (error) { return error.code }",
  );
  assert.equal(answer.result, "TOOL_TIMEOUT", JSON.stringify(answer));
});
