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
  const foreign = await fetch(`${service.url}/health`, {
    headers: { origin: "https://evil.example" },
  });
  assert.equal((await foreign.json()).error.code, "FORBIDDEN");
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
  const misspelt = await runCli(["audit", "--config", path, "--type", "call.endet"]);
  assert.deepEqual([misspelt.code, misspelt.stdout], [2, ""]);
  assert.match(
    misspelt.stderr,
    /--type is "call.endet", which no entry has; did you mean "call.ended"\?/,
  );
  const vague = await runCli(["audit", "--config", path, "--since", "yesterday"]);
  assert.deepEqual([vague.code, vague.stdout], [2, ""]);
  assert.match(
    vague.stderr,
    /--since is "yesterday", neither an age such as 1h nor a time such as 2026-01-31T12:00:00Z/,
  );
  assert.deepEqual((await ask("--outcome", "FORBIDDEN")).map(({ path }) => path), ["/health"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("audit: what a program tries around the host is denied, logged and written down", async () => {
  const folder = await Deno.makeTempDir({ prefix: "audit-" });
  const config = noServers(`audit: { path: ${folder}/audit.jsonl }`);
  await using service = await startService({ config });
  const code = `const told = [];
for (const from of ["file:///etc/passwd", "https://esm.sh/x"]) {
  const load = (async () => {}).constructor("from", "return import(from)");
  try { await load(from) } catch (error) { told.push(error.message) }
}
return told;`;
  const answer = await service.execute(code, { check: "off", runtime: "deno" });
  assert.deepEqual(answer.result, [
    'This program may not read /etc/passwd: the capability "read:/etc/passwd" is missing',
    'No program may use "import" (esm.sh:443)',
  ], JSON.stringify(answer.error));
  const { runtimes } = await (await service.request("/api/v1/runtimes")).json();
  assert.equal(runtimes[0].permissions, "broker");
  const denials = service.log.filter(({ message }) =>
    message === "a program was denied what it tried around the host"
  );
  const { executionId } = answer;
  assert.deepEqual(
    denials.map((
      { level, executionId, permission, target },
    ) => [level, executionId, permission, target]),
    [["warn", executionId, "read", "/etc/passwd"], ["warn", executionId, "import", "esm.sh:443"]],
  );
  await service.stop();
  const text = await Deno.readTextFile(`${folder}/audit.jsonl`);
  const entries = text.trim().split("\n").map((line) => JSON.parse(line));
  const decided = entries.filter(({ type }) => type === "access.decided");
  assert.deepEqual(decided.map(({ time: _time, ...entry }) => entry), [
    {
      type: "access.decided",
      executionId,
      principal: "anonymous",
      capability: "read",
      target: "/etc/passwd",
      allowed: false,
      reason: answer.result[0],
    },
    {
      type: "access.decided",
      executionId,
      principal: "anonymous",
      capability: "import",
      target: "esm.sh:443",
      allowed: false,
      reason: answer.result[1],
    },
  ]);
  await Deno.remove(folder, { recursive: true });
});
