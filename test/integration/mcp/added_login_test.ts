/** Logins of servers that callers add: each caller's own, and gone with the server. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../../../src/base/secret.ts";
import { createTokenStore } from "../../../src/mcp/mod.ts";
import { serverConfig, startManager, textOf } from "../../harness/mcp_servers.ts";

const signal = new AbortController().signal;
const METADATA = "/.well-known/oauth-protected-resource";

/** A server that says whose token it was called with, and its issuer, which knows Ada alone. */
function startGuarded() {
  const asked: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { origin, pathname } = new URL(request.url);
    const { headers, method } = request;
    if (pathname.startsWith(METADATA)) {
      return Response.json({ resource: `${origin}/mcp`, authorization_servers: [origin] });
    }
    if (pathname.startsWith("/.well-known/")) {
      return Response.json({
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        response_types_supported: ["code"],
        token_endpoint_auth_methods_supported: ["client_secret_basic"],
      });
    }
    const [, sent = ""] = (headers.get("authorization") ?? "").split(" ");
    if (pathname === "/token") {
      const client = Buffer.from(sent, "base64").toString();
      asked.push(client);
      if (client !== "ada:secret-of-ada") {
        return Response.json({ error: "invalid_client" }, { status: 401 });
      }
      return Response.json({ access_token: "token-of-ada", token_type: "Bearer" });
    }
    if (sent !== "token-of-ada") {
      const challenge = `Bearer resource_metadata="${origin}${METADATA}/mcp"`;
      return new Response(null, { status: 401, headers: { "www-authenticate": challenge } });
    }
    return method === "POST" ? answer(await request.json()) : new Response(null, { status: 405 });
  });
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const ANSWERS: Readonly<Record<string, unknown>> = {
  initialize: {
    protocolVersion: "2025-11-25",
    capabilities: { tools: {} },
    serverInfo: { name: "guarded", version: "1" },
  },
  "tools/list": { tools: [{ name: "whoami", inputSchema: { type: "object" } }] },
  "tools/call": { content: [{ type: "text", text: "ada" }] },
};

function answer({ id, method }: { readonly id?: number; readonly method: string }): Response {
  if (id === undefined) return new Response(null, { status: 202 });
  const result = ANSWERS[method];
  const error = { code: -32601, message: "There is no such method" };
  return Response.json({ jsonrpc: "2.0", id, ...(result === undefined ? { error } : { result }) });
}

Deno.test("a server added anew by another caller, or the operator, uses no login of the first", async () => {
  await using guarded = startGuarded();
  const directory = await mkdtemp(join(tmpdir(), "codemode-added-"));
  const kept = async () => (await readdir(directory)).filter((name) => name.endsWith(".login"));
  const configOf = (clientId: string, clientSecret: string) =>
    serverConfig({
      transport: "http",
      url: `${guarded.origin}/mcp`,
      auth: {
        type: "oauth",
        grant: "client_credentials",
        clientId,
        clientSecret: new Secret(clientSecret),
        issuer: guarded.origin,
        scopes: [],
        redirectPort: 0,
      },
    });
  const ada = configOf("ada", "secret-of-ada");
  const wrong = configOf("ada", "secret-of-bob");
  try {
    await using test = await startManager({}, { logins: createTokenStore({ directory }) });
    const { manager } = test;
    const add = async (config: typeof ada, addedBy?: string) => {
      manager.add("crm", config, { addedBy });
      await manager.tried("crm", signal);
      return manager.status()[0]?.state;
    };
    const remove = async () => await manager.remove("crm")?.[Symbol.asyncDispose]();

    assert.equal(await add(ada, "ada"), "ready");
    const result = await manager.call("crm", "whoami", {}, { signal });
    assert.equal(textOf(result), "ada");
    assert.equal((await kept()).length, 1);
    await remove();
    assert.deepEqual(await kept(), []);

    // Also while a login of the first is still there, as after a crash.
    const store = createTokenStore({ directory });
    await store.write({
      server: "crm",
      principal: "added by ada",
      url: `${guarded.origin}/mcp`,
      grant: "client_credentials",
      issuer: guarded.origin,
      client: { client_id: "ada" },
      accessToken: "token-of-ada",
    });
    guarded.asked.length = 0;
    for (const caller of ["bob", undefined]) {
      assert.notEqual(await add(wrong, caller), "ready");
      await remove();
    }
    assert.deepEqual([...new Set(guarded.asked)], ["ada:secret-of-bob"]);
    assert.equal((await kept()).length, 1);

    // The operator's own stays where it is.
    assert.equal(await add(ada), "ready");
    await remove();
    assert.equal((await kept()).length, 2);
  } finally {
    await rm(directory, { recursive: true });
  }
});
