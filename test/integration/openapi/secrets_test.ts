/** What an API repeats of the host's proofs, and whose token is refused, over real sockets. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { systemClock } from "../../../src/base/clock.ts";
import { createDeferred } from "../../../src/base/deferred.ts";
import { Secret } from "../../../src/base/secret.ts";
import { ClientTokens } from "../../../src/openapi/client_tokens.ts";
import { HANDLED, type HttpApi, startHttpApi } from "../../harness/http_api.ts";
import { openTestApi } from "../../harness/open_api.ts";

const NEVER = new AbortController().signal;
const TOKEN = "host/token+of=the~host";

function documentOf(scheme: unknown): Record<string, unknown> {
  return {
    openapi: "3.1.0",
    paths: { "/x": { get: { operationId: "x", parameters: [{ name: "as", in: "query" }] } } },
    components: { securitySchemes: { s: scheme } },
  };
}

Deno.test("a credential that an API repeats in another spelling is hidden", async (t) => {
  const bytes = (text: string) => Buffer.from(text);
  const answers: Record<string, [type: string, body: Uint8Array | string]> = {
    "its token alone": ["application/json", JSON.stringify({ token: TOKEN })],
    "a text of JSON": ["text/plain", JSON.stringify({ token: `"${TOKEN}"` })],
    "an address": ["text/html", `<a href="/?t=${encodeURIComponent(TOKEN)}&amp;x">`],
    "base64": ["application/json", JSON.stringify(bytes(`x:${TOKEN}`).toString("base64"))],
    "an unknown type": ["application/x-unknown", bytes(`\xff ${TOKEN}`)],
    "bytes that are no text": ["text/plain", Buffer.concat([new Uint8Array([255]), bytes(TOKEN)])],
    "a header": ["text/plain", ""],
  };
  await using http = await startHttpApi(({ url }, response) => {
    const as = new URL(url, "http://a").searchParams.get("as") ?? "";
    const [type, body] = answers[as]!;
    response.writeHead(as === "a header" ? 500 : 200, { "content-type": type, "x-token": TOKEN });
    response.end(body);
    return HANDLED;
  });
  await using test = await openTestApi({
    document: documentOf({ type: "http", scheme: "bearer" }),
    baseUrl: http.url,
    auth: { s: { token: TOKEN } },
    headers: { "x-more": "Bearer of-another-proxy" },
  });
  for (const as of Object.keys(answers)) {
    await t.step(as, async () => {
      const [result] = await Promise.allSettled([test.call("x", { as })]);
      const told = JSON.stringify(
        result,
        (_, value) =>
          value instanceof Uint8Array
            ? bytes(Buffer.from(value).toString("latin1")).toString()
            : value instanceof Error
            ? Object.assign({}, value, { message: value.message })
            : value,
      );
      const decoded = [told, decodeURIComponent(told), atobAll(told)].join("\n");
      assert.equal(decoded.includes("token+of"), false, decoded);
      if (as !== "a header") assert.ok(told.includes("[secret]"), told);
    });
  }
  await t.step("a header of the configuration without its scheme", async () => {
    answers["proxy"] = ["text/plain", "you are of-another-proxy"];
    assert.equal(await test.call("x", { as: "proxy" }), "you are [secret]");
  });
});

function atobAll(text: string): string {
  return (text.match(/[A-Za-z0-9+/]{12,}/g) ?? [])
    .map((one) => Buffer.from(one, "base64").toString("latin1")).join(" ");
}

Deno.test("an address that cannot be reached is logged without its key", async () => {
  let url = "";
  {
    await using gone = await startHttpApi(() => 1);
    url = gone.url;
  }
  await using test = await openTestApi({
    document: documentOf({ type: "apiKey", in: "query", name: "key" }),
    baseUrl: url,
    auth: { s: { value: TOKEN } },
  });
  const { cause } = await test.failure("x");
  assert.ok(cause instanceof Error);
  assert.equal(`${cause.message}${cause.stack}${cause.cause}`.includes("of%3Dthe"), false);
  assert.equal(`${cause.message}${cause.stack}${cause.cause}`.includes("of=the"), false);
});

Deno.test("the token that was sent is hidden, also where it was renewed meanwhile", async () => {
  let issued = 0;
  const held = createDeferred<void>();
  const isWaiting = createDeferred<void>();
  await using http = await startHttpApi(async ({ url, headers }, response) => {
    if (url === "/token") return { access_token: `token-number-${++issued}`, expires_in: 3600 };
    const sent = String(headers["authorization"]).slice("Bearer ".length);
    if (url.endsWith("as=slow")) {
      isWaiting.resolve();
      await held.promise;
      return { sent, newest: `token-number-${issued}` };
    }
    if (sent === "token-number-1") {
      response.writeHead(401).end();
      return HANDLED;
    }
    return { sent };
  });
  const flows = { clientCredentials: { tokenUrl: "/token" } };
  await using test = await openTestApi({
    document: documentOf({ type: "oauth2", flows }),
    baseUrl: http.url,
    auth: { s: { clientId: "me", clientSecret: "client secret" } },
  });
  const slow = test.call("x", { as: "slow" });
  await isWaiting.promise;
  assert.deepEqual(await test.call("x"), { sent: "[secret]" });
  assert.equal(issued, 2);
  held.resolve();
  assert.deepEqual(await slow, { sent: "[secret]", newest: "[secret]" });
});

function tokensOf(http: HttpApi, life: AbortSignal = NEVER): ClientTokens {
  const client = { clientId: "me", clientSecret: new Secret("client secret") };
  return new ClientTokens({
    url: new URL(http.url),
    client,
    scopes: [],
    clock: systemClock,
    life,
    ask: fetch,
  });
}

Deno.test("a token's late refusal does not renew the one that came after it", async () => {
  let issued = 0;
  await using http = await startHttpApi(() => ({ access_token: `t${++issued}` }));
  const tokens = tokensOf(http);
  assert.equal(await tokens.token(NEVER), "t1");
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => tokens.token(NEVER, "t1"))), [
    "t2",
    "t2",
    "t2",
  ]);
  assert.equal(await tokens.token(NEVER, "t1"), "t2");
  assert.equal(await tokens.token(NEVER, "t2"), "t3");
  assert.equal(issued, 3);
});

Deno.test("who gives up waiting for a token leaves it to the others", async () => {
  const held = createDeferred<void>();
  await using http = await startHttpApi(async () => {
    await held.promise;
    return { access_token: "t1" };
  });
  const tokens = tokensOf(http);
  const one = new AbortController();
  const [first, second] = [tokens.token(one.signal), tokens.token(NEVER)];
  one.abort(new Error("enough"));
  await assert.rejects(first, { message: "enough" });
  await assert.rejects(tokens.token(AbortSignal.abort(new Error("before"))), { message: "before" });
  held.resolve();
  assert.equal(await second, "t1");
  assert.equal(http.requests.length, 1);
});

Deno.test("a token endpoint that fails when nobody waits any more fails nobody", async () => {
  const isAsked = createDeferred<void>();
  await using http = await startHttpApi(() => {
    isAsked.resolve();
    return HANDLED;
  });
  const life = new AbortController();
  const tokens = tokensOf(http, life.signal);
  const one = new AbortController();
  const waiting = tokens.token(one.signal);
  await isAsked.promise;
  one.abort(new Error("enough"));
  await assert.rejects(waiting, { message: "enough" });
  const late = tokens.token(AbortSignal.abort(new Error("before")));
  await assert.rejects(late, { message: "before" });
  life.abort();
  await assert.rejects(tokens.token(NEVER), { code: "MCP_SERVER_UNAVAILABLE" });
});
