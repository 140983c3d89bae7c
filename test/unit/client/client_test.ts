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
