/** The OpenAPI document: closed in itself, and about the routes that are there. */

import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { ERROR_CODES, type ErrorCode } from "../../../src/base/errors.ts";
import { scriptedApp } from "./scripted_app.ts";

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly requestBody?: { readonly content: Readonly<Record<string, object>> };
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, object>>;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** Routes the document leaves out: older names, and the document itself. */
const UNLISTED = [
  // A protocol of its own, which tells itself what it has.
  "GET /mcp",
  "POST /mcp",
  "DELETE /mcp",
  "GET /.well-known/oauth-protected-resource/*",
  "POST /execute",
  "POST /execute/stream",
  "GET /introspect",
  "GET /runtimes",
  "GET /openapi.json",
  "GET /docs",
  "GET /",
];

async function readDocument(): Promise<Document> {
  return await (await scriptedApp().send("/openapi.json")).json();
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "$ref" ? [String(inner)] : referencesIn(inner)
  );
}

Deno.test("openapi: every reference leads to a schema, every schema is used", async () => {
  const document = await readDocument();
  const references = new Set(referencesIn(document));
  const known = Object.keys(document.components.schemas)
    .map((name) => `#/components/schemas/${name}`);
  assert.deepEqual([...references].sort(), known.sort());
});

Deno.test("openapi: its paths are the routes", async () => {
  const { paths } = await readDocument();
  const listed = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  );
  const routes = scriptedApp({ admin: true }).app.routes.filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  const expected = [...new Set(routes)].filter((route) => !UNLISTED.includes(route));
  assert.deepEqual(listed.sort(), expected.sort());
});

Deno.test("openapi: version, and each operation with an id of its own and a success", async () => {
  const document = await readDocument();
  assert.equal(document.openapi, "3.1.0");
  assert.deepEqual([document.info.title, document.info.version], ["Code Mode", "1.2.3"]);
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { operationId, summary, responses } of operations) {
    assert.ok(summary !== "" && ("200" in responses || "101" in responses), operationId);
  }
});

Deno.test("openapi: no schema keeps a name of the generator", async () => {
  const { components } = await readDocument();
  for (const [name, schema] of Object.entries(components.schemas)) {
    assert.ok(typeof schema === "object" && schema !== null && !("$id" in schema), name);
    assert.ok(!("$schema" in schema), name);
  }
});

Deno.test("openapi: it is valid 3.1", async () => {
  const text = await (await scriptedApp().send("/openapi.json")).json();
  assert.deepEqual(await new Validator().validate(text), { valid: true });
  const broken = { ...text, paths: { "/x": { get: { responses: { "2000": {} } } } } };
  assert.equal((await new Validator().validate(broken)).valid, false);
});

const FAILURE = { "application/json": { schema: { $ref: "#/components/schemas/Failure" } } };

Deno.test("openapi: every operation has a group, a body to try, and its failures by status", async () => {
  const { paths, tags } = await readDocument();
  const known = tags.map(({ name }) => name);
  for (const one of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    const { operationId, responses, requestBody } = one;
    assert.ok(one.tags.length === 1 && known.includes(one.tags[0] ?? ""), operationId);
    const body = requestBody?.content["application/json"];
    assert.ok(requestBody === undefined || "example" in (body ?? {}), operationId);
    const failures = Object.entries(responses).filter(([status]) => /^[45]/.test(status));
    const statuses = failures.map(([status]) => status);
    assert.deepEqual(["401", "403", "429", "500", "503"].filter((s) => !statuses.includes(s)), []);
    if (body !== undefined) assert.ok(statuses.includes("413"), operationId);
    for (const [status, { description, content }] of failures) {
      if (operationId === "health" && status === "503") continue;
      assert.deepEqual(content, FAILURE, operationId);
      const codes = description.split(", ") as ErrorCode[];
      assert.deepEqual(codes.map((code) => ERROR_CODES[code]?.status), codes.map(() => +status));
    }
  }
});
