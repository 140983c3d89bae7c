/** Rates, origins and what every answer tells a browser, without a socket. */

import assert from "node:assert/strict";
import type { Principal } from "../../../src/auth/mod.ts";
import { CodemodeError } from "../../../src/base/errors.ts";
import { scriptedApp } from "./scripted_app.ts";

const CODE = '{"code":"return 42"}';

/** Status and error code of an answer. */
async function said(response: Response): Promise<[number, string | null]> {
  const text = await response.text();
  return [response.status, text === "" ? null : JSON.parse(text).error?.code ?? null];
}

/** Knows `Bearer <name>` for each of `names`. */
function knowing(...names: string[]) {
  return (headers: Headers): Promise<Principal> => {
    const name = (headers.get("authorization") ?? "").replace("Bearer ", "");
    if (names.includes(name)) return Promise.resolve({ id: name, scopes: ["*"], grant: {} });
    return Promise.reject(new CodemodeError("UNAUTHENTICATED", "No such token"));
  };
}

const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

Deno.test("rates: a principal above its rate is 429 with Retry-After, others are not", async () => {
  const { clock, post, asked } = scriptedApp({
    authenticate: knowing("a", "b"),
    server: { limits: { requestsPerSecond: 0.25, burst: 2 } },
  });
  const ask = async (name: string) => await said(await post(CODE, bearer(name)));
  assert.deepEqual([await ask("a"), await ask("a")], [[200, null], [200, null]]);
  const refused = await post(CODE, bearer("a"));
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "4");
  const { error } = await refused.json();
  assert.deepEqual([error.code, error.message, error.details], [
    "RATE_LIMITED",
    "More than 0.25 requests a second",
    { limit: "requestsPerSecond", retryAfterMs: 4000 },
  ]);
  assert.deepEqual(await ask("b"), [200, null]);
  clock.advance(3999);
  assert.deepEqual(await ask("a"), [429, "RATE_LIMITED"]);
  clock.advance(1);
  assert.deepEqual(await ask("a"), [200, null]);
  assert.equal(asked.length, 4);
});

Deno.test("rates: keys cannot be guessed fast, and a right guess is not told from a wrong one", async () => {
  const { app, clock, asked } = scriptedApp({
    authenticate: knowing("right"),
    server: { limits: { failuresPerMinute: 3 } },
  });
  const from = async (remoteAddress: string, headers: Record<string, string>) =>
    await said(
      await app.fetch(
        new Request("http://localhost/runtimes", { headers }),
        { remoteAddress },
      ),
    );
  for (const guess of ["1", "2", "3"]) {
    assert.deepEqual(await from("2001:db8::1", bearer(guess)), [401, "UNAUTHENTICATED"]);
  }
  assert.deepEqual(await from("2001:db8::2", bearer("4")), [429, "RATE_LIMITED"]);
  assert.deepEqual(await from("2001:db8::3", bearer("right")), [429, "RATE_LIMITED"]);
  assert.deepEqual(await from("2001:db8::3", { "x-api-key": "5" }), [429, "RATE_LIMITED"]);
  // One that shows no credential guesses nothing, and may learn how to show one.
  assert.deepEqual(await from("2001:db8::3", {}), [401, "UNAUTHENTICATED"]);
  assert.deepEqual(await from("192.0.2.7", bearer("right")), [200, null]);
  clock.advance(20_000);
  assert.deepEqual(await from("2001:db8::1", bearer("right")), [200, null]);
  assert.deepEqual(asked, []);
});

Deno.test("rates: asking without a credential, however often, is not counted as guessing", async () => {
  const { send } = scriptedApp({
    authenticate: knowing("right"),
    server: { limits: { failuresPerMinute: 1 } },
  });
  for (let count = 0; count < 5; count += 1) {
    assert.deepEqual(await said(await send("/runtimes")), [401, "UNAUTHENTICATED"]);
  }
  assert.equal((await send("/runtimes", { headers: bearer("right") })).status, 200);
});

Deno.test("rates: addresses behind a trusted proxy are told apart, others cannot pretend", async () => {
  const { app } = scriptedApp({
    authenticate: knowing("right"),
    server: { limits: { failuresPerMinute: 1 }, trustedProxies: ["10.0.0.1"] },
  });
  const from = async (remoteAddress: string, forwarded: string) => {
    const headers = { ...bearer("wrong"), "x-forwarded-for": forwarded };
    const request = new Request("http://localhost/runtimes", { headers });
    return (await said(await app.fetch(request, { remoteAddress })))[0];
  };
  assert.equal(await from("10.0.0.1", "192.0.2.1"), 401);
  assert.equal(await from("10.0.0.1", "192.0.2.2"), 401);
  assert.equal(await from("10.0.0.1", "192.0.2.9, 192.0.2.1"), 429);
  assert.equal(await from("192.0.2.3", "192.0.2.4"), 401);
  assert.equal(await from("192.0.2.3", "192.0.2.5"), 429);
});

Deno.test("retry-after: what an error says in milliseconds is whole seconds, rounded up", async () => {
  const of = async (code: "QUEUE_FULL" | "SHUTTING_DOWN", details: Record<string, unknown>) => {
    const { post } = scriptedApp({
      execute: () => Promise.reject(new CodemodeError(code, "Not now", { details })),
    });
    const response = await post(CODE);
    await response.body?.cancel();
    return [response.status, response.headers.get("retry-after")];
  };
  assert.deepEqual(await of("QUEUE_FULL", { retryAfterMs: 4001 }), [503, "5"]);
  assert.deepEqual(await of("QUEUE_FULL", { retryAfterMs: 3 }), [503, "1"]);
  assert.deepEqual(await of("SHUTTING_DOWN", {}), [503, "1"]);
});

Deno.test("origins: a page of another site cannot send, read or embed; following a link is fine", async () => {
  const app = "https://app.example";
  const { app: http, asked } = scriptedApp({ server: { cors: { enabled: true, origins: [app] } } });
  const ask = async (method: string, path: string, headers: Record<string, string>) => {
    const init = method === "POST"
      ? { method, headers: { "content-type": "application/json", ...headers }, body: CODE }
      : { method, headers };
    const response = await http.fetch(new Request(`http://localhost:3000${path}`, init));
    await response.body?.cancel();
    return response.status;
  };
  const foreign = ["https://evil.example", "null", "http://localhost:8080", "http://localhost", ""];
  for (const origin of [...foreign, `${app}.evil.example`, `${app}:444`, "HTTPS://APP.EXAMPLE"]) {
    for (const path of ["/execute", "/api/v1/execute", "/api/v1/check", "/nowhere"]) {
      assert.equal(await ask("POST", path, { origin }), 403, `${origin} ${path}`);
    }
    assert.equal(await ask("GET", "/runtimes", { origin }), 403, origin);
    assert.equal(await ask("PUT", "/health", { origin }), 403, origin);
  }
  for (const site of ["cross-site", "same-site", "strange"]) {
    const headers = { "sec-fetch-site": site };
    assert.equal(await ask("POST", "/execute", headers), 403, site);
    assert.equal(await ask("GET", "/runtimes", { ...headers, "sec-fetch-mode": "no-cors" }), 403);
    const navigate = { ...headers, "sec-fetch-mode": "navigate" };
    assert.equal(
      await ask("GET", "/openapi.json", { ...navigate, "sec-fetch-dest": "iframe" }),
      403,
    );
    assert.equal(
      await ask("GET", "/openapi.json", { ...navigate, "sec-fetch-dest": "document" }),
      200,
    );
    assert.equal(await ask("POST", "/execute", { ...navigate, "sec-fetch-dest": "document" }), 403);
  }
  assert.deepEqual(asked, []);
  const own = ["http://localhost:3000", "https://localhost:3000", app];
  for (const origin of own) assert.equal(await ask("POST", "/execute", { origin }), 200, origin);
  assert.equal(await ask("POST", "/execute", { origin: app, "sec-fetch-site": "cross-site" }), 200);
  assert.equal(await ask("GET", "/runtimes", { "sec-fetch-site": "same-origin" }), 200);
  assert.equal(await ask("GET", "/runtimes", { "sec-fetch-site": "none" }), 200);
  assert.equal(asked.length, 4);
});

Deno.test("origins: what is listed while CORS is off is foreign; behind TLS so is plain HTTP", async () => {
  const ask = async (server: Record<string, unknown>, origin: string) => {
    const { send } = scriptedApp({ server });
    return (await said(await send("/runtimes", { headers: { origin } })))[0];
  };
  const listed = { cors: { enabled: false, origins: ["https://app.example"] } };
  assert.equal(await ask(listed, "https://app.example"), 403);
  const reasonOf = async (origin: string) => {
    const { send } = scriptedApp({ server: listed });
    return (await (await send("/runtimes", { headers: { origin } })).json()).error.message;
  };
  assert.equal(
    await reasonOf("https://app.example"),
    "Requests from https://app.example are not accepted; server.cors.enabled is false",
  );
  assert.equal(
    await reasonOf("https://evil.example"),
    "Requests from https://evil.example are not accepted; see server.cors.origins",
  );
  assert.equal(await ask({ behindTls: true }, "http://localhost"), 403);
  assert.equal(await ask({ behindTls: true }, "https://localhost"), 200);
});

Deno.test("origins: a preflight of a foreign page is answered without leave", async () => {
  const { send } = scriptedApp({
    server: { cors: { origins: ["https://a.example"] } },
  });
  const preflight = async (origin: string) => {
    const headers = { origin, "access-control-request-method": "POST" };
    const response = await send("/execute", { method: "OPTIONS", headers });
    await response.body?.cancel();
    return response.headers.get("access-control-allow-origin");
  };
  assert.equal(await preflight("https://a.example"), "https://a.example");
  assert.equal(await preflight("https://evil.example"), null);
});

Deno.test("headers: every answer, failures too, tells browsers to keep it to themselves", async () => {
  const expected = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": null,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  };
  const of = async (app: ReturnType<typeof scriptedApp>, path: string, init?: RequestInit) => {
    const response = await app.send(path, init);
    await response.body?.cancel();
    const { headers } = response;
    return Object.fromEntries(Object.keys(expected).map((name) => [name, headers.get(name)]));
  };
  const plain = scriptedApp();
  for (const path of ["/runtimes", "/health", "/metrics", "/openapi.json", "/nowhere"]) {
    assert.deepEqual(await of(plain, path), expected, path);
  }
  assert.deepEqual(await of(plain, "/execute", { method: "POST" }), expected);
  assert.deepEqual(
    await of(plain, "/runtimes", { headers: { origin: "https://evil.example" } }),
    expected,
  );
  const docs = await of(plain, "/docs");
  assert.match(docs["content-security-policy"] ?? "", /frame-ancestors 'none'$/);
  const tls = await of(scriptedApp({ server: { behindTls: true } }), "/runtimes");
  assert.deepEqual(tls, { ...expected, "strict-transport-security": "max-age=31536000" });
});

Deno.test("names: where names are listed they are looked at on any address", async () => {
  const ask = async (server: Record<string, unknown>, name: string) => {
    const { app } = scriptedApp({ host: "192.0.2.1", server, authenticate: knowing("a") });
    const request = new Request(`http://${name}/runtimes`, { headers: bearer("a") });
    return (await said(await app.fetch(request)))[0];
  };
  assert.equal(await ask({}, "any.example"), 200);
  const listed = { allowedHosts: ["tools.example"] };
  assert.equal(await ask(listed, "any.example"), 403);
  assert.equal(await ask(listed, "tools.example"), 200);
  assert.equal(await ask(listed, "192.0.2.1:3000"), 200);
});

Deno.test("metrics: what is refused is counted by its code", async () => {
  const { send } = scriptedApp();
  await (await send("/runtimes", { headers: { origin: "https://evil.example" } })).body?.cancel();
  const text = await (await send("/metrics")).text();
  assert.match(text, /^codemode_http_refused_total\{code="FORBIDDEN"\} 1$/m);
});

Deno.test("challenges: where a proxy ends TLS, the address that is told is the one callers know", async () => {
  const { app } = scriptedApp({
    authenticate: knowing(),
    server: { behindTls: true, allowedHosts: ["api.example"] },
  });
  const ask = async (path: string) => await app.fetch(new Request(`http://api.example${path}`));
  const refused = await ask("/runtimes");
  await refused.body?.cancel();
  const metadata = "https://api.example/.well-known/oauth-protected-resource";
  assert.equal(
    refused.headers.get("www-authenticate"),
    `Bearer realm="codemode", resource_metadata="${metadata}"`,
  );
  const { resource } = await (await ask("/.well-known/oauth-protected-resource")).json();
  assert.equal(resource, "https://api.example");
});
