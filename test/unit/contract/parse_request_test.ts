/** What is wrong with a request, in words that mend it. */

import assert from "node:assert/strict";
import { z } from "zod";
import {
  AddServerRequestSchema,
  ExecuteRequestSchema,
  parseRequest,
  SocketRequestSchema,
} from "../../../src/contract/mod.ts";

function issuesOf(schema: z.ZodType, value: unknown): unknown {
  try {
    parseRequest(schema, value);
  } catch (error) {
    return (error as { details: { issues: unknown } }).details.issues;
  }
  return "none";
}

const CODE = "code, language, typescript, runtime, timeout, memoryLimit, check, capabilities, " +
  "context, maxResultTokens, interactive, onDisconnect";

Deno.test("parse request: an unknown key of a message is told with the known ones, as over HTTP", () => {
  const execute = { id: "a", type: "execute" };
  const of = (message: unknown) => issuesOf(SocketRequestSchema, message);
  assert.deepEqual(of({ ...execute, payload: { code: "1", cod: "1" } }), [
    { path: "payload", message: 'Unrecognized key: "cod"; did you mean "code"?' },
  ]);
  assert.deepEqual(of({ ...execute, payload: { code: "1", zzzz: 1 } }), [
    { path: "payload", message: `Unrecognized key: "zzzz"; known: ${CODE}` },
  ]);
  assert.deepEqual(of({ ...execute, payload: { code: "1" }, traceparnt: "x" }), [
    { path: "", message: 'Unrecognized key: "traceparnt"; did you mean "traceparent"?' },
  ]);
  assert.deepEqual(of({ id: "a", type: "cancel", payload: { why: "x" } }), [
    { path: "payload", message: 'Unrecognized key: "why"; known: reason' },
  ]);
});

Deno.test("parse request: memory in which nothing runs is refused, with the least there is", () => {
  assert.deepEqual(issuesOf(ExecuteRequestSchema, { code: "1", memoryLimit: 8_388_607 }), [
    { path: "memoryLimit", message: "Too small: expected number to be >=8388608" },
  ]);
  assert.equal(issuesOf(ExecuteRequestSchema, { code: "1", memoryLimit: 8_388_608 }), "none");
});

Deno.test("parse request: keys of lists and records, and where anything may be meant", () => {
  const one = z.strictObject({ name: z.string() });
  const schema = z.strictObject({
    list: z.array(one).optional(),
    map: z.record(z.string(), one).nullable().default(null),
    either: z.union([one, z.strictObject({ id: z.string() })]).optional(),
  });
  const extra = { name: "a", nam: "b" };
  const hint = 'Unrecognized key: "nam"; did you mean "name"?';
  assert.deepEqual(issuesOf(schema, { list: [{ name: "a" }, extra], map: { x: extra } }), [
    { path: "list.1", message: hint },
    { path: "map.x", message: hint },
  ]);
  assert.deepEqual(issuesOf(schema, { either: extra }), [
    { path: "either", message: 'Unrecognized key: "nam"' },
  ]);
  // What a caller calls a key leads nowhere but where the schema does.
  const hostile = JSON.parse('{"map":{"__proto__":{"name":"a","x":1}},"constructor":1}');
  assert.equal((issuesOf(schema, hostile) as unknown[]).length, 1);
  assert.notEqual(issuesOf(AddServerRequestSchema, { nme: "a" }), "none");
});
