/** The REST face without a socket: statuses, headers, and what callers may not learn. */

import assert from "node:assert/strict";
import { CodemodeError, ERROR_CODES, type ErrorCode } from "../../../src/base/errors.ts";
import { encodeValue } from "../../../src/protocol/values.ts";
import { completed, scriptedApp } from "./scripted_app.ts";

const CODE = '{"code":"return 42"}';

for (const path of ["/api/v1/execute", "/execute"]) {
  Deno.test(`http: POST ${path} runs the program as the caller`, async () => {
    const { asked, send } = scriptedApp();
    const response = await send(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-request-id": "req.1:a-b" },
      body: '{"code":"return 42","timeout":5,"context":{"a":1}}',
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.deepEqual(await response.json(), { ...completed(42).answer, result: 42 });
    assert.deepEqual(asked[0]?.request, { code: "return 42", timeout: 5, context: { a: 1 } });
    assert.equal(asked[0]?.caller.id, "anonymous");
    assert.equal(asked[0]?.options?.requestId, "req.1:a-b");
  });
}

for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
  Deno.test(`http: ${code} is its status, its type and its body`, async () => {
    const { post } = scriptedApp({
      execute: () => {
        throw new CodemodeError(code, "Said to the caller", {
          details: { told: 1 },
          cause: new Error("/host/path said to nobody"),
        });
      },
    });
    const response = await post(CODE, { "x-request-id": "r1" });
    const { type, status, retryable } = ERROR_CODES[code];
    assert.equal(response.status, status);
    assert.equal(response.headers.get("retry-after"), retryable ? "1" : null);
    assert.equal(
      response.headers.get("www-authenticate"),
      code === "UNAUTHENTICATED" ? CHALLENGE : null,
    );
    assert.deepEqual(await response.json(), {
      success: false,
      error: {
        type,
        code,
        message: "Said to the caller",
        details: { told: 1 },
        timestamp: "1970-01-01T00:00:00.000Z",
        requestId: "r1",
      },
    });
  });
}

const CHALLENGE = 'Bearer realm="codemode", ' +
  'resource_metadata="http://localhost/.well-known/oauth-protected-resource"';

/** An operation of the document. */
interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

Deno.test("http: whatever else is thrown is INTERNAL, logged with its cause and shown without", async () => {
  const thrown = new Error("connect /run/secret.sock");
  const { post, entries } = scriptedApp({ execute: () => Promise.reject(thrown) });
  const response = await post(CODE, { "x-request-id": "r1" });
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.deepEqual(JSON.parse(text).error, {
    type: "runtime",
    code: "INTERNAL",
    message: "The service failed unexpectedly",
    timestamp: "1970-01-01T00:00:00.000Z",
    requestId: "r1",
  });
  const [failed] = entries.filter(({ level }) => level === "error");
  assert.equal(failed?.message, "request failed");
  assert.equal((failed?.fields["error"] as Error).cause, thrown);
});

Deno.test("http: a good request id is echoed, on failures too", async () => {
  const { send } = scriptedApp();
  for (const path of ["/runtimes", "/nowhere"]) {
    const response = await send(path, { headers: { "x-request-id": "a.B_1:-" } });
    assert.equal(response.headers.get("x-request-id"), "a.B_1:-");
    await response.body?.cancel();
  }
});

Deno.test("http: a bad request id is replaced", async () => {
  const { send } = scriptedApp();
  for (const id of ["", "a b", "a\tb", "é", '"', "<b>", "a".repeat(129)]) {
    const response = await send("/runtimes", { headers: { "x-request-id": id } });
    assert.match(response.headers.get("x-request-id") ?? "", /^req_[0-9a-f]{32}$/);
    await response.body?.cancel();
  }
});

Deno.test("http: an unknown path is NOT_FOUND, shown short", async () => {
  const { send } = scriptedApp();
  const response = await send(`/${"x".repeat(1000)}`);
  assert.equal(response.status, 404);
  const { error } = await response.json();
  assert.equal(error.code, "NOT_FOUND");
  assert.equal(error.message, `There is no GET /${"x".repeat(199)}; see /docs`);
});

Deno.test("http: another method of a known path is METHOD_NOT_ALLOWED with Allow", async () => {
  const { send } = scriptedApp();
  for (const [method, path, allow] of [["GET", "/execute", "POST"], ["PUT", "/health", "GET"]]) {
    const response = await send(path ?? "", { method: method ?? "" });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), allow);
    const { error } = await response.json();
    assert.equal(error.code, "METHOD_NOT_ALLOWED");
    assert.equal(error.message, `${path} takes ${allow}, not ${method}`);
  }
});

Deno.test("http: who is refused learns nothing but that", async () => {
  const unauthenticated = new CodemodeError("UNAUTHENTICATED", "No token");
  const { post, send, asked, audited } = scriptedApp({ unauthenticated });
  for (const response of [await post(CODE), await send("/api/v1/tools"), await send("/runtimes")]) {
    assert.equal(response.status, 401);
    assert.equal(response.headers.get("www-authenticate"), CHALLENGE);
    assert.equal((await response.json()).error.code, "UNAUTHENTICATED");
  }
  assert.deepEqual(asked, []);
  const asks = [["POST", "/api/v1/execute"], ["GET", "/api/v1/tools"], ["GET", "/runtimes"]];
  assert.deepEqual(
    audited.map((entry) => ({ ...entry, requestId: "" })),
    asks.map(([method, path]) => ({
      type: "request.refused",
      principal: "unknown",
      code: "UNAUTHENTICATED",
      reason: "No token",
      requestId: "",
      method,
      path,
      address: "local",
    })),
  );
});

Deno.test("http: content types other than JSON are refused before the body is read", async () => {
  const { post, asked } = scriptedApp();
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]) {
    const response = await post(CODE, { "content-type": type });
    assert.equal(response.status, 415);
    const { error } = await response.json();
    assert.equal(
      error.message,
      `The body must have the content-type application/json; it was sent ${
        type === "" ? "without one" : `as "${type}"`
      }`,
    );
  }
  assert.deepEqual(asked, []);
});

Deno.test("http: JSON types with a suffix, a charset and capitals are taken", async () => {
  const { post } = scriptedApp();
  for (
    const type of ["application/json; charset=utf-8", "Application/JSON", "application/a+json"]
  ) {
    const response = await post(CODE, { "content-type": type });
    assert.equal(response.status, 200);
    await response.body?.cancel();
  }
});

Deno.test("http: bodies that are not UTF-8, not JSON, not a request", async () => {
  const { post, asked } = scriptedApp();
  const refuse = async (body: BodyInit) => {
    const response = await post(body);
    assert.equal(response.status, 400);
    const { error } = await response.json();
    assert.equal(error.code, "INVALID_REQUEST");
    return error;
  };
  const { message } = await refuse(new Uint8Array([0x22, 0xff, 0x22]));
  assert.equal(message, "The body is not valid UTF-8");
  for (const text of ["", "{", "{'code':1}", "\u0000"]) {
    assert.match((await refuse(text)).message, /^The body is not valid JSON: ./);
  }
  assert.deepEqual((await refuse('{"code":1,"timeout":0,"check":"no"}')).details, {
    issues: [
      { path: "code", message: "Invalid input: expected string, received number" },
      { path: "timeout", message: "Too small: expected number to be >=1" },
      { path: "check", message: 'Invalid option: expected one of "error"|"warn"|"off"' },
    ],
  });
  assert.equal(
    (await refuse("[]")).message,
    "The request is not valid: Invalid input: expected object, received array",
  );
  assert.equal(
    (await refuse('{"code":"1","constructor":1}')).message,
    'The request is not valid: Unrecognized key: "constructor"; known: code, language, typescript, runtime, timeout, memoryLimit, check, capabilities, context, maxResultTokens, interactive, onDisconnect',
  );
  assert.equal(
    (await refuse('{"timeOut":1}')).message,
    'The request is not valid: code: Required: string; Unrecognized key: "timeOut"; did you mean "timeout"?',
  );
  assert.equal(
    (await refuse('{"code":"1","capabilities":"mcp:memory"}')).message,
    'The request is not valid: capabilities: Invalid input: expected a list of texts such as "mcp:memory", or a CapabilitySet',
  );
  assert.deepEqual(asked, []);
});

Deno.test("http: however many faults a body has, the answer stays short", async () => {
  const { post } = scriptedApp();
  const keys = Object.fromEntries(Array.from({ length: 20_000 }, (_, key) => [`key${key}`, 1]));
  const lists = { capabilities: { mcp: { allowedTools: Array.from({ length: 60 }, () => 1) } } };
  for (const body of [keys, { code: "", ...lists }, { code: "", ["k".repeat(90_000)]: 1 }]) {
    const response = await post(JSON.stringify(body));
    assert.equal(response.status, 400);
    assert.ok((await response.text()).length < 20_000);
  }
});

Deno.test("http: lists of capabilities are bounded, they are compared pairwise", async () => {
  const { post } = scriptedApp();
  const ask = async (capabilities: unknown) => {
    const response = await post(JSON.stringify({ code: "1", capabilities }));
    await response.body?.cancel();
    return response.status;
  };
  const names = (length: number) => Array.from({ length }, (_, index) => `mcp:s${index}`);
  assert.equal(await ask(names(256)), 200);
  assert.equal(await ask(names(257)), 400);
  assert.equal(await ask({ mcp: { allowedTools: names(32) } }), 200);
  assert.equal(await ask({ mcp: { allowedTools: names(33) } }), 400);
  assert.equal(
    await ask({ network: { allowedPorts: names(33).map((_, index) => index + 1) } }),
    400,
  );
  assert.equal(await ask({ filesystem: { allowedPaths: ["a".repeat(1025)] } }), 400);
});

Deno.test("http: a body over the limit is PAYLOAD_TOO_LARGE, with and without its length", async () => {
  const { post, asked } = scriptedApp({ server: { maxBodyBytes: 100 } });
  const text = JSON.stringify({ code: "x".repeat(100) });
  const stream = new Blob([text]).stream();
  for (const response of [await post(text, { "content-length": "112" }), await post(stream)]) {
    assert.equal(response.status, 413);
    const { error } = await response.json();
    assert.equal(error.code, "PAYLOAD_TOO_LARGE");
    assert.equal(error.message, "The body is larger than 100 bytes");
    assert.deepEqual(error.details, { maxBytes: 100 });
  }
  assert.deepEqual(asked, []);
});

Deno.test("http: nothing is read of a body in chunks whose sender is refused", async () => {
  const unauthenticated = new CodemodeError("UNAUTHENTICATED", "Who are you?");
  const { post } = scriptedApp({ unauthenticated });
  let pulls = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulls += 1;
      controller.enqueue(new Uint8Array(1000));
    },
  }, { highWaterMark: 0 });
  assert.equal((await post(body)).status, 401);
  assert.equal(pulls, 0);
});

Deno.test("http: a body in chunks that breaks off is its sender's fault, not the service's", async () => {
  const { post, entries, asked } = scriptedApp();
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"code":')),
    pull: (controller) => controller.error(new TypeError("The body broke off")),
  });
  const response = await post(body);
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code, error.message], [
    400,
    "INVALID_REQUEST",
    "The body ended before it was complete",
  ]);
  assert.deepEqual([asked, entries.filter(({ level }) => level === "error")], [[], []]);
});

Deno.test("http: the result as plain JSON with a note, or tagged for who asks", async () => {
  const { wire } = encodeValue({ big: 2n ** 64n });
  const { post } = scriptedApp({ execute: () => completed(wire) });
  const tagged = await post(CODE, { accept: "application/json; values=tagged" });
  assert.deepEqual(await tagged.json(), { ...completed(wire).answer, result: wire });
  for (const accept of ["application/json", "*/*", "application/json; xvalues=taggedx"]) {
    const plain = await (await post(CODE, { accept })).json();
    assert.deepEqual(plain.result, { big: "18446744073709551616" });
    const [note] = plain.diagnostics;
    assert.deepEqual([note.code, note.severity, plain.diagnostics.length], [
      "RESULT_NOTE",
      "info",
      1,
    ]);
  }
});

Deno.test("http: a caller that goes away aborts the engine's signal", async () => {
  const controller = new AbortController();
  const { app, asked } = scriptedApp();
  const request = new Request("http://localhost/execute", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: CODE,
    signal: controller.signal,
  });
  await (await app.fetch(request)).body?.cancel();
  assert.equal(asked[0]?.options?.signal?.aborted, false);
  controller.abort();
  assert.equal(asked[0]?.options?.signal?.aborted, true);
});

Deno.test("http: query parameters that a route does not have are refused, and the known are named", async () => {
  const { send } = scriptedApp({ admin: true });
  const asked = async (path: string, method = "GET") => {
    const headers = { "content-type": "application/json" };
    const body = method === "POST" ? { body: "{}", headers } : {};
    const response = await send(path, { method, ...body });
    const { error } = await response.json();
    return [response.status, error?.code, error?.details?.issues];
  };
  const refused = (path: string, message: string) => [400, "INVALID_REQUEST", [
    { path, message: `there is no such query parameter; ${message}` },
  ]];
  assert.deepEqual(
    await asked("/api/v1/executions?limt=3"),
    refused("limt", 'did you mean "limit"? known: limit, before'),
  );
  const known: readonly (readonly [string, string, string?])[] = [
    ["/api/v1/executions/exec_1/events", "after"],
    ["/api/v1/tools/search", "q, limit, detail"],
    ["/api/v1/tools/a/b", "maxResultTokens", "POST"],
    ["/api/v1/results/res_1", "path, offset, limit, maxTokens"],
    ["/api/v1/declarations", "servers, tools, budget, runtime, language"],
    ["/introspect", "servers, tools, budget, runtime, language"],
    ["/api/v1/ws", "values"],
  ];
  for (const [path, names, method] of known) {
    assert.deepEqual(await asked(`${path}?zzzzzz=1`, method), refused("zzzzzz", `known: ${names}`));
  }
  const none = ["/api/v1/tools", "/api/v1/runtimes", "/runtimes", "/api/v1/executions/exec_1"];
  for (const path of [...none, "/api/v1/servers"]) {
    assert.deepEqual(await asked(`${path}?foo=1`), refused("foo", "none are known"), path);
  }
  for (const path of ["/execute", "/api/v1/execute/stream", "/api/v1/check"]) {
    assert.deepEqual(
      await asked(`${path}?__proto__=1`, "POST"),
      refused("__proto__", "none are known"),
    );
  }
  // What watches the service, and a path that is none, are asked in all ways.
  assert.equal((await asked("/health?t=1"))[0], 200);
  assert.equal((await asked("/nowhere?t=1"))[0], 404);
});

Deno.test("http: query parameters of the document are those that routes take", async () => {
  const { send } = scriptedApp();
  const { paths } = await (await send("/openapi.json")).json();
  for (const [path, methods] of Object.entries<Record<string, Operation>>(paths)) {
    if (!path.startsWith("/api/") || path.startsWith("/api/v1/servers")) continue;
    for (const [method, { parameters = [] }] of Object.entries(methods)) {
      const response = await send(`${path.replace(/\{\w+\}/g, "x")}?zzzzzz=1`, {
        method: method.toUpperCase(),
      });
      const [{ message }] = (await response.json()).error.details.issues;
      const names = parameters.filter((one) => one.in === "query").map(({ name }) => name);
      const told = message.split("known: ")[1]?.split(", ") ?? [];
      assert.deepEqual(told.sort(), names.sort(), path);
    }
  }
});

Deno.test("http: CORS answers the origins it was given, and none when it is off", async () => {
  const origin = "http://app.example";
  const on = scriptedApp({ server: { cors: { origins: [origin] } } });
  const off = scriptedApp();
  const allowed = async ({ send }: typeof on, from: string, path = "/runtimes") => {
    const response = await send(path, { headers: { origin: from } });
    await response.body?.cancel();
    return response.headers.get("access-control-allow-origin");
  };
  assert.equal(await allowed(on, origin), origin);
  assert.equal(await allowed(on, origin, "/nowhere"), origin);
  assert.equal(await allowed(on, "http://evil.example"), null);
  assert.equal(await allowed(off, origin), null);
  const preflight = await on.send("/execute", {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST" },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-methods"), "GET,POST,DELETE,OPTIONS");
  const refused = await off.send("/execute", { method: "OPTIONS", headers: { origin } });
  assert.equal(refused.status, 405);
  await refused.body?.cancel();
});

Deno.test("http: metrics are Prometheus text with bounded labels", async () => {
  const { send } = scriptedApp();
  for (let index = 0; index < 3; index++) await (await send(`/nowhere${index}`)).body?.cancel();
  const response = await send("/metrics");
  assert.equal(
    response.headers.get("content-type"),
    "text/plain; version=0.0.4; charset=utf-8",
  );
  const text = await response.text();
  assert.doesNotMatch(text, /nowhere/);
  assert.match(text, /^codemode_http_requests_total\{[^}]*status="404"\} 3$/m);
});

Deno.test("http: health says what runs, 503 only when nothing does", async () => {
  const report = (status: "healthy" | "degraded" | "unhealthy") =>
    scriptedApp({ health: { status, sandbox: { ok: true, state: "ready" }, servers: {} } });
  const statuses = [];
  for (const status of ["healthy", "degraded", "unhealthy"] as const) {
    const response = await report(status).send("/health");
    statuses.push(response.status);
    assert.deepEqual(await response.json(), {
      status,
      service: "Code Mode",
      version: "1.2.3",
      uptime: 0,
      runtimes: ["typescript", "javascript"],
      checks: { sandbox: { ok: true, state: "ready" }, servers: {} },
    });
  }
  assert.deepEqual(statuses, [200, 200, 503]);
});

Deno.test("http: the page of the API loads nothing from elsewhere", async () => {
  const response = await scriptedApp().send("/docs");
  assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
  assert.equal(
    response.headers.get("content-security-policy"),
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  assert.doesNotMatch(await response.text(), /(?:src|href)="(?:https?:)?\/\//);
});

Deno.test("http: a name that is not this machine's is refused before anything is done", async () => {
  const ask = async (name: string, server: Record<string, unknown> = {}) => {
    const { app, asked } = scriptedApp({ server });
    const response = await app.fetch(
      new Request(`http://${name}/execute`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: CODE,
      }),
    );
    const { error } = await response.json();
    return [response.status, error?.code ?? null, asked.length];
  };
  for (const name of ["localhost", "127.0.0.1:3000", "127.9.9.9", "[::1]:3000"]) {
    assert.deepEqual(await ask(name), [200, null, 1], name);
  }
  const strange = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"];
  for (const name of strange) assert.deepEqual(await ask(name), [403, "FORBIDDEN", 0], name);
  const open = { allowedHosts: ["Tools.Example"] };
  assert.deepEqual(await ask("tools.example:8080", open), [200, null, 1]);
  assert.deepEqual(await ask("evil.example", open), [403, "FORBIDDEN", 0]);
});

Deno.test("http: a body that breaks off is its sender's fault and no error of the service", async () => {
  const { entries, post, asked } = scriptedApp();
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"co'));
      controller.error(new TypeError("connection lost"));
    },
  });
  const response = await post(broken, { "content-length": "100" });
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code, error.message], [
    400,
    "INVALID_REQUEST",
    "The body ended before it was complete",
  ]);
  assert.deepEqual(entries.filter(({ level }) => level === "error"), []);
  assert.equal(asked.length, 0);
});

Deno.test("http: a full queue is logged in one line, without a stack", async () => {
  const { entries, post } = scriptedApp({
    execute: () => Promise.reject(new CodemodeError("QUEUE_FULL", "9 executions are waiting")),
  });
  const response = await post(CODE, { "x-request-id": "mine" });
  await response.body?.cancel();
  assert.equal(response.status, 503);
  const said = entries.filter(({ level }) => level !== "debug");
  assert.deepEqual(said.map(({ level, message }) => [level, message]), [[
    "warn",
    "request refused",
  ]]);
  assert.doesNotMatch(JSON.stringify(said), /stack/);
});
