/** Tokens against an authorization server that really answers, rotates its keys, lies and goes away. */

import assert from "node:assert/strict";
import {
  base64url,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  SignJWT,
} from "jose";
import { type Authenticator, createAuthenticator } from "../../../src/auth/mod.ts";
import type { AuthConfig } from "../../../src/config/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const AUDIENCE = "https://codemode.example/";
const NOW_MS = Date.parse("2030-01-01T00:00:00Z");
const MEMORY = { mcp: { allowedServers: ["memory"] } };

type Claims = Record<string, unknown>;

interface Key {
  readonly kid: string;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

/** A server whose answers a test may change at any time. */
interface Issuer extends AsyncDisposable {
  readonly url: string;
  keys: readonly Key[];
  metadata: Record<string, unknown>;
  isDown: boolean;
  readonly asked: string[];
}

async function newKey(kid: string): Promise<Key> {
  return { kid, ...await generateKeyPair("ES256", { extractable: true }) };
}

async function startIssuer(): Promise<Issuer> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const url = `http://127.0.0.1:${server.addr.port}`;
  const issuer: Issuer = {
    url,
    keys: [await newKey("one")],
    metadata: { issuer: url, jwks_uri: `${url}/keys` },
    isDown: false,
    asked: [],
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    issuer.asked.push(pathname);
    if (issuer.isDown) return new Response("down", { status: 503 });
    if (pathname === "/keys") {
      const jwks: JWK[] = [];
      for (const { kid, publicKey } of issuer.keys) {
        jwks.push({ ...await exportJWK(publicKey), kid, alg: "ES256", use: "sig" });
      }
      return Response.json({ keys: jwks });
    }
    return pathname === "/.well-known/openid-configuration"
      ? Response.json(issuer.metadata)
      : new Response("no", { status: 404 });
  }
  return issuer;
}

function connect(issuer: Issuer, changes: Partial<AuthConfig> = {}): [Authenticator, FakeClock] {
  const clock = new FakeClock();
  clock.advance(NOW_MS);
  const auth: AuthConfig = {
    provider: "oauth2",
    issuer: issuer.url,
    audience: AUDIENCE,
    keys: [],
    scopes: {},
    clockSkewMs: 60_000,
    ...changes,
  };
  return [createAuthenticator({ auth, capabilities: {} }, clock), clock];
}

async function sign(
  issuer: Issuer,
  claims: Claims = {},
  key = issuer.keys[0]!,
): Promise<string> {
  const at = NOW_MS / 1000;
  const payload = { iss: issuer.url, aud: AUDIENCE, sub: "ada", iat: at, exp: at + 300, ...claims };
  return await new SignJWT(payload).setProtectedHeader({
    alg: "ES256",
    kid: key.kid,
    typ: "at+jwt",
  })
    .sign(key.privateKey);
}

const bearer = (token: string) => new Headers({ authorization: `Bearer ${token}` });

async function refusal(authenticator: Authenticator, token: string): Promise<string> {
  try {
    await authenticator.authenticate(bearer(token));
    return "let in";
  } catch (error) {
    const { code, message, details } = error as { code: string; message: string; details: object };
    return `${code} ${message} ${JSON.stringify(details)}`;
  }
}

const invalid = (why: string) =>
  `UNAUTHENTICATED The caller is not known: the token is not valid: ${why} {"challenge":"invalid_token"}`;

Deno.test("a token is its subject with its scopes; mapped scopes grant, others do not", async () => {
  await using issuer = await startIssuer();
  const [plain] = connect(issuer);
  const token = await sign(issuer, { scope: "codemode:execute team:memory *" });
  assert.deepEqual(await plain.authenticate(bearer(token)), {
    id: "ada",
    scopes: ["codemode:execute", "team:memory"],
    grant: { mcp: { allowedServers: ["*"] } },
  });
  const [mapped] = connect(issuer, { scopes: { "team:memory": MEMORY } });
  assert.deepEqual((await mapped.authenticate(bearer(token))).grant, MEMORY);
  const unmapped = await mapped.authenticate(bearer(await sign(issuer, { scp: ["constructor"] })));
  assert.deepEqual([unmapped.scopes, unmapped.grant], [["constructor"], {}]);
});

Deno.test("tokens that are not for us, or not yet, or no more, are refused", async () => {
  await using issuer = await startIssuer();
  const [authenticator, clock] = connect(issuer);
  const at = clock.now() / 1000;
  const cases: readonly [Claims, string][] = [
    [{ aud: "https://other.example/" }, 'its claim "aud"'],
    [{ aud: undefined }, 'its claim "aud"'],
    [{ iss: "https://evil.example" }, 'its claim "iss"'],
    [{ exp: at - 61 }, "it has expired"],
    [{ exp: undefined }, 'its claim "exp"'],
    [{ nbf: at + 61 }, 'its claim "nbf"'],
    [{ sub: undefined }, "it names nobody"],
    [{ sub: "" }, "it names nobody"],
  ];
  for (const [claims, why] of cases) {
    assert.equal(await refusal(authenticator, await sign(issuer, claims)), invalid(why));
  }
  assert.equal(await refusal(authenticator, await sign(issuer, { exp: at - 59 })), "let in");
  assert.equal(await refusal(authenticator, "a.b.c"), invalid("its form"));
});

Deno.test("no algorithm, a symmetric one, another key and a changed text are refused", async () => {
  await using issuer = await startIssuer();
  const [authenticator] = connect(issuer);
  const token = await sign(issuer);
  const [, payload = "", signature = ""] = token.split(".");
  const none = base64url.encode(JSON.stringify({ alg: "none", typ: "at+jwt" }));
  assert.equal(await refusal(authenticator, `${none}.${payload}.`), invalid("its algorithm"));
  const secret = new TextEncoder().encode(await exportSPKI(issuer.keys[0]!.publicKey));
  const forged = await new SignJWT({ sub: "ada" })
    .setProtectedHeader({ alg: "HS256", kid: "one" }).sign(secret);
  assert.equal(await refusal(authenticator, forged), invalid("its algorithm"));
  const stranger = await sign(issuer, {}, { ...await newKey("one") });
  assert.equal(await refusal(authenticator, stranger), invalid("its signature"));
  const header = base64url.encode(JSON.stringify({ alg: "ES256", kid: "one" }));
  const other = base64url.encode(JSON.stringify({ sub: "eve" }));
  assert.equal(
    await refusal(authenticator, `${header}.${other}.${signature}`),
    invalid("its signature"),
  );
  const logout = await new SignJWT({ iss: issuer.url, aud: AUDIENCE, sub: "ada", exp: 2e9 })
    .setProtectedHeader({ alg: "ES256", kid: "one", typ: "logout+jwt" })
    .sign(issuer.keys[0]!.privateKey);
  assert.equal(await refusal(authenticator, logout), invalid("its type"));
});

Deno.test("keys are fetched once, and unknown ones do not make the issuer be asked at will", async () => {
  await using issuer = await startIssuer();
  const [authenticator] = connect(issuer, { jwksUri: `${issuer.url}/keys` });
  assert.equal(await refusal(authenticator, await sign(issuer)), "let in");
  assert.equal(await refusal(authenticator, await sign(issuer)), "let in");
  const unknown = await sign(issuer, {}, await newKey("two"));
  for (let round = 0; round < 5; round += 1) {
    assert.equal(await refusal(authenticator, unknown), invalid("its key is not known"));
  }
  assert.deepEqual(issuer.asked, ["/keys"]);
  issuer.isDown = true;
  assert.equal(await refusal(authenticator, await sign(issuer)), "let in");
});

Deno.test("a rotated key is taken by who has not asked lately", async () => {
  await using issuer = await startIssuer();
  const two = await newKey("two");
  issuer.keys = [...issuer.keys, two];
  const [authenticator] = connect(issuer);
  assert.equal(await refusal(authenticator, await sign(issuer, {}, two)), "let in");
  assert.deepEqual(issuer.asked, [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/keys",
  ]);
});

Deno.test("an issuer that is away is no fault of the caller, and is asked again", async () => {
  await using issuer = await startIssuer();
  const [authenticator] = connect(issuer);
  issuer.isDown = true;
  const message = `The keys of ${issuer.url} cannot be had, so no token can be checked`;
  const away = `IDENTITY_PROVIDER_UNAVAILABLE ${message} {}`;
  assert.equal(await refusal(authenticator, await sign(issuer)), away);
  issuer.isDown = false;
  assert.equal(await refusal(authenticator, await sign(issuer)), "let in");
});

Deno.test("metadata about another issuer names no keys of this one", async () => {
  await using issuer = await startIssuer();
  const [authenticator] = connect(issuer);
  issuer.metadata = { issuer: "https://evil.example", jwks_uri: `${issuer.url}/keys` };
  assert.match(await refusal(authenticator, await sign(issuer)), /^IDENTITY_PROVIDER_UNAVAILABLE /);
});
