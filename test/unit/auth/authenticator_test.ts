/** The none provider, and that no other one is ever taken for it. */

import assert from "node:assert/strict";
import { createAuthenticator, defaultGrant } from "../../../src/auth/mod.ts";

Deno.test("auth: none makes everybody anonymous with the configured grant", async () => {
  const { authenticate } = createAuthenticator({
    auth: { provider: "none" },
    capabilities: { network: { allowedHosts: ["a.com"] }, mcp: { maxCallsPerSecond: 9 } },
  });
  const principal = await authenticate(new Headers({ authorization: "Bearer admin" }));
  assert.deepEqual(principal, {
    id: "anonymous",
    scopes: ["*"],
    grant: {
      network: { allowedHosts: ["a.com"] },
      mcp: { maxCallsPerSecond: 9, allowedServers: ["*"] },
    },
  });
  assert.ok(Object.isFrozen(principal) && Object.isFrozen(principal.grant));
});

for (const provider of ["api-key", "oauth2"] as const) {
  Deno.test(`auth: ${provider} is not in this build and stops the start`, () => {
    assert.throws(() => createAuthenticator({ auth: { provider }, capabilities: {} }), {
      name: "CodemodeError",
      code: "CONFIG_INVALID",
      message: `security.auth.provider ${provider} is not in this build; only none is, on a ` +
        "loopback address",
    });
  });
}

Deno.test("auth: servers named, even none, are the servers granted", () => {
  assert.deepEqual(defaultGrant({}), { mcp: { allowedServers: ["*"] } });
  assert.deepEqual(defaultGrant({ mcp: { allowedServers: [] } }), { mcp: { allowedServers: [] } });
  assert.deepEqual(defaultGrant({ mcp: { allowedServers: ["a"], allowedTools: ["x"] } }), {
    mcp: { allowedServers: ["a"], allowedTools: ["x"] },
  });
});
