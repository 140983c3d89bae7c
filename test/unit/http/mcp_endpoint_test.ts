/** `/mcp` behind what every request passes: name, origin, caller, scope, size. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { scriptedApp } from "./scripted_app.ts";

const PING = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
};

const reader = { id: "reader", scopes: ["codemode:read"], grant: {} };

Deno.test("mcp: who is not known is told how to be", async () => {
  const unauthenticated = new CodemodeError("UNAUTHENTICATED", "The caller is not known");
  const { send } = scriptedApp({ unauthenticated });
  for (const method of ["GET", "POST", "DELETE"]) {
    const response = await send("/mcp", method === "POST" ? PING : { method });
    assert.equal(response.status, 401);
    assert.equal(
      response.headers.get("www-authenticate"),
      'Bearer realm="codemode", ' +
        'resource_metadata="http://localhost/.well-known/oauth-protected-resource"',
    );
  }
});

Deno.test("mcp: who may only read is told which scope is missing", async () => {
  const { send } = scriptedApp({ authenticate: () => Promise.resolve(reader) });
  const response = await send("/mcp", PING);
  assert.equal(response.status, 403);
  assert.match(response.headers.get("www-authenticate") ?? "", /scope="codemode:execute"/);
});

Deno.test("mcp: pages of other sites, other names and too large bodies are refused", async () => {
  const { app, send } = scriptedApp({ server: { maxBodyBytes: 100 } });
  const foreign = { ...PING, headers: { ...PING.headers, origin: "http://evil.example" } };
  assert.equal((await send("/mcp", foreign)).status, 403);
  const renamed = await app.fetch(new Request("http://evil.example/mcp", PING));
  assert.equal(renamed.status, 403);
  const large = { ...PING, headers: { ...PING.headers, "content-length": "101" } };
  assert.equal((await send("/mcp", large)).status, 413);
});
