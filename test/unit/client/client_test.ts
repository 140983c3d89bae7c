/** The client against a service that answers as scripted: retries, cancelling, typed failures. */

import assert from "node:assert/strict";
import {
  type ClientOptions,
  CodemodeClient,
  CodemodeClientError,
} from "../../../src/client/mod.ts";
import { encodeValue } from "../../../src/protocol/values.ts";

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: unknown;
}

type Answer = Response | Error | ((signal: AbortSignal | null | undefined) => Promise<Response>);

/** A client whose requests are answered in turn; the last answer is repeated. */
function scripted(answers: readonly (() => Answer)[], options: ClientOptions = {}) {
  const sent: Sent[] = [];
  const client = new CodemodeClient("http://service/base", {
    retryDelayMs: 1,
    ...options,
    fetch: async (input, init) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)]?.();
      sent.push({
        url: String(input),
        method: init?.method ?? "GET",
        headers: new Headers(init?.headers),
        body: typeof init?.body === "string" ? JSON.parse(init.body) : undefined,
      });
      if (typeof answer === "function") return await answer(init?.signal);
      if (answer instanceof Response) return answer;
      throw answer;
    },
  });
  return { client, sent };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => () =>
  Response.json(body, { status, headers });

function problem(code: string) {
  return {
    type: "runtime",
    code,
    message: `${code} said`,
    timestamp: "2026-01-01T00:00:00.000Z",
    requestId: "r1",
  };
}

const failing = (code: string, status: number, headers: Record<string, string> = {}) =>
  json({ success: false, error: problem(code) }, status, headers);

async function failure(act: Promise<unknown>): Promise<CodemodeClientError> {
  try {
    await act;
  } catch (error) {
    assert.ok(error instanceof CodemodeClientError, String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}

Deno.test("client: execute posts everything but the signal and asks for tagged values", async () => {
  const { client, sent } = scripted([json({ success: true, logs: [] })], { token: "hush" });
  const { signal } = new AbortController();
  const answer = await client.execute("return 1", { timeout: 5, context: { a: 1 }, signal });
  assert.deepEqual(answer, { success: true, logs: [] });
  const [{ url, method, headers, body } = assert.fail("nothing was sent")] = sent;
  assert.deepEqual({ url, method, body }, {
    url: "http://service/base/api/v1/execute",
    method: "POST",
    body: { code: "return 1", timeout: 5, context: { a: 1 } },
  });
  assert.deepEqual(Object.fromEntries(headers), {
    "accept": "application/json; values=tagged",
    "authorization": "Bearer hush",
    "content-type": "application/json",
  });
});

Deno.test("client: queries hold what was given and nothing else", async () => {
  const { client, sent } = scripted([() => Response.json({})]);
  await client.tools();
  await client.searchTools("a&b", { limit: 3 });
  await client.declarations({ servers: ["a", "b"], tools: [], budget: 500 });
  await client.runtimes();
  await client.check("1", { language: "javascript" });
  assert.deepEqual(sent.map(({ url }) => url.slice("http://service/base/api/v1/".length)), [
    "tools",
    "tools/search?q=a%26b&limit=3",
    "declarations?servers=a%2Cb&tools=&budget=500",
    "runtimes",
    "check",
  ]);
  assert.equal(sent[0]?.headers.get("accept"), "*/*");
  assert.deepEqual(sent[4]?.body, { code: "1", language: "javascript" });
});

for (const status of [429, 503]) {
  Deno.test(`client: ${status} is tried again until it works`, async () => {
    const busy = failing("QUEUE_FULL", status);
    const { client, sent } = scripted([busy, busy, busy, json({ runtimes: [] })]);
    assert.deepEqual(await client.runtimes(), { runtimes: [] });
    assert.equal(sent.length, 4);
  });

  Deno.test(`client: ${status} for ever is given up after the retries, with the problem`, async () => {
    const { client, sent } = scripted([failing("QUEUE_FULL", status)], { retries: 2 });
    const error = await failure(client.execute("1"));
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

Deno.test("client: no retries means one attempt", async () => {
  const { client, sent } = scripted([failing("RATE_LIMITED", 429)], { retries: 0 });
  assert.equal((await failure(client.tools())).code, "RATE_LIMITED");
  assert.equal(sent.length, 1);
});

Deno.test("client: other failures are not tried again, even with Retry-After", async () => {
  for (const status of [400, 401, 403, 404, 500, 502, 504]) {
    const { client, sent } = scripted([failing("INTERNAL", status, { "retry-after": "0" })]);
    const { code, status: told } = await failure(client.tools());
    assert.deepEqual([code, told, sent.length], ["INTERNAL", status, 1]);
  }
});

Deno.test("client: Retry-After is obeyed up to the cap, and ignored where it is no number", async () => {
  for (const after of ["3600", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", "-5", "soon", ""]) {
    const busy = failing("QUEUE_FULL", 503, { "retry-after": after });
    const { client, sent } = scripted([busy, json({})], { maxRetryDelayMs: 2 });
    await client.tools();
    assert.equal(sent.length, 2);
  }
});

Deno.test("client: Retry-After outlasts the usual pause; an abort ends it with the reason", async () => {
  const controller = new AbortController();
  const busy = failing("QUEUE_FULL", 503, { "retry-after": "3600" });
  const { client, sent } = scripted([busy, json({})], { maxRetryDelayMs: 3_600_000 });
  const reason = new Error("enough");
  const asking = client.tools({ signal: controller.signal });
  // The pause begins within the turns that one scripted answer takes; an hour is not over by then.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  controller.abort(reason);
  await assert.rejects(asking, reason);
  assert.equal(sent.length, 1);
});

Deno.test("client: an abort while the service works rejects with its reason, nothing is tried again", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const hanging = () => (signal: AbortSignal | null | undefined) =>
    new Promise<Response>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      controller.abort(reason);
    });
  const { client, sent } = scripted([hanging]);
  await assert.rejects(client.execute("1", { signal: controller.signal }), reason);
  assert.equal(sent.length, 1);
});

Deno.test("client: who cannot be reached is UNREACHABLE with the cause", async () => {
  const cause = new TypeError("connection refused");
  const { client, sent } = scripted([() => cause]);
  const error = await failure(client.tools());
  assert.deepEqual([error.code, error.status, error.problem, error.cause, error.message], [
    "UNREACHABLE",
    0,
    undefined,
    cause,
    "Cannot reach http://service",
  ]);
  assert.equal(sent.length, 1);
});

Deno.test("client: an answer that breaks off is UNREACHABLE", async () => {
  const cause = new TypeError("reset");
  const broken = () => new Response(new ReadableStream({ pull: (one) => one.error(cause) }));
  const { client } = scripted([broken]);
  for (const act of [() => client.tools(), () => client.declarations()]) {
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
  ["nothing", () => new Response("", { status: 200 })],
];

for (const [name, answer] of FOREIGN) {
  Deno.test(`client: ${name} is UNEXPECTED_ANSWER`, async () => {
    const { client } = scripted([answer]);
    const { status } = answer();
    const error = await failure(client.execute("1"));
    assert.deepEqual([error.code, error.status, error.problem, error.message], [
      "UNEXPECTED_ANSWER",
      status,
      undefined,
      `The answer of http://service (status ${status}) is not Code Mode's`,
    ]);
  });
}

Deno.test("client: a tagged result is what the program returned", async () => {
  const value = { at: new Date(0), big: 12n, map: new Map([["a", new Set([1])]]), none: undefined };
  const result = encodeValue(value).wire;
  const { client } = scripted([json({ success: true, result })]);
  assert.deepEqual((await client.execute("1")).result, value);
});

Deno.test("client: a program that failed is an answer, not an exception", async () => {
  const answer = { success: false, error: problem("EXECUTION_FAILED"), logs: [] };
  const { client } = scripted([json(answer)]);
  assert.deepEqual(await client.execute("throw 1"), answer);
});

Deno.test("client: a bad URL is a TypeError at once", () => {
  for (const url of ["", "localhost", "//x", "http://"]) {
    assert.throws(() => new CodemodeClient(url), TypeError);
  }
});

Deno.test("client: slashes at the end of the URL do not matter", async () => {
  for (const url of ["http://a/b", "http://a/b/", "http://a/b//", new URL("http://a/b")]) {
    let asked = "";
    const client = new CodemodeClient(url, {
      fetch: (input) => {
        asked = String(input);
        return Promise.resolve(Response.json({}));
      },
    });
    await client.tools();
    assert.equal(asked, "http://a/b/api/v1/tools");
  }
});

Deno.test("client: a direct call posts its input to the tool's path and restores the result", async () => {
  const metrics = { queueTime: 1, callTime: 2 };
  const result = encodeValue(new Map([["a", 1n]])).wire;
  const { client, sent } = scripted([json({ result, requestId: "r1", metrics })]);
  const answer = await client.callTool("my server", "a/b", { path: "x" });
  assert.deepEqual(answer, { result: new Map([["a", 1n]]), requestId: "r1", metrics });
  assert.equal(sent[0]?.url, "http://service/base/api/v1/tools/my%20server/a%2Fb");
  assert.deepEqual([sent[0]?.method, sent[0]?.body], ["POST", { path: "x" }]);
  assert.equal(sent[0]?.headers.get("accept"), "application/json; values=tagged");
});

Deno.test("client: how many tokens a result may have, and the reading of the rest", async () => {
  const page = { value: [{ $type: "Map", value: [] }], type: "array", tokens: 9, cuts: [] };
  const { client, sent } = scripted([json({ result: 1, truncated: { cuts: [] } }), json(page)]);
  const called = await client.callTool("a", "b", {}, { maxResultTokens: 500 });
  assert.deepEqual(called, { result: 1, truncated: { cuts: [] } });
  const options = { path: "$.a[1:2]['x y']", offset: 0, limit: 2, maxTokens: 400 };
  assert.deepEqual(await client.readResult("res/1", options), page);
  assert.deepEqual(sent.map(({ url }) => url), [
    "http://service/base/api/v1/tools/a/b?maxResultTokens=500",
    "http://service/base/api/v1/results/res%2F1?path=%24.a%5B1%3A2%5D%5B%27x+y%27%5D&offset=0" +
    "&limit=2&maxTokens=400",
  ]);
  assert.equal(sent[1]?.headers.get("accept"), "*/*");
});

Deno.test("client: a call that may have taken effect is not made again", async () => {
  const lost = (mayHaveTakenEffect: boolean) =>
    json({
      success: false,
      error: { ...problem("MCP_SERVER_UNAVAILABLE"), details: { mayHaveTakenEffect } },
    }, 503);
  const once = scripted([lost(true)]);
  const error = await failure(once.client.callTool("memory", "create_entities"));
  assert.deepEqual([error.code, once.sent.length], ["MCP_SERVER_UNAVAILABLE", 1]);
  const again = scripted([lost(false)]);
  await failure(again.client.callTool("memory", "create_entities"));
  assert.equal(again.sent.length, 4);
});

Deno.test("client: a token, a key, headers; two credentials are a mistake", async () => {
  const sentBy = async (options: ClientOptions) => {
    const { client, sent } = scripted([json({ namespaces: {} })], options);
    await client.tools();
    const { headers } = sent[0] ?? assert.fail("nothing was sent");
    return ["authorization", "x-api-key", "x-proxy", "accept"].map((name) => headers.get(name));
  };
  assert.deepEqual(await sentBy({}), [null, null, null, "*/*"]);
  assert.deepEqual(await sentBy({ token: "t" }), ["Bearer t", null, null, "*/*"]);
  assert.deepEqual(await sentBy({ apiKey: "cm_k" }), [null, "cm_k", null, "*/*"]);
  const headers = { "x-proxy": "p", Accept: "text/html", Authorization: "Basic x" };
  assert.deepEqual(await sentBy({ headers }), ["Basic x", null, "p", "*/*"]);
  assert.deepEqual(await sentBy({ headers, token: "t" }), ["Bearer t", null, "p", "*/*"]);
  assert.throws(() => new CodemodeClient("http://service", { token: "t", apiKey: "k" }), {
    name: "TypeError",
    message: 'Cannot authenticate as both "token" and "apiKey" are given: choose one',
  });
});

Deno.test("client: a key follows no redirect to another origin", async () => {
  const redirectsOf = async (options: ClientOptions) => {
    let redirect: string | undefined;
    const client = new CodemodeClient("http://service", {
      ...options,
      fetch: (_, init) => {
        redirect = init?.redirect;
        return Promise.resolve(Response.json({ namespaces: {} }));
      },
    });
    await client.tools();
    return redirect;
  };
  assert.equal(await redirectsOf({ apiKey: "cm_k" }), "error");
  assert.equal(await redirectsOf({ headers: { "x-proxy": "p" } }), "error");
  assert.equal(await redirectsOf({ token: "t" }), undefined);
});
