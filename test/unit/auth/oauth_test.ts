/** Tokens: the good ones, and every way in which one is not. */

import assert from "node:assert/strict";
import { createAuthenticator } from "../../../src/auth/mod.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import {
  createTokenKey,
  type KeyAlgorithm,
  signWithSecret,
  type TokenKey,
  unsigned,
} from "../../harness/tokens.ts";

const ISSUER = "https://auth.example";
/** The fake clock stands at the epoch's start; skew reaches 60 s around it. */
const CLAIMS = { iss: ISSUER, aud: "codemode", sub: "ada", iat: 0, exp: 300 };

const INVALID = "the token is not valid";

const KEYS = await Promise.all(
  (["RS256", "PS256", "ES256", "EdDSA"] as const).map((alg) => createTokenKey(alg, alg)),
);
const OTHER = await createTokenKey("RS256", "RS256");
const EC = keyOf("ES256");

function keyOf(kid: KeyAlgorithm): TokenKey {
  const key = KEYS.find((one) => one.kid === kid);
  assert.ok(key);
  return key;
}

function authenticator(auth: Readonly<Record<string, unknown>> = {}) {
  const { security } = parseConfig({
    security: {
      capabilities: { mcp: { allowedServers: [] } },
      auth: {
        provider: "oauth2",
        issuer: ISSUER,
        audience: "codemode",
        jwksUri: `${ISSUER}/keys`,
        ...auth,
      },
    },
  });
  const fetch = () => Promise.resolve(Response.json({ keys: KEYS.map(({ jwk }) => jwk) }));
  return createAuthenticator(security, { clock: new FakeClock(), fetch });
}

function principalOf(token: string, auth?: Readonly<Record<string, unknown>>) {
  return authenticator(auth).authenticate(new Headers({ authorization: `Bearer ${token}` }));
}

async function refuses(token: string, message: string, auth?: Readonly<Record<string, unknown>>) {
  await assert.rejects(principalOf(token, auth), {
    code: "UNAUTHENTICATED",
    message: `The caller is not known: ${message}`,
    details: { challenge: "invalid_token" },
  });
}

for (const key of KEYS) {
  Deno.test(`token: ${key.kid} is verified`, async () => {
    const token = await key.sign({ ...CLAIMS, scope: "codemode:read other" });
    assert.deepEqual(await principalOf(token), {
      id: "ada",
      scopes: ["codemode:read", "other"],
      grant: { mcp: { allowedServers: [], maxCallsPerSecond: 5, maxConcurrentCalls: 3 } },
      // Its own time and the minute by which clocks may differ.
      expiresAt: 360_000,
    });
    const [head, body = "", tail] = token.split(".");
    await refuses(`${head}.${body.slice(0, -1)}x.${tail}`, INVALID);
  });
}

Deno.test("token: forged ones are all told the same", async () => {
  const rsa = keyOf("RS256");
  const header = { alg: "HS256", kid: "RS256", typ: "at+jwt" };
  const valid = await EC.sign(CLAIMS);
  const [head, body] = valid.split(".");
  const forged = [
    unsigned(CLAIMS),
    unsigned(CLAIMS, { alg: "NONE" }),
    `${head}.${body}.`,
    signWithSecret(rsa.pem, CLAIMS, header),
    signWithSecret(JSON.stringify(rsa.jwk), CLAIMS, header),
    signWithSecret("", CLAIMS, { alg: "RS256", kid: "RS256" }),
    await OTHER.sign(CLAIMS),
    await OTHER.sign(CLAIMS, { kid: "unknown" }),
    await OTHER.sign(CLAIMS, { jwk: OTHER.jwk }),
    await OTHER.sign(CLAIMS, { jku: "https://evil.example/keys", x5u: "https://evil.example" }),
    await EC.sign(CLAIMS, { crit: ["x"], x: 1 }),
    await EC.sign(CLAIMS, { crit: ["b64"], b64: false }),
    await EC.sign(CLAIMS, { kid: 7 }),
    // An expired or foreign token without a right signature learns nothing of that.
    await OTHER.sign({ ...CLAIMS, exp: -9999 }),
    await OTHER.sign({ ...CLAIMS, aud: "other" }),
    "a.b.c",
    "not-a-token",
    "e30.e30.e30",
    `${valid}.${valid}`,
    `${valid}a`,
  ];
  for (const token of forged) await refuses(token, INVALID);
});

for (
  const [claims, message] of [
    [{ aud: "other" }, "the token is for another audience"],
    [{ aud: ["other", "codemode2"] }, "the token is for another audience"],
    [{ aud: undefined }, "the token is for another audience"],
    [{ iss: `${ISSUER}/` }, "the token is of another issuer"],
    [{ iss: undefined }, "the token is of another issuer"],
    [{ exp: -61 }, "the token has expired"],
    [{ exp: -60 }, "the token has expired"],
    [{ exp: undefined }, "the token's exp is not valid"],
    [{ exp: "300" }, "the token's exp is not valid"],
    [{ nbf: 61 }, "the token is not valid yet"],
    [{ iat: 61 }, "the token was issued in the future"],
    [{ iat: "0" }, "the token's iat is not valid"],
    [{ sub: undefined }, "the token names nobody"],
    [{ sub: "" }, "the token's subject is not a name"],
    [{ sub: 7 }, "the token's subject is not a name"],
    [{ sub: "a\nb" }, "the token's subject is not a name"],
    [{ sub: "a\ud800" }, "the token's subject is not a name"],
    [{ sub: "a".repeat(257) }, "the token's subject is not a name"],
    [{ sub: undefined, client_id: "robot", azp: "robot" }, "the token names nobody"],
    [{ sub: "a\u202eb" }, "the token's subject is not a name"],
    [{ sub: "a\u2028b" }, "the token's subject is not a name"],
    [{ sub: ["ada"] }, "the token's subject is not a name"],
    [{ sub: null }, "the token's subject is not a name"],
    [{ aud: [] }, "the token is for another audience"],
    [{ aud: 7 }, "the token is for another audience"],
    [{ aud: "codemode other" }, "the token is for another audience"],
    [{ cnf: { jkt: "x" } }, "the token is bound to a key, which cannot be proven here"],
  ] as const
) {
  Deno.test(`token: ${JSON.stringify(claims).slice(0, 40)}: ${message}`, async () => {
    await refuses(await EC.sign({ ...CLAIMS, ...claims }), message);
  });
}

Deno.test("token: clocks may differ by the skew and not by more", async () => {
  const id = async (claims: Readonly<Record<string, unknown>>, auth = {}) =>
    (await principalOf(await EC.sign({ ...CLAIMS, ...claims }), auth)).id;
  assert.equal(await id({ exp: -59, iat: 60, nbf: 60 }), "ada");
  assert.equal(await id({ exp: -119 }, { clockSkew: "2m" }), "ada");
  await refuses(await EC.sign({ ...CLAIMS, exp: 0 }), "the token has expired", { clockSkew: 0 });
  assert.equal(await id({ iat: undefined }), "ada");
});

Deno.test("token: the kinds that are access tokens", async () => {
  for (const typ of ["JWT", "at+jwt", "AT+JWT", "application/at+jwt", undefined]) {
    assert.equal((await principalOf(await EC.sign(CLAIMS, { typ }))).id, "ada");
  }
  for (const typ of ["dpop+jwt", "logout+jwt", "at+jwt2", "", 7, ["JWT"]]) {
    await refuses(await EC.sign(CLAIMS, { typ }), "the token is not an access token");
  }
});

Deno.test("token: an audience in a list is enough, the longest id is one", async () => {
  const id = async (claims: Readonly<Record<string, unknown>>) =>
    (await principalOf(await EC.sign({ ...CLAIMS, ...claims }))).id;
  assert.equal(await id({ aud: ["other", 7, "codemode"] }), "ada");
  assert.equal(await id({ sub: "é".repeat(256) }), "é".repeat(256));
});

Deno.test("token: scopes as text, as lists, and never everything", async () => {
  const scopes = async (claims: Readonly<Record<string, unknown>>) =>
    (await principalOf(await EC.sign({ ...CLAIMS, ...claims }))).scopes;
  assert.deepEqual(await scopes({}), []);
  assert.deepEqual(await scopes({ scope: "a  b a" }), ["a", "b"]);
  assert.deepEqual(await scopes({ scp: ["a", 7, null, "b"] }), ["a", "b"]);
  assert.deepEqual(await scopes({ scp: "a b", scope: "c" }), ["c", "a", "b"]);
  assert.deepEqual(await scopes({ scope: { a: 1 }, scp: 7 }), []);
  assert.deepEqual(await scopes({ scope: "* a", scp: ["*"] }), ["a"]);
  assert.deepEqual(await scopes({ scope: `a ${"b".repeat(257)}` }), ["a"]);
  const many = Array.from({ length: 65 }, (_, index) => `s${index}`);
  assert.deepEqual(await scopes({ scp: many }), many.slice(0, 64));
});

Deno.test("token: scopes decide on the grant where the configuration says so", async () => {
  const tools = { mcp: { allowedServers: ["tools"] } };
  const auth = { scopes: { "s:tools": tools, "s:env": { system: { environment: ["X"] } } } };
  const grant = async (scope: string) =>
    (await principalOf(await EC.sign({ ...CLAIMS, scope }), auth)).grant;
  assert.deepEqual(await grant("s:tools s:env"), {
    mcp: { allowedServers: ["tools"], maxCallsPerSecond: 5, maxConcurrentCalls: 3 },
    system: { environment: ["X"] },
  });
  // Leaving scopes out, or naming what every object has, widens nothing.
  assert.deepEqual(await grant("codemode:execute constructor __proto__"), {});
});

Deno.test("token: nothing sent is told how to send one, and no error", async () => {
  const missing =
    "The caller is not known: credentials are missing; send a key or a token as Authorization: Bearer TOKEN, or as X-API-Key";
  await assert.rejects(authenticator().authenticate(new Headers()), {
    code: "UNAUTHENTICATED",
    message: missing,
    details: {},
  });
});

Deno.test("token: oauth2 without an issuer or an audience does not start", () => {
  const auth = { provider: "oauth2", keys: [], scopes: {}, clockSkewMs: 0 } as const;
  for (const half of [{}, { issuer: ISSUER }, { audience: "codemode" }]) {
    assert.throws(
      () =>
        createAuthenticator({ auth: { ...auth, ...half }, capabilities: {} }, {
          clock: new FakeClock(),
        }),
      {
        code: "CONFIG_INVALID",
        message: "security.auth: oauth2 needs an issuer and an audience",
      },
    );
  }
});
