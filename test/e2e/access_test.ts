/** Hosts, files and variables of programs through the public door. */

import assert from "node:assert/strict";
import { noServers } from "../harness/service_config.ts";
import { type Service, startService } from "../harness/start_service.ts";

/** Asks until a sandbox waits. */
async function untilWarm(service: Service): Promise<void> {
  const warm = /codemode_sandboxes\{[^}]*state="warm"[^}]*\} [1-9]/;
  while (!warm.test(await (await service.request("/metrics")).text()));
}

Deno.test("access: programs reach what was granted, from warm sandboxes, and nothing else", async (t) => {
  const heard: number[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    heard.push(performance.now());
    return Response.json({
      key: request.headers.get("x-key"),
      path: new URL(request.url).pathname,
    });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  await using service = await startService({
    config: noServers(`
security:
  capabilities:
    network: { allowedHosts: ["${host}"] }
    filesystem: { allowedPaths: [./data], writablePaths: [./out] }
    system: { environment: [REGION] }
  credentials:
    - { host: "${host}", header: x-key, value: "\${API_KEY}" }
`),
    env: { REGION: "eu", API_KEY: "hush", OTHER: "private" },
  });

  await t.step("a granted host answers, with the credential the program never sees", async () => {
    const answer = await service.execute(
      `const reply = await fetch("http://${host}/a", { headers: { "x-key": "mine" } });
       return [reply.status, await reply.json()]`,
    );
    assert.deepEqual(answer.result, [200, { key: "hush", path: "/a" }], JSON.stringify(answer));
    const [{ duration: _, ...call }] = answer.calls;
    assert.deepEqual(call, { server: "network", tool: "fetch", status: "ok" });
    assert.ok(!JSON.stringify(service.log).includes("hush"));
  });

  await t.step("another host is denied, with the capability that is missing", async () => {
    const answer = await service.execute(`await fetch("https://example.com/x")`);
    assert.equal(
      answer.error.message,
      'This program may not reach example.com:443: the capability "network:example.com:443" is missing',
    );
    assert.equal(answer.error.details.name, "TypeError");
    assert.deepEqual(answer.error.details.properties, {
      code: "NETWORK_DENIED",
      details: { capability: "network:example.com:443" },
    });
  });

  await t.step("the eleventh request of a second waits", async () => {
    heard.length = 0;
    const answer = await service.execute(
      `for (let i = 0; i < 11; i++) await fetch("http://${host}/"); return "done"`,
    );
    assert.equal(answer.result, "done", JSON.stringify(answer));
    assert.equal(heard.length, 11);
    // Eleven at ten a second: the bucket was full at the start of the run and refills from then on.
    assert.ok(answer.metrics.executionTime >= 100, `${answer.metrics.executionTime} ms`);
  });

  await t.step("files are written, read and refused by their paths", async () => {
    const answer = await service.execute(
      `await files.makeFolder("out"); await files.writeText("out/a.txt", "hi");
       const denied = await files.readText("../x").catch((error) => [error.code, error.message]);
       return [await files.readText("out/a.txt"), denied]`,
    );
    assert.deepEqual(answer.result, [
      "hi",
      [
        "CAPABILITY_VIOLATION",
        'This program may not read ../x: the capability "read:../x" is missing',
      ],
    ], JSON.stringify(answer));
  });

  await t.step("only granted variables exist", async () => {
    assert.deepEqual((await service.execute("return env")).result, { REGION: "eu" });
  });

  await t.step("a request asks for less, and what it did not ask for is not declared", async () => {
    const less = { capabilities: ["read:./out"] };
    assert.equal(
      (await service.execute(`return files.readText("./out/a.txt")`, less)).result,
      "hi",
    );
    const answer = await service.execute(`return [env, await fetch("http://${host}/")]`, less);
    assert.equal(answer.error.code, "TYPE_CHECK_FAILED");
    const told = answer.diagnostics.map((
      { code, message }: Record<string, string>,
    ) => [code, message]);
    assert.deepEqual(told, [
      ["CAPABILITY_MISSING", "env needs an env capability, which this program was not granted."],
      [
        "CAPABILITY_MISSING",
        "fetch needs a network capability, which this program was not granted.",
      ],
    ]);
    const more = await service.execute("return 1", { capabilities: ["network:127.0.0.1:9"] });
    assert.equal(more.error.code, "CAPABILITY_VIOLATION", JSON.stringify(more));
  });

  await t.step("every set of capabilities was served by the same warm sandboxes", async () => {
    for (const capabilities of [[], ["read:./data"], [`network:${host}`], ["env:REGION"]]) {
      await untilWarm(service);
      const { metrics } = await service.execute("return 1", { capabilities });
      assert.equal(metrics.startupTime, 0, JSON.stringify(capabilities));
    }
  });
});
