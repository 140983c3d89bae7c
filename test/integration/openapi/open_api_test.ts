/** What goes to an API and what comes back, over real sockets. */

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { HANDLED, startHttpApi } from "../../harness/http_api.ts";
import { openTestApi } from "../../harness/open_api.ts";

const document = (operation: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  openapi: "3.1.0",
  paths: { "/x": { get: { operationId: "x", ...operation } } },
  ...more,
});
const withSchemes = (securitySchemes: unknown, operation: Record<string, unknown> = {}) =>
  document(operation, { components: { securitySchemes } });

Deno.test("each kind of credential is sent, and its parameter is no input", async (t) => {
  await using http = await startHttpApi(({ url, headers }) => ({
    url,
    authorization: headers["authorization"],
    key: headers["x-key"],
    cookie: headers["cookie"],
    fixed: headers["x-fixed"],
  }));
  const kinds: [string, unknown, unknown, Record<string, string>][] = [
    ["a key in a header", { type: "apiKey", in: "header", name: "X-Key" }, { value: "k1" }, {
      url: "/x",
      key: "k1",
    }],
    ["a key in the query", { type: "apiKey", in: "query", name: "api key" }, { value: "k&2" }, {
      url: "/x?api%20key=k%262",
    }],
    ["a key in a cookie", { type: "apiKey", in: "cookie", name: "sid" }, { value: "k;3" }, {
      url: "/x",
      cookie: "sid=k%3B3",
    }],
    ["a name and a password", { type: "http", scheme: "Basic" }, { username: "u", password: "p" }, {
      url: "/x",
      authorization: "Basic dTpw",
    }],
    ["a token", { type: "http", scheme: "bearer" }, { token: "tok" }, {
      url: "/x",
      authorization: "Bearer tok",
    }],
  ];
  for (const [what, scheme, credential, expected] of kinds) {
    await t.step(what, async () => {
      const parameters = [
        { name: "X-Key", in: "header" },
        { name: "api key", in: "query" },
        { name: "sid", in: "cookie" },
        { name: "Authorization", in: "header" },
        { name: "X-Fixed", in: "header" },
      ];
      await using test = await openTestApi({
        document: withSchemes({ s: scheme }, { parameters }),
        baseUrl: http.url,
        auth: { s: credential },
        headers: { "x-FIXED": "yes" },
      });
      assert.deepEqual(await test.call("x"), { ...expected, fixed: "yes" });
      const schema = test.api.group().tools[0]?.inputSchema as { properties: object };
      const hidden = ["X-Fixed", "Authorization"];
      const own = (scheme as { name?: string }).name;
      const left = ["X-Key", "api key", "sid"].filter((name) => name !== own);
      assert.deepEqual(Object.keys(schema.properties), left, hidden.join());
    });
  }
});

Deno.test("an input cannot take the place of a credential", async () => {
  await using http = await startHttpApi(({ url, headers }) => ({ url, cookie: headers["cookie"] }));
  await using test = await openTestApi({
    document: withSchemes({
      q: { type: "apiKey", in: "query", name: "key" },
      c: { type: "apiKey", in: "cookie", name: "sid" },
    }, {
      parameters: [
        { name: "any", in: "query", schema: { type: "object" } },
        { name: "jar", in: "cookie", schema: { type: "object" } },
      ],
    }),
    baseUrl: http.url,
    auth: { q: { value: "the-host" }, c: { value: "the-host" } },
  });
  const answer = await test.call("x", {
    any: { key: "the guest", other: 1 },
    jar: { sid: "the guest", other: 2 },
  });
  const sent = http.requests.at(-1);
  assert.equal(sent?.url, "/x?other=1&key=the-host");
  assert.equal(sent?.headers["cookie"], "other=2; sid=the-host");
  assert.deepEqual(answer, { url: "/x?other=1&key=[secret]", cookie: "other=2; sid=[secret]" });
});

Deno.test("of several alternatives the first that there are secrets for is used", async () => {
  await using http = await startHttpApi(({ headers }) => headers["authorization"] ?? "nothing");
  const bearer = { type: "http", scheme: "bearer" };
  const open = (security: unknown) =>
    openTestApi({
      document: withSchemes({ a: bearer, b: bearer }, { security }),
      baseUrl: http.url,
      auth: { b: { token: "bbb" } },
    });
  const cases: [unknown, string][] = [
    [undefined, "Bearer bbb"],
    [[], "nothing"],
    [[{ a: [] }], "nothing"],
    [[{ a: [] }, { b: [] }], "Bearer bbb"],
    [[{ a: [], b: [] }, {}], "nothing"],
    [[{}, { b: [] }], "Bearer bbb"],
  ];
  for (const [security, expected] of cases) {
    await using test = await open(security);
    assert.equal(await test.call("x"), expected, JSON.stringify(security));
  }
});

Deno.test("tokens of a client are asked once, renewed when refused, and never shown", async () => {
  let issued = 0;
  let valid = "";
  await using http = await startHttpApi(({ url, headers, text }, response) => {
    if (url === "/token") {
      const [user, password] = atob(String(headers["authorization"]).slice(6)).split(":");
      assert.deepEqual([user, decodeURIComponent(password ?? "")], ["me", "client secret"]);
      assert.equal(text, "grant_type=client_credentials&scope=read+write");
      valid = `token-number-${++issued}`;
      return { access_token: valid, token_type: "Bearer", expires_in: 3600 };
    }
    if (headers["authorization"] === `Bearer ${valid}`) return { sent: headers["authorization"] };
    response.writeHead(401).end(`not ${headers["authorization"]}`);
    return HANDLED;
  });
  const flows = { clientCredentials: { tokenUrl: "/token", scopes: { read: "" } } };
  await using test = await openTestApi({
    document: withSchemes({ o: { type: "oauth2", flows } }),
    baseUrl: http.url,
    auth: { o: { clientId: "me", clientSecret: "client secret", scopes: ["read", "write"] } },
  });
  const answers = await Promise.all([1, 2, 3].map(() => test.call("x")));
  assert.deepEqual(answers, Array(3).fill({ sent: "Bearer [secret]" }));
  assert.equal(issued, 1);
  valid = "something else";
  assert.deepEqual(await test.call("x"), { sent: "Bearer [secret]" });
  assert.equal(issued, 2);
  for (const secret of ["client secret", "token-number"]) {
    assert.equal(JSON.stringify(test.log).includes(secret), false);
  }
});

Deno.test("a token that is refused again is not asked for without end", async () => {
  let asked = 0;
  await using http = await startHttpApi(({ url }, response) => {
    if (url === "/token") return { access_token: `long-token-${++asked}` };
    response.writeHead(401, { "content-type": "text/plain" }).end("no");
    return HANDLED;
  });
  const flows = { clientCredentials: { tokenUrl: "/token" } };
  await using test = await openTestApi({
    document: withSchemes({ o: { type: "oauth2", flows } }),
    baseUrl: http.url,
    auth: { o: { clientId: "me", clientSecret: "client secret" } },
  });
  const error = await test.failure("x");
  assert.equal(error.message, "The API answered with status 401: no");
  assert.equal(asked, 2);
});

Deno.test("a failed answer is told with its status and an excerpt, without secrets", async () => {
  const body = { error: "no such pet", key: "key-of-the-host", long: "x".repeat(5_000) };
  await using http = await startHttpApi((_, response) => {
    response.writeHead(404, { "content-type": "application/problem+json" }).end(
      JSON.stringify(body),
    );
    return HANDLED;
  });
  await using test = await openTestApi({
    document: withSchemes({ s: { type: "http", scheme: "bearer" } }),
    baseUrl: http.url,
    auth: { s: { token: "key-of-the-host" } },
  });
  const error = await test.failure("x");
  const shown = JSON.stringify(body).replace("key-of-the-host", "[secret]").slice(0, 2_000);
  assert.equal(error.code, "MCP_TOOL_ERROR");
  assert.equal(error.message, `The API answered with status 404: ${shown.slice(0, 300)}`);
  assert.deepEqual(error.details, {
    server: "api",
    tool: "x",
    status: 404,
    body: shown,
    message: error.message,
  });
});

Deno.test("answers of every kind have a value", async (t) => {
  const kinds: [string, string | undefined, string | Uint8Array, unknown][] = [
    ["JSON", "application/json; charset=utf-8", '{"__proto__":{"a":1},"b":[null]}', undefined],
    ["JSON of a kind", "application/vnd.api+json", "[1]", [1]],
    ["text", "text/csv", "a,b", "a,b"],
    ["XML", "application/xml", "<a/>", "<a/>"],
    ["nothing", "application/json", "", null],
    ["no type", undefined, "plain", "plain"],
    ["bytes", "application/zip", new Uint8Array([0, 255, 1]), new Uint8Array([0, 255, 1])],
    ["an image", "image/png; q=1", new Uint8Array([0, 255, 1]), {
      type: "image",
      data: "AP8B",
      mimeType: "image/png",
    }],
    ["a sound", "audio/mpeg", new Uint8Array([0, 255, 1]), {
      type: "audio",
      data: "AP8B",
      mimeType: "audio/mpeg",
    }],
    ["bytes that say they are text", "text/plain", new Uint8Array([255]), new Uint8Array([255])],
  ];
  let current = kinds[0]!;
  await using http = await startHttpApi((_, response) => {
    const [, type, body] = current;
    response.writeHead(200, type === undefined ? {} : { "content-type": type }).end(body);
    return HANDLED;
  });
  await using test = await openTestApi({ document: document(), baseUrl: http.url });
  for (const kind of kinds) {
    await t.step(kind[0], async () => {
      current = kind;
      const value = await test.call("x");
      if (kind[3] !== undefined) return assert.deepEqual(value, kind[3]);
      assert.equal(JSON.stringify(value), kind[2]);
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
    });
  }
  await t.step("JSON that nests without end", async () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    current = ["", "application/json", nested(1_000), undefined];
    assert.equal(JSON.stringify(await test.call("x")), nested(1_000));
    current = ["", "application/json", nested(1_000_000), undefined];
    assert.equal(
      (await test.failure("x")).message,
      "The API's JSON nests deeper than 1000 levels",
    );
  });
  await t.step("JSON that is none", async () => {
    current = ["", "application/json", "{", undefined];
    const error = await test.failure("x");
    assert.deepEqual([error.code, error.message], [
      "TOOL_OUTPUT_INVALID",
      "The API's JSON cannot be parsed",
    ]);
  });
});

Deno.test("an answer is bounded, also one that is compressed", async () => {
  await using http = await startHttpApi(({ url }, response) => {
    const isZipped = url.includes("zip");
    const size = Number(new URL(url, http.url).searchParams.get("size"));
    const body = "x".repeat(size);
    const type = { "content-type": "text/plain" };
    response.writeHead(200, isZipped ? { ...type, "content-encoding": "gzip" } : type);
    response.end(isZipped ? gzipSync(body) : body);
    return HANDLED;
  });
  const parameters = [{ name: "size", in: "query" }, { name: "zip", in: "query" }];
  await using test = await openTestApi({
    document: document({ parameters }),
    baseUrl: http.url,
    maxResponseSize: "100KB",
  });
  for (const zip of [{}, { zip: 1 }]) {
    assert.equal(String(await test.call("x", { size: 102_400, ...zip })).length, 102_400);
    const error = await test.failure("x", { size: 102_401, ...zip });
    assert.deepEqual([error.code, error.message], [
      "TOOL_OUTPUT_INVALID",
      "The answer is larger than 102400 bytes",
    ]);
  }
  assert.equal((await test.failure("x", { size: 50_000_000, zip: 1 })).code, "TOOL_OUTPUT_INVALID");
});

Deno.test("a redirect is followed within the origin and nowhere else", async () => {
  await using other = await startHttpApi(() => "stolen");
  await using http = await startHttpApi(({ url }, response) => {
    const to: Record<string, string> = {
      "/x?to=own": "/y",
      "/x?to=other": `${other.url}/y`,
      "/x?to=scheme": http.url.replace("http:", "https:"),
      "/x?to=name": http.url.replace("127.0.0.1", "localhost"),
      "/x?to=file": "file:///etc/passwd",
      "/x?to=circle": "/x?to=circle",
      "/x?to=nothing": "http://",
    };
    const location = to[url];
    if (location === undefined) return { url };
    response.writeHead(302, { location }).end();
    return HANDLED;
  });
  await using test = await openTestApi({
    document: document({ parameters: [{ name: "to", in: "query" }] }, {
      components: { securitySchemes: { s: { type: "http", scheme: "bearer" } } },
    }),
    baseUrl: http.url,
    auth: { s: { token: "key-of-the-host" } },
  });
  assert.deepEqual(await test.call("x", { to: "own" }), { url: "/y" });
  for (const to of ["other", "scheme", "name", "file"]) {
    const error = await test.failure("x", { to });
    assert.equal(
      error.message,
      "The API redirected the request to another origin, which is not followed",
    );
    assert.equal(error.code, "MCP_TOOL_ERROR");
  }
  assert.equal(
    (await test.failure("x", { to: "circle" })).message,
    "The API redirected the request more than 5 times, which is not followed",
  );
  assert.equal(
    (await test.failure("x", { to: "nothing" })).message,
    "The API redirected the request to what is no address, which is not followed",
  );
  assert.deepEqual(other.requests, []);
});

Deno.test("what changes something is not sent again elsewhere", async () => {
  await using http = await startHttpApi((_, response) => {
    response.writeHead(307, { location: "/y" }).end();
    return HANDLED;
  });
  await using test = await openTestApi({
    document: { openapi: "3.0.0", paths: { "/x": { post: { operationId: "make" } } } },
    baseUrl: http.url,
    readOnly: false,
  });
  assert.equal(
    (await test.failure("make")).message,
    "The API redirected the request with 307, which is not followed",
  );
  assert.equal(http.requests.length, 1);
});

Deno.test("an API that is away is said to be, and no address is told", async () => {
  let url = "";
  {
    await using gone = await startHttpApi(() => 1);
    url = gone.url;
  }
  await using test = await openTestApi({ document: document(), baseUrl: url });
  const error = await test.failure("x");
  assert.equal(error.code, "MCP_SERVER_UNAVAILABLE");
  assert.equal(error.message, 'The API "api" cannot be reached');
  assert.deepEqual(error.details, { server: "api", tool: "x", mayHaveTakenEffect: true });
});

Deno.test("a document is had from an address, and tried again while it cannot be", async () => {
  let answer: unknown = undefined;
  await using http = await startHttpApi(({ url }, response) => {
    if (url !== "/openapi.json") return { url };
    if (answer !== undefined) return answer;
    response.writeHead(503).end();
    return HANDLED;
  });
  await using test = await openTestApi({ document: `${http.url}/openapi.json` });
  assert.deepEqual(test.api.status(), {
    name: "api",
    state: "failed",
    tools: 0,
    lastError: "its address answered with status 503",
  });
  assert.equal(
    (await test.failure("x")).message,
    'The API "api" is not available: its document cannot be used: ' +
      "its address answered with status 503",
  );
  answer = { ...document(), servers: [{ url: "/v{n}", variables: { n: { default: "2" } } }] };
  await test.api.ensure(new AbortController().signal);
  assert.deepEqual(await test.call("x"), { url: "/v2/x" });
});

Deno.test("whoever serves a document does not choose where requests go", async () => {
  await using evil = await startHttpApi(() => "stolen");
  await using http = await startHttpApi(({ url }) =>
    url === "/openapi.json" ? { ...document(), servers: [{ url: evil.url }] } : url
  );
  const options = { document: `${http.url}/openapi.json` };
  await using test = await openTestApi(options);
  assert.equal(
    test.api.status().lastError,
    `its server ${evil.url} is not where it comes from; set baseUrl`,
  );
  await using named = await openTestApi({ ...options, baseUrl: http.url });
  assert.equal(await named.call("x"), "/x");
  assert.deepEqual(evil.requests, []);
});
