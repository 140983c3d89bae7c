/** What a service did is in its audit log, and `codemode audit` finds it. */

import assert from "node:assert/strict";
import { runCli } from "../harness/run_cli.ts";
import { noServers } from "../harness/service_config.ts";
import { startService } from "../harness/start_service.ts";

Deno.test("audit: executions, limits, accesses and refusals", async () => {
  const folder = await Deno.makeTempDir({ prefix: "audit-" });
  const config = noServers(`audit: { path: ${folder}/audit.jsonl }
security: { capabilities: { network: { allowedHosts: [api.example.com] } } }`);
  const service = await startService({ config });
  const secret = "the text of the program";
  const fine = await service.execute(`return "${secret}"`);
  const late = await service.execute("for (;;) {}", { timeout: 200 });
  const denied = await service.execute('await fetch("https://other.example/x")', {
    capabilities: ["network:api.example.com:443"],
  });
  assert.equal(denied.error.code, "EXECUTION_FAILED", JSON.stringify(denied));
  await service.stop();
  const path = `${folder}/codemode.config.yaml`;
  await Deno.writeTextFile(path, config);
  const text = await Deno.readTextFile(`${folder}/audit.jsonl`);
  assert.ok(!text.includes(secret));
  const ask = async (...flags: string[]) => {
    const { stdout } = await runCli(["audit", "--json", "--config", path, ...flags]);
    return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  };
  const types = (await ask("--execution", late.executionId)).map(({ type }) => type);
  assert.deepEqual(types, ["execution.admitted", "limit.reached", "execution.ended"]);
  const [ended] = await ask("--execution", fine.executionId, "--type", "execution.ended");
  assert.deepEqual([ended.outcome, ended.principal], ["OK", "anonymous"]);
  const [access] = await ask("--type", "access.decided");
  assert.deepEqual(
    [access.executionId, access.capability, access.target, access.allowed],
    [denied.executionId, "network", "other.example:443", false],
  );
  const [admitted] = await ask("--execution", denied.executionId, "--limit", "5");
  assert.deepEqual(admitted.asked, ["network:api.example.com:443"]);
  await Deno.remove(folder, { recursive: true });
});
