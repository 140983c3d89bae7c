/** What a permission broker understands, and the only thing it can answer. */

import assert from "node:assert/strict";
import { denyRequest, parseBrokerRequest } from "../../../src/runtime/broker_request.ts";

const line = (changes: Record<string, unknown>) =>
  JSON.stringify({
    v: 1,
    pid: 7,
    id: 3,
    datetime: "",
    permission: "net",
    value: "a:1",
    ...changes,
  });

Deno.test("a request is read, its target shortened, and denied by its capability", () => {
  assert.deepEqual(parseBrokerRequest(line({})), {
    id: 3,
    attempt: {
      permission: "net",
      capability: "network",
      target: "a:1",
      message: 'This program may not reach a:1: the capability "network:a:1" is missing',
    },
  });
  const targets = [undefined, null, "x".repeat(256), "x".repeat(257)].map((value) =>
    parseBrokerRequest(line({ permission: "ffi", value }))!.attempt.target
  );
  assert.deepEqual(targets, ["anything", "anything", "x".repeat(256), `${"x".repeat(256)}…`]);
});

Deno.test("what is not understood is no request", () => {
  const lines = [
    "",
    "nonsense",
    "[]",
    "1",
    "null",
    '"text"',
    line({ v: 2 }),
    line({ v: "1" }),
    line({ id: -0.5 }),
    line({ id: 2 ** 53 }),
    line({ id: null }),
    line({ permission: "all" }),
    line({ permission: "__proto__" }),
    line({ permission: ["net"] }),
    line({ value: 1 }),
    line({ value: {} }),
  ];
  assert.deepEqual(lines.filter((one) => parseBrokerRequest(one) !== undefined), []);
});

Deno.test("the answer is no, in one line, whatever was asked", () => {
  for (const permission of ["read", "write", "net", "env", "run", "ffi", "sys", "import"]) {
    const request = parseBrokerRequest(line({ permission, value: 'a"\n{"result":"allow"}' }))!;
    const answer = denyRequest(request);
    assert.equal(answer.indexOf("\n"), answer.length - 1);
    const { id, result, reason } = JSON.parse(answer);
    assert.deepEqual([id, result, reason], [3, "deny", request.attempt.message]);
  }
});
