/** Who may call: over HTTP, with keys; what a principal was not granted is nowhere to be seen. */

import assert from "node:assert/strict";
import { createApiKey } from "../../src/auth/mod.ts";
import { ROOT, type Service, startService } from "../harness/start_service.ts";

const all = createApiKey();
const memory = createApiKey();
const reader = createApiKey();

const server = (name: string) => `
    ${name}:
      transport: stdio
      command: deno
      args: [run, -A, --config, ${ROOT}deno.json, ${ROOT}test/bench/bench_server.ts]`;

const CONFIG = `
server: { port: 0 }
sandbox: { workers: { min: 1, max: 4 } }
security:
  auth:
    provider: api-key
    keys:
      - { id: all, hash: "${all.hash}" }
      - { id: memory, hash: "${memory.hash}", capabilities: { mcp: { allowedServers: [memory] } } }
      - { id: reader, hash: "${reader.hash}", scopes: ["codemode:read"] }
mcp:
  servers:${server("memory")}${server("files")}
logging: { level: info, format: json, outputs: [{ type: console }] }
`;

interface Asked {
  readonly key?: string;
  readonly body?: unknown;
}

async function ask(service: Service, path: string, { key, body }: Asked = {}) {
  const answer = await fetch(new URL(path, service.url), {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const PROTECTED: readonly [string, unknown][] = [
  ["/api/v1/execute", { code: "return 1" }],
  ["/execute", { code: "return 1" }],
  ["/api/v1/check", { code: "return 1" }],
  ["/api/v1/tools", undefined],
  ["/api/v1/tools/search?q=echo", undefined],
  ["/api/v1/declarations", undefined],
  ["/introspect", undefined],
  ["/api/v1/runtimes", undefined],
  ["/runtimes", undefined],
  ["/metrics", undefined],
];

Deno.test("keys: who may call, and what they see", async (t) => {
  await using service = await startService({ config: CONFIG });
  const metadata = `${service.url.replace(/\/$/, "")}/.well-known/oauth-protected-resource`;

  await t.step("without a key nothing but the state is told", async () => {
    for (const [path, body] of PROTECTED) {
      const { status, headers, text } = await ask(service, path, { body });
      assert.deepEqual([path, status, JSON.parse(text).error.code], [path, 401, "UNAUTHENTICATED"]);
      assert.equal(
        headers.get("www-authenticate"),
        `Bearer realm="codemode", resource_metadata="${metadata}"`,
      );
    }
    const { text } = await ask(service, "/health");
    assert.deepEqual(Object.keys(JSON.parse(text)), ["status", "service"]);
    assert.equal((await ask(service, "/openapi.json")).status, 200);
  });

  await t.step("a wrong key is told so, and which scope is missing", async () => {
    const wrong = await ask(service, "/api/v1/tools", { key: `${all.key}x` });
    assert.equal(wrong.status, 401);
    assert.equal(
      wrong.headers.get("www-authenticate"),
      'Bearer realm="codemode", error="invalid_token", ' +
        'error_description="The caller is not known: the key is not valid", ' +
        `resource_metadata="${metadata}"`,
    );
    const body = { code: "return 1" };
    const refused = await ask(service, "/api/v1/execute", { key: reader.key, body });
    assert.equal(refused.status, 403);
    assert.equal(
      refused.headers.get("www-authenticate"),
      'Bearer realm="codemode", error="insufficient_scope", ' +
        `error_description="The caller's scopes do not include codemode:execute", ` +
        `scope="codemode:execute", resource_metadata="${metadata}"`,
    );
    assert.equal((await ask(service, "/metrics", { key: reader.key })).status, 403);
    assert.equal((await ask(service, "/api/v1/tools", { key: reader.key })).status, 200);
  });

  await t.step("the metadata says where tokens go", async () => {
    const { text } = await ask(service, "/.well-known/oauth-protected-resource/api/v1/execute");
    assert.deepEqual(JSON.parse(text), {
      resource: new URL(service.url).origin,
      resource_name: "Code Mode",
      bearer_methods_supported: ["header"],
      scopes_supported: ["codemode:execute", "codemode:read", "codemode:metrics"],
    });
  });

  await t.step("who is granted one server sees one server, through every door", async () => {
    const { key } = memory;
    for (const path of ["/api/v1/tools", "/api/v1/tools/search?q=echo", "/api/v1/declarations"]) {
      const { text } = await ask(service, path, { key });
      assert.ok(text.includes("memory"), `${path}: ${text}`);
      assert.ok(!text.includes("files"), `${path}: ${text}`);
      assert.ok((await ask(service, path, { key: all.key })).text.includes("files"), path);
    }
    const run = async (code: string, rest = {}) =>
      JSON.parse((await ask(service, "/api/v1/execute", { key, body: { code, ...rest } })).text);
    const fine = await run("return await mcp.memory.echo({ n: 3 })");
    assert.deepEqual(fine.result, { n: 3 });
    const unseen = await run("return await mcp.files.echo({ n: 3 })");
    assert.equal(unseen.error.code, "TYPE_CHECK_FAILED");
    const unchecked = await run("return await mcp.files.echo({ n: 3 })", { check: "off" });
    assert.equal(unchecked.error.code, "EXECUTION_FAILED");
    const called = await run('return await codemode.call("files.echo", { n: 3 })');
    assert.match(called.error.message, /There is no tool "files\.echo"/);
    const asked = await run("return 1", { capabilities: ["mcp:files"] });
    assert.equal(asked.error.code, "CAPABILITY_VIOLATION");
  });
});
