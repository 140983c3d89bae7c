import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { scriptedApp } from "./scripted_app.ts";

const PAGE = {
  value: [1],
  type: "array" as const,
  total: 2,
  offset: 0,
  next: 1,
  tokens: 3,
  cuts: [],
  expiresAt: "1970-01-01T00:15:00.000Z",
};

Deno.test("http: a kept result is read by the handle of its path and the page of its query", async () => {
  const asked: unknown[] = [];
  const { send } = scriptedApp({
    readResult: (handle, reading, { id }) => {
      asked.push([handle, reading, id]);
      return Promise.resolve(PAGE);
    },
  });
  const query = "path=%24.rows%5B2%3A10%5D&offset=3&limit=4&maxTokens=500";
  const response = await send(`/api/v1/results/res_1?${query}`);
  assert.deepEqual([response.status, await response.json()], [200, PAGE]);
  await send("/api/v1/results/res%2F2");
  assert.deepEqual(asked, [
    ["res_1", { path: "$.rows[2:10]", offset: 3, limit: 4, maxTokens: 500 }, "anonymous"],
    ["res/2", {}, "anonymous"],
  ]);
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["offset=-1", "offset"],
  ["offset=x", "offset"],
  ["limit=0", "limit"],
  ["limit=1.5", "limit"],
  ["maxTokens=319", "maxTokens"],
  ["maxTokens=1000001", "maxTokens"],
  [`path=${"a".repeat(1001)}`, "path"],
];

for (const [query, at] of REFUSED) {
  Deno.test(`http: no page of ${query.slice(0, 20)}`, async () => {
    const response = await scriptedApp().send(`/api/v1/results/res_1?${query}`);
    const { error } = await response.json();
    assert.deepEqual([response.status, error.code, error.details.issues[0].path], [
      400,
      "INVALID_REQUEST",
      at,
    ]);
  });
}

Deno.test("http: a result that is not there is 404", async () => {
  const gone = new CodemodeError("RESULT_NOT_FOUND", "There is no such result");
  const { send } = scriptedApp({ readResult: () => Promise.reject(gone) });
  const response = await send("/api/v1/results/res_1");
  assert.deepEqual([response.status, (await response.json()).error.code], [
    404,
    "RESULT_NOT_FOUND",
  ]);
});

Deno.test("http: how many tokens an answer may have is asked within bounds", async () => {
  const { send, asked, post } = scriptedApp({
    callTool: (call) => {
      asked.push(call as never);
      return Promise.resolve({
        value: 1,
        requestId: "req_1",
        metrics: { queueTime: 0, callTime: 1 },
        truncated: { cuts: [] },
      });
    },
  });
  const call = (query: string) =>
    send(`/api/v1/tools/a/b?${query}`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
  const answer = await (await call("maxResultTokens=500")).json();
  assert.deepEqual(answer.truncated, { cuts: [] });
  assert.deepEqual(asked, [{ server: "a", tool: "b", input: {}, maxResultTokens: 500 }]);
  assert.equal((await call("maxResultTokens=1")).status, 400);
  for (const maxResultTokens of [319, 1_000_001, 500.5]) {
    assert.equal((await post(JSON.stringify({ code: "1", maxResultTokens }))).status, 400);
  }
});
