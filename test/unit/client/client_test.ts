/** The client's calls against a service that answers as scripted: what is sent, what comes back. */

import assert from "node:assert/strict";
import { type ClientOptions, CodemodeClient } from "../../../src/client/mod.ts";
import { encodeValue } from "../../../src/protocol/values.ts";
import { type Answer, json, problem, scriptedFetch } from "../../harness/scripted_fetch.ts";

function scripted(answers: readonly (() => Answer)[], options: ClientOptions = {}) {
  const { fetch, sent } = scriptedFetch(answers);
  return { client: new CodemodeClient("http://service/base", { ...options, fetch }), sent };
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

Deno.test("client: a bad URL and two credentials are mistakes at once", () => {
  assert.throws(() => new CodemodeClient("localhost"), TypeError);
  assert.throws(() => new CodemodeClient("http://service", { token: "t", apiKey: "k" }), TypeError);
});

Deno.test("client: names that would be another path are refused, others are encoded", async () => {
  const { client, sent } = scripted([json({})]);
  for (const name of ["", ".", ".."]) {
    const refused = (what: string) => ({
      name: "TypeError",
      message: `Cannot address the ${what} as it is no name: ${JSON.stringify(name)}`,
    });
    await assert.rejects(client.executions.get(name), refused("execution"));
    await assert.rejects(client.executions.cancel(name), refused("execution"));
    await assert.rejects(client.executions.events(name).next(), refused("execution"));
    const reply = { question: "q", action: "cancel" } as const;
    await assert.rejects(client.executions.answer(name, reply), refused("execution"));
    await assert.rejects(client.callTool(name, "t"), refused("server"));
    await assert.rejects(client.callTool("s", name), refused("tool"));
    await assert.rejects(client.readResult(name), refused("result"));
  }
  assert.deepEqual(sent.map(({ url }) => url), []);
  await client.executions.get("../../x?y#z");
  assert.equal(sent[0]?.url, "http://service/base/api/v1/executions/..%2F..%2Fx%3Fy%23z");
});

/** A stream of the given events, of an execution that is called `id`. */
function streamed(id: string | undefined, ...events: readonly unknown[]) {
  const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  return () => new Response(text, { headers: id === undefined ? {} : { "x-execution-id": id } });
}

const log = (id: number) => ({ id, type: "log", payload: {} });

async function take(client: CodemodeClient, most = Infinity): Promise<number> {
  let count = 0;
  for await (const _event of client.stream("1")) {
    count += 1;
    if (count >= most) break;
  }
  return count;
}

Deno.test("client: the name that a service gives an execution is no path", async () => {
  const result = { id: 2, type: "result", payload: { success: true } };
  const odd = "../../admin?x=1#";
  const lost = scripted([streamed(odd, log(1)), streamed(odd, result)], { retryDelayMs: 0 });
  assert.equal(await take(lost.client), 2);
  const root = "http://service/base/api/v1/executions";
  assert.equal(lost.sent[1]?.url, `${root}/..%2F..%2Fadmin%3Fx%3D1%23/events?after=1`);
  for (const name of ["..", ".", undefined]) {
    const { client, sent } = scripted([streamed(name, log(1))], { retryDelayMs: 0 });
    assert.equal(await take(client, 1), 1);
    await assert.rejects(take(client), { code: "UNREACHABLE" });
    assert.deepEqual(sent.map(({ url }) => url.split("/").at(-1)), ["stream", "stream"]);
  }
});

Deno.test("client: a stream of no events, or of the same ones for ever, is UNEXPECTED_ANSWER", async () => {
  const ends = [null, 5, { id: 1, type: "result", payload: null }, log(0), log(1.5)];
  for (const event of ends) {
    const { client, sent } = scripted([streamed("e", event), json({})]);
    await assert.rejects(take(client), { code: "UNEXPECTED_ANSWER" });
    assert.deepEqual(sent.map(({ method }) => method), ["POST", "DELETE"]);
  }
  const { client, sent } = scripted([streamed("e", log(1))], { retryDelayMs: 0 });
  await assert.rejects(take(client), {
    code: "UNEXPECTED_ANSWER",
    message: "The events of the stream are out of order",
  });
  assert.deepEqual(sent.map(({ method }) => method), ["POST", "GET", "DELETE"]);
});
