import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { ApiDocument } from "../../../src/openapi/api_document.ts";
import { MAX_OPERATIONS, readOperations } from "../../../src/openapi/read_operations.ts";
import {
  MAX_DATA_SIZE,
  MAX_DEFINITIONS,
  MAX_SCHEMA_SIZE,
  MAX_TOTAL_SIZE,
} from "../../../src/openapi/schema_converter.ts";

const ALL = { readOnly: false, include: ["*"], exclude: [], hostSets: () => false };

function read(paths: unknown, more: Record<string, unknown> = {}, choice = {}) {
  const document = new ApiDocument({ openapi: "3.0.3", paths, ...more });
  return readOperations(document, { ...ALL, ...choice });
}

/** The schema of the body of one operation whose body is `schema`. */
async function bodySchema(
  schema: unknown,
  more: Record<string, unknown> = {},
): Promise<unknown> {
  const content = { "application/json": { schema } };
  const { operations: [operation], problems } = await read(
    { "/x": { post: { requestBody: { content } } } },
    more,
  );
  assert.deepEqual(problems, []);
  const input = operation?.inputSchema as { properties: { body: unknown }; $defs?: unknown };
  return input.$defs === undefined ? input.properties.body : input;
}

Deno.test("operations have names, also without one and with one twice", async () => {
  const { operations, problems } = await read({
    "/": { get: {} },
    "/users/{id}": {
      parameters: [{ name: "id", in: "path", required: true }],
      get: { operationId: "get-user" },
      head: { operationId: "get-user" },
      delete: {},
    },
    "/users.{id}": { parameters: [{ name: "id", in: "path" }], delete: {} },
  });
  assert.deepEqual(operations.map(({ name, method, path }) => `${name}: ${method} ${path}`), [
    "delete_users_id: DELETE /users/{id}",
    "delete_users_id_2: DELETE /users.{id}",
    "get: GET /",
    "get-user: GET /users/{id}",
    "head_users_id: HEAD /users/{id}",
  ]);
  assert.deepEqual(problems, [
    'HEAD /users/{id} is named "head_users_id": another operation has the id "get-user"',
  ]);
});

Deno.test("methods give hints, and only what reads is there unless it is asked for", async () => {
  const methods = ["get", "head", "post", "put", "patch", "delete", "options", "trace"];
  const item = Object.fromEntries(methods.map((method) => [method, { operationId: method }]));
  const hints = Object.fromEntries(
    (await read({ "/x": item })).operations.map(({ name, annotations }) => [name, annotations]),
  );
  const hint = (readOnlyHint: boolean, idempotentHint: boolean) => ({
    readOnlyHint,
    destructiveHint: !readOnlyHint,
    idempotentHint,
    openWorldHint: true,
  });
  assert.deepEqual(hints, {
    delete: hint(false, true),
    get: hint(true, true),
    head: hint(true, true),
    options: hint(false, false),
    patch: hint(false, false),
    post: hint(false, false),
    put: hint(false, true),
  });
  const names = (await read({ "/x": item }, {}, { readOnly: true })).operations.map(({ name }) =>
    name
  );
  assert.deepEqual(names, ["get", "head"]);
});

Deno.test("operations are chosen by names and tags", async () => {
  const paths = {
    "/a": { get: { operationId: "users/list", tags: ["users"] } },
    "/b": { get: { operationId: "users/get", tags: ["users", "admin"] } },
    "/c": { get: { operationId: "teams/list", tags: ["teams"] } },
  };
  const chosen = async (include: string[], exclude: string[] = []) =>
    (await read(paths, {}, { include, exclude })).operations.map(({ name }) => name);
  assert.deepEqual(await chosen(["users/*"]), ["users/get", "users/list"]);
  assert.deepEqual(await chosen(["*/list"]), ["teams/list", "users/list"]);
  assert.deepEqual(await chosen(["u*s*t"], ["*get"]), ["users/list"]);
  assert.deepEqual(await chosen(["tag:users"], ["tag:adm*"]), ["users/list"]);
  assert.deepEqual(await chosen(["users"]), []);
});

Deno.test("parameters of the path are the operation's, unless it has its own", async () => {
  const { operations: [operation] } = await read({
    "/x/{id}": {
      parameters: [
        { $ref: "#/components/parameters/Id" },
        { name: "limit", in: "query", schema: { type: "integer" } },
        { name: "id", in: "query", schema: { type: "string" } },
        { name: "body", in: "query", schema: { type: "string" } },
      ],
      get: {
        parameters: [
          { name: "limit", in: "query", required: true, schema: { type: "string" } },
          { name: "Accept", in: "header" },
          { name: "Content-Type", in: "header" },
        ],
      },
    },
  }, {
    components: {
      parameters: {
        Id: { name: "id", in: "path", description: "Which", schema: { type: "integer" } },
      },
    },
  });
  assert.deepEqual(operation?.inputSchema, {
    type: "object",
    properties: {
      id: { type: "integer", description: "Which" },
      limit: { type: "string" },
      query_id: { type: "string" },
      query_body: { type: "string" },
    },
    required: ["id", "limit"],
    additionalProperties: false,
  });
});

Deno.test("what 3.0 says in its own way is said as JSON Schema does", async () => {
  assert.deepEqual(
    await bodySchema({
      type: "object",
      nullable: true,
      required: ["id", "name"],
      properties: {
        id: { type: "integer", readOnly: true },
        name: { type: "string", nullable: true, enum: ["a"], example: "a" },
        age: { type: "number", minimum: 1, exclusiveMinimum: true, maximum: 9 },
        either: { nullable: true, oneOf: [{ type: "string" }, { type: "number" }] },
        file: { type: "string", format: "binary" },
        secret: { type: "string", writeOnly: true },
      },
      xml: { name: "x" },
    }),
    {
      type: ["object", "null"],
      required: ["name"],
      properties: {
        name: { type: ["string", "null"], enum: ["a", null] },
        age: { type: "number", exclusiveMinimum: 1, maximum: 9 },
        either: {
          anyOf: [{ oneOf: [{ type: "string" }, { type: "number" }] }, { type: "null" }],
        },
        file: { type: "string", contentEncoding: "base64" },
        secret: { type: "string" },
      },
    },
  );
});

Deno.test("references stay references, circles too, and names stay apart", async () => {
  const components = {
    schemas: {
      Node: {
        type: "object",
        properties: { next: { $ref: "#/components/schemas/Node" }, other: { $ref: "#/x/Node" } },
      },
    },
  };
  const x = { Node: { type: "string" } };
  assert.deepEqual(await bodySchema({ $ref: "#/components/schemas/Node" }, { components, x }), {
    type: "object",
    properties: { body: { $ref: "#/$defs/Node" } },
    additionalProperties: false,
    $defs: {
      Node: {
        type: "object",
        properties: { next: { $ref: "#/$defs/Node" }, other: { $ref: "#/$defs/Node_2" } },
      },
      Node_2: { type: "string" },
    },
  });
});

Deno.test("what would be too much accepts everything", async () => {
  const schemas = Object.fromEntries(
    Array.from({ length: MAX_DEFINITIONS + 5 }, (_, index) => [
      `S${index}`,
      { type: "object", properties: { next: { $ref: `#/components/schemas/S${index + 1}` } } },
    ]),
  );
  const last = { [`S${MAX_DEFINITIONS + 5}`]: { type: "string" } };
  const input = await bodySchema({ $ref: "#/components/schemas/S0" }, {
    components: { schemas: { ...schemas, ...last } },
  }) as { $defs: Record<string, unknown> };
  assert.equal(Object.keys(input.$defs).length, MAX_DEFINITIONS + 1);
  assert.equal(input.$defs[`S${MAX_DEFINITIONS}`], true);
  let deep: unknown = { type: "string" };
  for (let level = 0; level < 60; level += 1) deep = { type: "array", items: deep };
  assert.match(
    JSON.stringify(await bodySchema(deep)),
    /^(?:\{"type":"array","items":){49}true\}{49}$/,
  );
});

Deno.test("a document with too many operations loses the rest", async () => {
  const paths = Object.fromEntries(
    Array.from({ length: MAX_OPERATIONS + 1 }, (_, index) => [`/x${index}`, { get: {} }]),
  );
  const { operations, problems } = await read(paths);
  assert.equal(operations.length, MAX_OPERATIONS);
  assert.deepEqual(problems, [
    `it has more than ${MAX_OPERATIONS} operations; the rest is left out`,
  ]);
});

const FAULTS: readonly [string, unknown, string][] = [
  ["a file", { $ref: "other.yaml#/X" }, 'the reference "other.yaml#/X" leaves the document'],
  [
    "an address",
    { $ref: "https://evil.example/x#/X" },
    'the reference "https://evil.example/x#/X" leaves the document',
  ],
  ["a path", { $ref: "/etc/passwd" }, 'the reference "/etc/passwd" leaves the document'],
  ["nothing", { $ref: "#/nope" }, 'the reference "#/nope" leads to nothing'],
  ["a prototype", { $ref: "#/constructor" }, 'the reference "#/constructor" leads to nothing'],
];

for (const [what, reference, message] of FAULTS) {
  Deno.test(`an operation that refers to ${what} is left out, the others stay`, async () => {
    const content = { "application/json": { schema: { properties: { x: reference } } } };
    const { operations, problems } = await read({
      "/a": { get: { parameters: [reference] } },
      "/b": { post: { requestBody: { content } } },
      "/c": { get: { responses: { 200: { content } } } },
      "/d": { get: { operationId: "fine" } },
    });
    assert.deepEqual(operations.map(({ name }) => name), ["fine"]);
    assert.deepEqual(problems, [
      `GET /a is left out: ${message}`,
      `POST /b is left out: ${message}`,
      `GET /c is left out: ${message}`,
    ]);
  });
}

Deno.test("what cannot be sent is left out and told", async () => {
  const header = (name: string) => ({ parameters: [{ name, in: "header" }] });
  const { operations, problems } = await read({
    "/a": { get: header("Host") },
    "/b": { get: header("Transfer-Encoding") },
    "/c": { get: header("Proxy-Authorization") },
    "/d": { get: header("a\r\nb") },
    "/e/{id}": { get: {} },
    "f": { get: {} },
    "/g": { get: { parameters: [{ name: "x", in: "body" }] } },
    "/h": { post: { requestBody: { content: { "a/b\r\nc: d": {} } } } },
    "/i": { $ref: "#/paths/~1i" },
    "/j": {
      get: { parameters: Array.from({ length: 129 }, (_, i) => ({ name: `${i}`, in: "query" })) },
    },
  });
  assert.deepEqual(operations, []);
  assert.deepEqual(problems, [
    'GET /a is left out: the header "Host" cannot be a parameter',
    'GET /b is left out: the header "Transfer-Encoding" cannot be a parameter',
    'GET /c is left out: the header "Proxy-Authorization" cannot be a parameter',
    'GET /d is left out: the header "a\r\nb" cannot be a parameter',
    "GET /e/{id} is left out: its path has {id}, which is no parameter",
    "GET f is left out: its path does not begin with a slash",
    "GET /g is left out: a parameter has no name or place",
    "POST /h is left out: a content type cannot be sent",
    "/i is left out: a reference leads in a circle",
    "GET /j is left out: it has more than 128 parameters",
  ]);
});

Deno.test("answers: one schema for all that succeed, null where one has no body", async () => {
  const json = (schema: unknown) => ({ content: { "application/json": { schema } } });
  const output = async (responses: unknown) => {
    const { operations: [operation] } = await read({ "/x": { get: { responses } } });
    return [operation?.outputSchema, [...operation?.describedStatuses ?? []]];
  };
  const text = { type: "string" };
  const number = { type: "number" };
  assert.deepEqual(await output({ 200: json(text), default: json(number) }), [text, ["200"]]);
  assert.deepEqual(await output({ 200: json(text), 201: json(text) }), [text, ["200", "201"]]);
  assert.deepEqual(await output({ "2XX": json(text) }), [text, ["2XX"]]);
  assert.deepEqual(await output({ 200: json(text), 202: json(number), 204: {} }), [
    { anyOf: [text, number, { type: "null" }] },
    ["200", "202", "204"],
  ]);
  assert.deepEqual(await output({ 204: {} }), [undefined, []]);
  assert.deepEqual(await output({ 200: json(text), 206: { content: { "text/csv": {} } } }), [
    undefined,
    [],
  ]);
  assert.deepEqual(await output({ 200: json(undefined) }), [undefined, []]);
});

Deno.test("a list of values that is too long is left out, however many operations share it", async () => {
  const value = "v".repeat(1_000);
  const long = Array.from({ length: MAX_DATA_SIZE / 1_000 + 1 }, () => value);
  const schema = { type: "string", enum: long, default: long, description: "short" };
  assert.deepEqual(await bodySchema(schema), { type: "string", description: "short" });
  const fitting = long.slice(0, 60);
  assert.deepEqual(await bodySchema({ enum: fitting }), { enum: fitting });
  const nested = Array.from({ length: 20 }, () => long);
  assert.deepEqual(await bodySchema({ const: { deep: nested }, type: "object" }), {
    type: "object",
  });
});

Deno.test("what one schema needs is bounded as if it were written out", async () => {
  const text = "t".repeat(60_000);
  const names = Array.from({ length: 30 }, (_, index) => `S${index}`);
  const schemas = Object.fromEntries(names.map((name) => [name, { type: "string", title: text }]));
  const properties = Object.fromEntries(
    names.map((name) => [name, { $ref: `#/components/schemas/${name}` }]),
  );
  const { $defs } = await bodySchema({ type: "object", properties }, {
    components: { schemas },
  }) as {
    $defs: Record<string, unknown>;
  };
  const kept = Object.values($defs).filter((one) => one !== true);
  assert.deepEqual([Object.keys($defs).length, kept.length], [30, 17]);
  assert.ok(JSON.stringify($defs).length < MAX_SCHEMA_SIZE);
  const inline = Object.fromEntries(names.map((name) => [name, { type: "string", title: text }]));
  const { problems } = await read({
    "/x": {
      post: {
        requestBody: { content: { "application/json": { schema: { properties: inline } } } },
      },
    },
  });
  assert.deepEqual(problems, ["POST /x is left out: its schema is too large"]);
});

Deno.test("a document whose schemas are too large in all loses the rest", async () => {
  const title = "t".repeat(60_000);
  const count = Math.ceil(MAX_TOTAL_SIZE / 60_000) + 5;
  const body = { content: { "application/json": { schema: { type: "string", title } } } };
  const paths = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`/p${index}`, { post: { requestBody: body } }]),
  );
  const { operations, problems } = await read(paths);
  assert.ok(operations.length < count && operations.length > count - 20, `${operations.length}`);
  assert.equal(
    problems[0]?.replace(/\d+/, "N"),
    "POST /pN is left out: the schemas of this document are too large in all",
  );
});

Deno.test("an object that stands in many places is read once", async () => {
  let reads = 0;
  const content = new Proxy({ "application/json": { schema: { type: "string" } } }, {
    ownKeys: (target) => {
      reads += 1;
      return Reflect.ownKeys(target);
    },
  });
  const item = {
    post: { requestBody: { content }, responses: { 200: { content } } },
    put: { requestBody: { content: { "no type": {} } } },
  };
  const paths = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`/p${index}`, { $ref: "#/components/pathItems/p" }]),
  );
  const { operations, problems } = await read(paths, { components: { pathItems: { p: item } } });
  assert.deepEqual([operations.length, reads], [50, 2]);
  assert.equal(problems.length, 50);
  assert.equal(new Set(operations.map(({ outputSchema }) => outputSchema)).size, 1);
});

Deno.test("a reference without end is not gone along", async () => {
  const $ref = `#/${"x/".repeat(3_000)}`;
  const { problems } = await read({ "/x": { post: { requestBody: { $ref } } } });
  assert.deepEqual(problems, [
    `POST /x is left out: the reference "${$ref.slice(0, 120)}" is too long`,
  ]);
});

Deno.test("operations: others have their turn between them", async () => {
  let [turns, isOver] = [0, false];
  const count = () => void (turns += 1, isOver || setImmediate(count));
  setImmediate(count);
  const paths = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`/x${at}`, { get: {} }]));
  const { operations } = await read(paths);
  isOver = true;
  assert.equal(operations.length, 50);
  assert.ok(turns >= 50, `${turns} turns`);
});
