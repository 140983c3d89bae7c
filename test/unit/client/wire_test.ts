/** Requests of the client to a service that answers as scripted: retries, cancelling, typed failures. */

import assert from "node:assert/strict";
import type { ClientOptions } from "../../../src/client/mod.ts";
import { Wire } from "../../../src/client/wire.ts";
import {
  type Answer,
  failing,
  failure,
  json,
  problem,
  scriptedFetch,
} from "../../harness/scripted_fetch.ts";

const RUN = { method: "POST", body: { code: "1" } } as const;
const CALL = { method: "POST", body: {} } as const;

function scripted(answers: readonly (() => Answer)[], options: ClientOptions = {}) {
  const { fetch, sent } = scriptedFetch(answers);
  return { wire: new Wire("http://service/base", { retryDelayMs: 1, ...options, fetch }), sent };
}

for (const status of [429, 503]) {
  Deno.test(`wire: ${status} is tried again until it works`, async () => {
    const busy = failing("QUEUE_FULL", status);
    const { wire, sent } = scripted([busy, busy, busy, json({ runtimes: [] })]);
    assert.deepEqual(await wire.json("api/v1/runtimes"), { runtimes: [] });
    assert.equal(sent.length, 4);
  });

  Deno.test(`wire: ${status} for ever is given up after the retries, with the problem`, async () => {
    const { wire, sent } = scripted([failing("QUEUE_FULL", status)], { retries: 2 });
    const error = await failure(wire.json("api/v1/execute", RUN));
    assert.deepEqual({ ...error }, {
      name: "CodemodeClientError",
      code: "QUEUE_FULL",
      status,
      problem: problem("QUEUE_FULL"),
    });
    assert.equal(error.message, "QUEUE_FULL said");
    assert.equal(sent.length, 3);
  });
}

Deno.test("wire: no retries means one attempt", async () => {
  const { wire, sent } = scripted([failing("RATE_LIMITED", 429)], { retries: 0 });
  assert.equal((await failure(wire.json("api/v1/tools"))).code, "RATE_LIMITED");
  assert.equal(sent.length, 1);
});

Deno.test("wire: other failures are not tried again, even with Retry-After", async () => {
  for (const status of [400, 401, 403, 404, 500, 502, 504]) {
    const { wire, sent } = scripted([failing("INTERNAL", status, { "retry-after": "0" })]);
    const { code, status: told } = await failure(wire.json("api/v1/tools"));
    assert.deepEqual([code, told, sent.length], ["INTERNAL", status, 1]);
  }
});

Deno.test("wire: Retry-After is obeyed up to the cap, and ignored where it is no number", async () => {
  for (const after of ["3600", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", "-5", "soon", ""]) {
    const busy = failing("QUEUE_FULL", 503, { "retry-after": after });
    const { wire, sent } = scripted([busy, json({})], { maxRetryDelayMs: 2 });
    await wire.json("api/v1/tools");
    assert.equal(sent.length, 2);
  }
});

Deno.test("wire: Retry-After outlasts the usual pause; an abort ends it with the reason", async () => {
  const controller = new AbortController();
  const busy = failing("QUEUE_FULL", 503, { "retry-after": "3600" });
  const { wire, sent } = scripted([busy, json({})], { maxRetryDelayMs: 3_600_000 });
  const reason = new Error("enough");
  const asking = wire.json("api/v1/tools", { signal: controller.signal });
  // The pause begins within the turns that one scripted answer takes; an hour is not over by then.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  controller.abort(reason);
  await assert.rejects(asking, reason);
  assert.equal(sent.length, 1);
});

Deno.test("wire: an abort while the service works rejects with its reason, nothing is tried again", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const hanging = () => (signal: AbortSignal | null | undefined) =>
    new Promise<Response>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      controller.abort(reason);
    });
  const { wire, sent } = scripted([hanging]);
  await assert.rejects(wire.json("api/v1/execute", { ...RUN, signal: controller.signal }), reason);
  assert.equal(sent.length, 1);
});

Deno.test("wire: who cannot be reached is UNREACHABLE with the cause", async () => {
  const cause = new TypeError("connection refused");
  const { wire, sent } = scripted([() => cause]);
  const error = await failure(wire.json("api/v1/tools"));
  assert.deepEqual([error.code, error.status, error.problem, error.cause, error.message], [
    "UNREACHABLE",
    0,
    undefined,
    cause,
    "Cannot reach http://service: connection refused",
  ]);
  assert.equal(sent.length, 1);
});

Deno.test("wire: why nobody was reached is in the message, however deep it lies", async () => {
  const refused = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
  let deep = new Error("too deep");
  for (let depth = 0; depth < 9; depth += 1) deep = new Error(`depth ${depth}`, { cause: deep });
  const sending = "error sending request for url (http://service/base/x): ";
  const causes: readonly (readonly [Error, string])[] = [
    [new TypeError("fetch failed", { cause: refused }), ": ECONNREFUSED"],
    [new TypeError("fetch failed", { cause: new Error(`${sending}dns error`) }), ": dns error"],
    [new TypeError("Failed to fetch", { cause: "text" }), ": Failed to fetch"],
    [deep, ": depth 4"],
    [new Error("x".repeat(1000)), `: ${"x".repeat(200)}`],
    [new Error(""), ""],
  ];
  for (const [cause, why] of causes) {
    const { wire } = scripted([() => cause]);
    const { message } = await failure(wire.json("api/v1/tools"));
    assert.equal(message, `Cannot reach http://service${why}`);
  }
});

Deno.test("wire: an answer that breaks off is UNREACHABLE", async () => {
  const cause = new TypeError("reset");
  const broken = () => new Response(new ReadableStream({ pull: (one) => one.error(cause) }));
  const { wire } = scripted([broken]);
  for (const act of [() => wire.json("api/v1/tools"), () => wire.text("api/v1/declarations")]) {
    const error = await failure(act());
    assert.deepEqual([error.code, error.cause], ["UNREACHABLE", cause]);
  }
});

const FOREIGN: readonly (readonly [name: string, answer: () => Response])[] = [
  ["a page", () => new Response("<!doctype html>", { status: 200 })],
  ["a failed page", () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
  ["a busy page", () => new Response("busy", { status: 503 })],
  ["null", json(null)],
  ["a number", json(5)],
  ["an error without a code", json({ error: "nope" }, 400)],
  ["null as an error", json(null, 400)],
  ["an error whose message is no text", json({ error: { code: "X", message: { a: 1 } } }, 503)],
  ["a list", json([])],
  ["nothing", () => new Response("", { status: 200 })],
];

for (const [name, answer] of FOREIGN) {
  Deno.test(`wire: ${name} is UNEXPECTED_ANSWER`, async () => {
    const { wire } = scripted([answer]);
    const { status } = answer();
    const error = await failure(wire.json("api/v1/execute", RUN));
    assert.deepEqual([error.code, error.status, error.problem, error.message], [
      "UNEXPECTED_ANSWER",
      status,
      undefined,
      `The answer of http://service (status ${status}) is not Code Mode's`,
    ]);
  });
}

Deno.test("wire: a bad URL is a TypeError at once", () => {
  for (
    const url of ["", "localhost", "localhost:3000", "127.0.0.1:3000", "//x", "http://", "ftp://x"]
  ) {
    assert.throws(() => new Wire(url, {}), {
      name: "TypeError",
      message: `Cannot connect as "url" must begin with http:// or https://: it is "${url}", ` +
        'not such as "http://localhost:3000"',
    });
  }
  assert.throws(() => new Wire("https://ada:secret@service", {}), {
    name: "TypeError",
    message: 'Cannot connect as "url" has a user in it: credentials go into "token"',
  });
});

Deno.test("wire: slashes at the end of the URL do not matter", async () => {
  for (const url of ["http://a/b", "http://a/b/", "http://a/b//", new URL("http://a/b")]) {
    let asked = "";
    const wire = new Wire(url, {
      fetch: (input) => {
        asked = String(input);
        return Promise.resolve(Response.json({}));
      },
    });
    await wire.json("api/v1/tools");
    assert.equal(asked, "http://a/b/api/v1/tools");
  }
});

Deno.test("wire: a call that may have taken effect is not made again", async () => {
  const lost = (mayHaveTakenEffect: boolean) =>
    json({
      success: false,
      error: { ...problem("MCP_SERVER_UNAVAILABLE"), details: { mayHaveTakenEffect } },
    }, 503);
  const once = scripted([lost(true)]);
  const error = await failure(once.wire.json("api/v1/tools/memory/create_entities", CALL));
  assert.deepEqual([error.code, once.sent.length], ["MCP_SERVER_UNAVAILABLE", 1]);
  const again = scripted([lost(false)]);
  await failure(again.wire.json("api/v1/tools/memory/create_entities", CALL));
  assert.equal(again.sent.length, 4);
});

Deno.test("wire: a token, a key, headers; two credentials are a mistake", async () => {
  const sentBy = async (options: ClientOptions) => {
    const { wire, sent } = scripted([json({ namespaces: {} })], options);
    await wire.json("api/v1/tools");
    const { headers } = sent[0] ?? assert.fail("nothing was sent");
    return ["authorization", "x-api-key", "x-proxy", "accept"].map((name) => headers.get(name));
  };
  assert.deepEqual(await sentBy({}), [null, null, null, "*/*"]);
  assert.deepEqual(await sentBy({ token: "t" }), ["Bearer t", null, null, "*/*"]);
  assert.deepEqual(await sentBy({ apiKey: "cm_k" }), [null, "cm_k", null, "*/*"]);
  const headers = { "x-proxy": "p", Accept: "text/html", Authorization: "Basic x" };
  assert.deepEqual(await sentBy({ headers }), ["Basic x", null, "p", "*/*"]);
  assert.deepEqual(await sentBy({ headers, token: "t" }), ["Bearer t", null, "p", "*/*"]);
  assert.throws(() => new Wire("http://service", { token: "t", apiKey: "k" }), {
    name: "TypeError",
    message: 'Cannot authenticate as both "token" and "apiKey" are given: choose one',
  });
});

Deno.test("wire: nothing follows a redirect", async () => {
  const redirectsOf = async (options: ClientOptions) => {
    let redirect: string | undefined;
    const wire = new Wire("http://service", {
      ...options,
      fetch: (_, init) => {
        redirect = init?.redirect;
        return Promise.resolve(Response.json({ namespaces: {} }));
      },
    });
    await wire.json("api/v1/tools");
    return redirect;
  };
  assert.equal(await redirectsOf({ apiKey: "cm_k" }), "error");
  assert.equal(await redirectsOf({ headers: { "x-proxy": "p" } }), "error");
  assert.equal(await redirectsOf({ token: "t" }), "error");
  assert.equal(await redirectsOf({}), "error");
});
