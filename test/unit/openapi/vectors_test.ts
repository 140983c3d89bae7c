/**
 * Behaviours recorded of another system that turns OpenAPI documents into tools. Ours differs where it
 * is said below.
 */

import assert from "node:assert/strict";
import { ApiDocument } from "../../../src/openapi/api_document.ts";
import { buildRequest } from "../../../src/openapi/build_request.ts";
import type { Operation } from "../../../src/openapi/operation.ts";
import { readOperations } from "../../../src/openapi/read_operations.ts";
import { nameTools } from "../../../src/typegen/mod.ts";
import { readVectors } from "../../harness/vectors.ts";

type Schema = { properties: Record<string, Record<string, unknown>>; required?: string[] };
interface Descriptor {
  readonly description: string;
  readonly inputSchema: Schema;
}

const [described] = readVectors<{ spec: unknown }, { descriptors: Record<string, Descriptor> }>(
  "openapi_describe",
);
const REQUESTS = readVectors<
  { method: string; args: Record<string, unknown> },
  { returns?: Record<string, unknown>; throws?: string }
>("openapi_request");
const SERVER = readVectors<Record<string, unknown>, unknown>("openapi_mcp_server");

function read(spec: unknown, readOnly = false): ReturnType<typeof readOperations> {
  const choice = { readOnly, include: ["*"], exclude: [], hostSets: () => false };
  return readOperations(new ApiDocument(spec), choice);
}

/** Operations under the names that programs use. */
function byGuestName(operations: readonly Operation[]): ReadonlyMap<string, Operation> {
  const tools = operations.map(({ name, description, inputSchema }) => ({
    server: "api",
    name,
    description,
    inputSchema,
    source: "openapi" as const,
  }));
  const [namespace] = nameTools([{ server: "api", description: "", tools }]);
  return new Map(
    namespace?.tools.map(({ name, tool }) => [
      name,
      operations.find((operation) => operation.name === tool.name)!,
    ]),
  );
}

/**
 * Differences of `describe`: the escape hatch `request` is not there, because a request that no
 * document describes cannot be judged by anything, so the operation of that name is; a name made from a path
 * keeps its parts apart; HEAD is a tool of its own; a form with parts takes its `body`.
 */
Deno.test("vectors: describe, without an escape hatch", async () => {
  const ours = byGuestName((await read(described!.input.spec)).operations);
  const theirs = described!.expected.descriptors;
  assert.deepEqual([...ours.keys()].sort(), [
    "delete_users_id",
    "get_user",
    "head_users",
    "post_users",
    "request",
    "upload",
  ]);
  const same = {
    get_user: "get_user",
    delete_users_id: "delete_usersid",
    post_users: "post_users",
  };
  for (const [mine, recorded] of Object.entries(same)) {
    const operation = ours.get(mine);
    const expected = theirs[recorded];
    const schema = operation?.inputSchema as unknown as Schema;
    assert.equal(operation?.description, expected?.description);
    assert.deepEqual(Object.keys(schema.properties), Object.keys(expected!.inputSchema.properties));
    assert.deepEqual(schema.required, expected?.inputSchema.required);
  }
  const user = ours.get("get_user")?.inputSchema as unknown as Schema;
  assert.deepEqual(user.properties, theirs["get_user"]?.inputSchema.properties);
  assert.equal(ours.get("request")?.path, "/users");
});

/** Theirs cuts a circle to `object`; ours stays exact. */
Deno.test("vectors: describe, a circle of references", async () => {
  const schema = byGuestName((await read(described!.input.spec)).operations).get("post_users")
    ?.inputSchema;
  const { $defs } = schema as unknown as { $defs: Record<string, Schema> };
  assert.deepEqual($defs["User"]?.properties["boss"], { $ref: "#/$defs/User" });
});

for (const { id, input, expected } of REQUESTS) {
  const operations = byGuestName((await read(described!.input.spec)).operations);
  if (expected.returns === undefined) {
    Deno.test(`vectors: ${id}, the name "${input.method}" means no operation`, () => {
      assert.equal(operations.has(input.method), false);
    });
  } else if (input.method === "request") {
    Deno.test(`vectors: ${id}, no request beside the described ones`, () => {
      assert.deepEqual(operations.get("request")?.parameters, []);
    });
  } else {
    Deno.test(`vectors: ${id}, and the cookie that theirs leaves out`, () => {
      const operation = operations.get(input.method)!;
      const request = buildRequest(operation, new URL("https://api.example"), input.args);
      const { path, method, params, headers } = expected.returns!;
      assert.equal(request.url.pathname, path);
      assert.equal(request.method, method);
      assert.deepEqual(
        [...request.url.searchParams],
        Object.entries(params as Record<string, string[]>).flatMap(([name, values]) =>
          values.map((value) => [name, value])
        ),
      );
      assert.deepEqual(
        Object.fromEntries(request.headers),
        Object.fromEntries(
          Object.entries(headers as object).map(([name, value]) => [name.toLowerCase(), value]),
        ),
      );
      assert.deepEqual(request.cookies, [["sid", "c"]]);
    });
  }
}

/**
 * Theirs gives programs the document to search; here it becomes tools, so of these vectors those hold
 * that say what its references mean. Search, approval and truncation are the service's own for all tools.
 */
Deno.test("vectors: openApiMcpServer/8, a reference in an answer is resolved", async () => {
  const vector = SERVER.find(({ id }) => id === "openApiMcpServer/8");
  const { operations: [operation] } = await read(vector?.input["spec"]);
  const { $defs, $ref } = operation?.outputSchema as unknown as Record<string, unknown>;
  assert.equal($ref, "#/$defs/ItemList");
  assert.deepEqual(
    ($defs as Record<string, unknown>)["ItemList"],
    (vector?.expected as Record<string, unknown>)["jsonText"],
  );
});

Deno.test("vectors: openApiMcpServer/12, a foreign reference is refused with a message", async () => {
  const answer = ($ref: string) => ({
    get: { responses: { 200: { content: { "application/json": { schema: { $ref } } } } } },
  });
  const { operations, problems } = await read({
    openapi: "3.0.0",
    paths: {
      "/external": answer("schemas/external.json#/Thing"),
      "/missing": answer("#/components/schemas/Missing"),
    },
  });
  assert.deepEqual(operations, []);
  assert.deepEqual(problems, [
    'GET /external is left out: the reference "schemas/external.json#/Thing" leaves the document',
    'GET /missing is left out: the reference "#/components/schemas/Missing" leads to nothing',
  ]);
});
