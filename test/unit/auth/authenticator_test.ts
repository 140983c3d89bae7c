/** The none provider, credentials and API keys. */

import assert from "node:assert/strict";
import {
  createApiKey,
  createAuthenticator,
  defaultGrant,
  hasScope,
} from "../../../src/auth/mod.ts";
import type { ApiKeyConfig, AuthConfig } from "../../../src/config/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const NONE: AuthConfig = { provider: "none", keys: [], scopes: {}, clockSkewMs: 60_000 };
const CAPABILITIES = { network: { allowedHosts: ["a.com"] }, mcp: { maxCallsPerSecond: 9 } };
const ci = createApiKey();
const ops = createApiKey();
const KEYS: readonly ApiKeyConfig[] = [
  { id: "ci", hash: ci.hash, scopes: ["codemode:execute"], capabilities: {} },
  { id: "ops", hash: ops.hash, scopes: ["*"] },
];
const byKey = createAuthenticator(
  { auth: { ...NONE, provider: "api-key", keys: KEYS }, capabilities: CAPABILITIES },
  { clock: new FakeClock() },
);

Deno.test("none makes everybody anonymous with the configured grant", async () => {
  const { authenticate } = createAuthenticator(
    { auth: NONE, capabilities: CAPABILITIES },
    { clock: new FakeClock() },
  );
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

Deno.test("servers named, even none, are the servers granted", () => {
  assert.deepEqual(defaultGrant({}), { mcp: { allowedServers: ["*"] } });
  assert.deepEqual(defaultGrant({ mcp: { allowedServers: [] } }), { mcp: { allowedServers: [] } });
  assert.deepEqual(defaultGrant({ mcp: { allowedServers: ["a"], allowedTools: ["x"] } }), {
    mcp: { allowedServers: ["a"], allowedTools: ["x"] },
  });
});

Deno.test("keys are random, and only their hashes need to be kept", () => {
  assert.match(ci.key, /^cm_[A-Za-z0-9_-]{43}$/);
  assert.match(ci.hash, /^sha256:[0-9a-f]{64}$/);
  assert.notEqual(ci.key, ops.key);
});

Deno.test("a key is its principal, sent either way or both", async () => {
  const grant = {
    mcp: { maxCallsPerSecond: 9, allowedServers: ["*"] },
    network: { allowedHosts: ["a.com"] },
  };
  const bearer = { authorization: `bearer ${ci.key}` };
  const expected = { id: "ci", scopes: ["codemode:execute"], grant: {} };
  assert.deepEqual(await byKey.authenticate(new Headers(bearer)), expected);
  const both = new Headers({ ...bearer, "x-api-key": ci.key });
  assert.deepEqual(await byKey.authenticate(both), expected);
  const own = new Headers({ "x-api-key": ops.key });
  assert.deepEqual(await byKey.authenticate(own), { id: "ops", scopes: ["*"], grant });
});

const refusals: readonly [string, Record<string, string>, string, string | undefined][] = [
  [
    "nothing",
    {},
    "credentials are missing; send a key or a token as Authorization: Bearer TOKEN, or as X-API-Key",
    undefined,
  ],
  ["an unknown key", { "x-api-key": createApiKey().key }, "the key is not valid", "invalid_token"],
  [
    "an almost known key",
    { "x-api-key": ci.key.slice(0, -1) },
    "the key is not valid",
    "invalid_token",
  ],
  ["a hash", { "x-api-key": ci.hash }, "the key is not valid", "invalid_token"],
  [
    "another scheme",
    { authorization: "Basic YTpi" },
    "the Authorization header must be: Bearer TOKEN",
    "invalid_request",
  ],
  [
    "an empty token",
    { authorization: "Bearer " },
    "the Authorization header must be: Bearer TOKEN",
    "invalid_request",
  ],
  [
    "an endless token",
    { authorization: `Bearer ${"a".repeat(8193)}` },
    "the Authorization header must be: Bearer TOKEN",
    "invalid_request",
  ],
  [
    "two keys",
    { authorization: `Bearer ${ci.key}`, "x-api-key": ops.key },
    "two different credentials were sent",
    "invalid_request",
  ],
];

for (const [name, headers, why, challenge] of refusals) {
  Deno.test(`${name} is nobody's`, async () => {
    const answered = async () => await byKey.authenticate(new Headers(headers));
    await assert.rejects(answered, {
      code: "UNAUTHENTICATED",
      message: `The caller is not known: ${why}`,
      details: challenge === undefined ? {} : { challenge },
    });
  });
}

Deno.test("who may execute may read, and nothing else follows from anything", () => {
  const may = (scopes: string[], scope: Parameters<typeof hasScope>[1]) =>
    hasScope({ id: "x", scopes, grant: {} }, scope);
  assert.ok(may(["*"], "codemode:metrics"));
  assert.ok(may(["codemode:execute"], "codemode:read"));
  assert.ok(!may(["codemode:read"], "codemode:execute"));
  assert.ok(!may(["codemode:execute"], "codemode:metrics"));
  assert.ok(!may([], "codemode:read"));
});

Deno.test("a provider that is not known stops the start", () => {
  const auth = { ...NONE, provider: "ldap" } as unknown as AuthConfig;
  assert.throws(() => createAuthenticator({ auth, capabilities: {} }, { clock: new FakeClock() }), {
    code: "CONFIG_INVALID",
    message: "security.auth: the provider ldap is not known",
  });
});
