/** The `auth` of servers: what loads, and what is refused because it could not be meant. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { formatProblems, type McpServerConfig, parseConfig } from "../../../src/config/mod.ts";

function serverOf(auth: Readonly<Record<string, unknown>>, more = {}): McpServerConfig {
  const peer = { transport: "http", url: "https://peer.example/mcp", auth, ...more };
  return parseConfig({ mcp: { servers: { peer } } }).mcp.servers["peer"]!;
}

function problemsOf(auth: Readonly<Record<string, unknown>>, more = {}): string[] {
  try {
    serverOf(auth, more);
  } catch (error) {
    assert.ok(error instanceof CodemodeError);
    return formatProblems(error).split("\n").slice(1).map((line) =>
      line.replace(/^.*?mcp\.servers\.peer\./, "")
    );
  }
  return [];
}

Deno.test("a login by the browser has its defaults, and a place for what comes of it", () => {
  assert.deepEqual(serverOf({ type: "oauth" }).auth, {
    type: "oauth",
    grant: "authorization_code",
    scopes: [],
    redirectPort: 0,
  });
  const peer = { transport: "http", url: "https://peer.example/mcp", auth: { type: "oauth" } };
  const { mcp, directory } = parseConfig({ mcp: { servers: { peer } } });
  assert.equal(mcp.logins?.path, `${directory}/.codemode/logins`);
  const named = parseConfig({ mcp: { servers: {}, logins: { path: "/var/lib/logins" } } });
  assert.equal(named.mcp.logins?.path, "/var/lib/logins");
});

Deno.test("everything that can be set is", () => {
  const auth = {
    type: "oauth",
    grant: "client_credentials",
    issuer: "https://issuer.example",
    clientId: "me",
    clientSecret: "hush",
    clientMetadataUrl: "https://me.example/client.json",
    scopes: ["tools:call"],
    redirectPort: 8123,
  };
  const loaded = serverOf(auth).auth;
  assert.ok(loaded?.type === "oauth");
  assert.equal(loaded.clientSecret?.reveal(), "hush");
  assert.deepEqual(JSON.parse(JSON.stringify(loaded)), { ...auth, clientSecret: "[secret]" });
});

Deno.test("what could not be meant is refused at its place", () => {
  const cases: readonly (readonly [Record<string, unknown>, Record<string, unknown>, string[]])[] =
    [
      [{ clientSecret: "hush", issuer: "https://i.example" }, {}, [
        "auth.clientSecret: clientSecret needs clientId",
      ]],
      [{ clientId: "me", clientSecret: "hush" }, {}, [
        "auth.clientSecret: clientSecret needs issuer, the one it may be sent to",
      ]],
      [{ grant: "client_credentials" }, {}, [
        "auth.grant: client_credentials needs clientId and clientSecret",
      ]],
      [{ issuer: "http://i.example" }, {}, [
        "auth.issuer: must be https, or http on this machine",
      ]],
      [{ clientMetadataUrl: "https://me.example" }, {}, [
        "auth.clientMetadataUrl: must be https and have a path",
      ]],
      [{ clientMetadataUrl: "http://127.0.0.1/c.json" }, {}, [
        "auth.clientMetadataUrl: must be https and have a path",
      ]],
      [{ scopes: ["a b"] }, {}, ["auth.scopes.0: must be a scope: no spaces, no quotes"]],
      [{ redirectPort: 70_000 }, {}, ["auth.redirectPort: must be a port, 0 to 65535"]],
      [{ clientid: "me" }, {}, [
        'auth.clientid: unknown key "clientid" (did you mean "clientId"?)',
      ]],
      [{}, { url: "http://peer.example/mcp" }, [
        "auth.type: oauth needs an https url, or http on this machine",
      ]],
      [{}, { transport: "websocket", url: "wss://peer.example" }, [
        "auth.type: oauth needs transport http, not websocket",
      ]],
      [{}, { headers: { Authorization: "Bearer x" } }, [
        "auth.type: oauth and an authorization header exclude each other",
      ]],
    ];
  for (const [auth, more, expected] of cases) {
    assert.deepEqual(problemsOf({ type: "oauth", ...auth }, more), expected);
  }
  assert.deepEqual(problemsOf({ type: "oauth", issuer: "http://127.0.0.1:1" }), []);
  assert.deepEqual(problemsOf({ type: "oauth" }, { url: "http://localhost:1/mcp" }), []);
});
