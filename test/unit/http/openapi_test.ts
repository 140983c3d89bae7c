/** The OpenAPI document: closed in itself, and about the routes that are there. */

import assert from "node:assert/strict";
import type { ServerAdmin } from "../../../src/http/mod.ts";
import { scriptedApp } from "./scripted_app.ts";

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** Routes the document leaves out: older names, and the document itself. */
const UNLISTED = [
  "GET /.well-known/oauth-protected-resource/*",
  "POST /execute",
  "GET /introspect",
  "GET /runtimes",
  "GET /openapi.json",
  "GET /docs",
  "GET /",
];

/** With it all routes are there. */
const NO_SERVERS: ServerAdmin = {
  list: () => [],
  add: () => Promise.resolve(),
  remove: () => Promise.resolve(false),
  reload: () => Promise.reject(new TypeError("there is nothing to reload")),
};

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
  const routes = scriptedApp({ admin: NO_SERVERS }).app.routes.filter(({ method }) =>
    method !== "ALL"
  )
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  const expected = [...new Set(routes)].filter((route) => !UNLISTED.includes(route));
  assert.deepEqual(listed.sort(), expected.sort());
});

Deno.test("openapi: version, and each operation with an id of its own and a 200", async () => {
  const document = await readDocument();
  assert.equal(document.openapi, "3.1.0");
  assert.deepEqual([document.info.title, document.info.version], ["Code Mode", "1.2.3"]);
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { operationId, summary, responses } of operations) {
    assert.ok(summary !== "" && "200" in responses, operationId);
  }
});

Deno.test("openapi: no schema keeps a name of the generator", async () => {
  const { components } = await readDocument();
  for (const [name, schema] of Object.entries(components.schemas)) {
    assert.ok(typeof schema === "object" && schema !== null && !("$id" in schema), name);
    assert.ok(!("$schema" in schema), name);
  }
});
