/** Direct tool calls over HTTP: what reaches the engine and what comes back. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import type { DirectCall } from "../../../src/engine/mod.ts";
import { encodeValue } from "../../../src/protocol/values.ts";
import { scriptedApp } from "./scripted_app.ts";

const METRICS = { queueTime: 1, callTime: 2 };

function appOf(value: unknown) {
  const calls: DirectCall[] = [];
  const app = scriptedApp({
    callTool: (call, _caller, options) => {
      calls.push(call);
      const requestId = options?.requestId ?? "";
      return Promise.resolve({ value: encodeValue(value).wire, requestId, metrics: METRICS });
    },
  });
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    app.send(`/api/v1/tools/${path}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", "x-request-id": "r1", ...headers },
    });
  return { calls, post };
}

Deno.test("http: a direct call has the names of its path and the body as its input", async () => {
  const { calls, post } = appOf(new Date(0));
  const response = await post("my%20server/a%2Fb", '{"path":"x"}');
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    result: "1970-01-01T00:00:00.000Z",
    requestId: "r1",
    metrics: METRICS,
  });
  assert.deepEqual(calls, [{ server: "my server", tool: "a/b", input: { path: "x" } }]);
});

Deno.test("http: its result is tagged for who asks, and null where there is none", async () => {
  const tagged = await appOf(new Date(0)).post("a/b", "{}", {
    accept: "application/json; values=tagged",
  });
  assert.deepEqual((await tagged.json()).result, encodeValue(new Date(0)).wire);
  assert.equal((await (await appOf(undefined).post("a/b", "{}")).json()).result, null);
});

Deno.test("http: an input that is no object is refused", async () => {
  const { calls, post } = appOf(1);
  for (const body of ["[]", '"x"', "null", "1"]) {
    const response = await post("a/b", body);
    const { error } = await response.json();
    assert.deepEqual([response.status, error.code], [400, "INVALID_REQUEST"], body);
  }
  assert.equal((await post("a/b", "{}", { "content-type": "text/plain" })).status, 415);
  assert.deepEqual(calls, []);
});

Deno.test("http: what a rule refuses is 403 without a challenge, and on record", async () => {
  for (const code of ["FORBIDDEN", "APPROVAL_REQUIRED"] as const) {
    const details = { server: "a", tool: "b", rule: "rules[0] *", reason: "no" };
    const app = scriptedApp({
      callTool: () => Promise.reject(new CodemodeError(code, "said", { details })),
    });
    const response = await app.send("/api/v1/tools/a/b", {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    const { success, error } = await response.json();
    assert.deepEqual([response.status, success, error.code], [403, false, code]);
    assert.deepEqual(error.details, details);
    assert.equal(response.headers.get("www-authenticate"), null);
    assert.deepEqual(app.audited.map((entry) => ({ ...entry, requestId: "" })), [{
      type: "request.refused",
      principal: "anonymous",
      code,
      reason: "said",
      requestId: "",
      method: "POST",
      path: "/api/v1/tools/a/b",
      address: "local",
    }]);
  }
});
