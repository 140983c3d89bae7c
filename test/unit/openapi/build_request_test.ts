import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { ApiDocument } from "../../../src/openapi/api_document.ts";
import { type ApiRequest, buildRequest } from "../../../src/openapi/build_request.ts";
import { readOperations } from "../../../src/openapi/read_operations.ts";

const BASE = new URL("https://api.example/v1/");

/** The request of the one operation that has these parameters. */
async function request(
  parameters: readonly Record<string, unknown>[],
  input: Record<string, unknown>,
  { path = "/x", method = "get", requestBody }: {
    path?: string;
    method?: string;
    requestBody?: unknown;
  } = {},
): Promise<ApiRequest> {
  const document = new ApiDocument({
    openapi: "3.1.0",
    paths: { [path]: { parameters, [method]: { operationId: "x", requestBody } } },
  });
  const { operations: [operation], problems } = await readOperations(document, {
    readOnly: false,
    include: ["*"],
    exclude: [],
    hostSets: () => false,
  });
  assert.deepEqual(problems, []);
  assert.ok(operation);
  return buildRequest(operation, BASE, input);
}

const query = (rest: Record<string, unknown>) => [{ name: "q", in: "query", ...rest }];

const QUERIES: readonly [string, Record<string, unknown>, unknown, string][] = [
  ["a text", {}, "a b&c", "?q=a%20b%26c"],
  ["a number", {}, 3.5, "?q=3.5"],
  ["null", {}, null, "?q="],
  ["a list, form, explode", {}, [1, "b c"], "?q=1&q=b%20c"],
  ["a list, form", { explode: false }, ["a,b", "c"], "?q=a%2Cb,c"],
  ["a list, spaceDelimited", { style: "spaceDelimited", explode: false }, [1, 2], "?q=1%202"],
  ["a list, pipeDelimited", { style: "pipeDelimited" }, ["a", "b"], "?q=a%7Cb"],
  ["an empty list", {}, [], ""],
  ["an object, form, explode", {}, { a: 1, "b c": "d" }, "?a=1&b%20c=d"],
  ["an object, form", { explode: false }, { a: 1, b: 2 }, "?q=a,1,b,2"],
  [
    "an object, deepObject",
    { style: "deepObject" },
    { a: { b: [1, 2] }, c: "d" },
    "?q%5Ba%5D%5Bb%5D=1&q%5Ba%5D%5Bb%5D=2&q%5Bc%5D=d",
  ],
  ["reserved characters", { allowReserved: true }, "a/b:c&d=e#f+g", "?q=a/b:c%26d%3De%23f%2Bg"],
  ["JSON", { content: { "application/json": {} } }, { a: [1] }, "?q=%7B%22a%22%3A%5B1%5D%7D"],
];

for (const [what, rest, value, expected] of QUERIES) {
  Deno.test(`a query has ${what}`, async () => {
    assert.equal((await request(query(rest), { q: value })).url.search, expected);
  });
}

const PATHS: readonly [string, Record<string, unknown>, unknown, string][] = [
  ["a text", {}, "a/b c", "a%2Fb%20c"],
  ["a list, simple", {}, [1, 2], "1,2"],
  ["an object, simple", {}, { a: 1, b: 2 }, "a,1,b,2"],
  ["an object, simple, explode", { explode: true }, { a: 1, b: 2 }, "a=1,b=2"],
  ["a list, label", { style: "label" }, [1, 2], ".1,2"],
  ["a list, label, explode", { style: "label", explode: true }, [1, 2], ".1.2"],
  ["a text, matrix", { style: "matrix" }, "a", ";id=a"],
  ["a list, matrix", { style: "matrix" }, [1, 2], ";id=1,2"],
  ["a list, matrix, explode", { style: "matrix", explode: true }, [1, 2], ";id=1;id=2"],
  ["an object, matrix, explode", { style: "matrix", explode: true }, { a: 1 }, ";a=1"],
];

for (const [what, rest, value, expected] of PATHS) {
  Deno.test(`a path has ${what}`, async () => {
    const parameters = [{ name: "id", in: "path", required: true, ...rest }];
    const { url } = await request(parameters, { id: value }, { path: "/x/{id}/y" });
    assert.equal(url.href, `https://api.example/v1/x/${expected}/y`);
  });
}

const CLIMBS: readonly unknown[] = [
  "..",
  ".",
  "../admin",
  "a/../../admin",
  "..\\admin",
  "%2e%2e",
  "%2E%2E%2Fadmin",
  "%252e%252e",
  ["..", ".."].join("/"),
  "..;x=y",
  "a\u0000b",
  "a\r\nb",
  "%0d%0ahost: evil",
];

for (const value of CLIMBS) {
  Deno.test(`a path is not left by ${JSON.stringify(value)}`, async () => {
    const parameters = [{ name: "id", in: "path", required: true }];
    await assert.rejects(
      () => request(parameters, { id: value }, { path: "/users/{id}" }),
      new CodemodeError(
        "TOOL_INPUT_INVALID",
        "The request cannot be sent: a value in its path would leave the path",
      ),
    );
  });
}

Deno.test("two values do not climb together", async () => {
  const parameters = [{ name: "a", in: "path" }, { name: "b", in: "path" }];
  await assert.rejects(
    () => request(parameters, { a: ".", b: "." }, { path: "/users/{a}{b}/x" }),
    /would leave the path/,
  );
  await assert.rejects(
    () => request(parameters, { a: "%", b: "2e%2e" }, { path: "/users/{a}{b}/x" }),
    /would leave the path/,
  );
});

Deno.test("an empty value in a path would be another request", async () => {
  const parameters = [{ name: "id", in: "path" }];
  for (const id of ["", [], null]) {
    await assert.rejects(
      () => request(parameters, { id }, { path: "/users/{id}", method: "delete" }),
      new CodemodeError(
        "TOOL_INPUT_INVALID",
        "The request cannot be sent: /id must not be empty",
      ),
    );
  }
});

Deno.test("a value names no host", async () => {
  const parameters = [{ name: "id", in: "path" }];
  for (
    const id of ["//evil.example", "@evil.example", "https://evil.example/", ":80", "?a", "#b"]
  ) {
    const { url } = await request(parameters, { id }, { path: "/{id}" });
    assert.equal(url.origin, "https://api.example");
    assert.equal(url.pathname, `/v1/${encodeURIComponent(id)}`);
    assert.equal(url.search + url.hash, "");
  }
});

Deno.test("a header takes no line break and nothing beyond ASCII", async () => {
  const parameters = [{ name: "X-Trace", in: "header" }];
  assert.deepEqual(
    (await request(parameters, { "X-Trace": ["a", "b"] })).headers,
    new Map([["x-trace", "a,b"]]),
  );
  for (const value of ["a\r\nb: c", "a\nb", "a\u0000", "ä", "\u{1f600}"]) {
    await assert.rejects(
      () => request(parameters, { "X-Trace": value }),
      new CodemodeError(
        "TOOL_INPUT_INVALID",
        "The request cannot be sent: /X-Trace has characters that no header may have",
      ),
    );
  }
});

Deno.test("a cookie's value ends no cookie", async () => {
  const { cookies } = await request([{ name: "sid", in: "cookie" }], { sid: "a; admin=1" });
  assert.deepEqual(cookies, [["sid", "a%3B%20admin%3D1"]]);
});

Deno.test("a lone surrogate cannot be sent, and a long address neither", async () => {
  await assert.rejects(
    () => request(query({}), { q: "\ud800" }),
    new CodemodeError(
      "TOOL_INPUT_INVALID",
      "The request cannot be sent: a text in it is no Unicode",
    ),
  );
  const fits = 16_384 - "https://api.example/v1/x?q=".length;
  assert.equal((await request(query({}), { q: "a".repeat(fits) })).url.href.length, 16_384);
  await assert.rejects(
    () => request(query({}), { q: "a".repeat(fits + 1) }),
    new CodemodeError(
      "TOOL_INPUT_INVALID",
      "The request cannot be sent: its address would be too long",
    ),
  );
});

Deno.test("names of prototypes are names like others", async () => {
  const parameters = ["constructor", "toString", "__proto__"]
    .map((name) => ({ name, in: "query" }));
  assert.equal((await request(parameters, {})).url.search, "");
  const given = { constructor: "a", toString: "b", query___proto__: "c" };
  assert.equal(
    (await request(parameters, given)).url.search,
    "?constructor=a&toString=b&__proto__=c",
  );
});

const BODIES: readonly [string, unknown, unknown, string][] = [
  ["application/json", { a: [1, null] }, '{"a":[1,null]}', "application/json"],
  ["application/vnd.x+json", [1], "[1]", "application/vnd.x+json"],
  [
    "application/x-www-form-urlencoded",
    { a: "b c", d: [1, 2], e: { f: 1 } },
    "a=b+c&d=1&d=2&e=%7B%22f%22%3A1%7D",
    "application/x-www-form-urlencoded",
  ],
  ["text/plain", "hello", "hello", "text/plain"],
  ["*/*", "aGk=", new Uint8Array([104, 105]), "application/octet-stream"],
  ["image/png", "aGk=", new Uint8Array([104, 105]), "image/png"],
];

for (const [type, value, content, contentType] of BODIES) {
  Deno.test(`a body is sent as ${type}`, async () => {
    const requestBody = { content: { [type]: {} } };
    const { body } = await request([], { body: value }, { method: "post", requestBody });
    assert.deepEqual(body, { content, contentType });
  });
}

Deno.test("a form with parts has texts, JSON and files", async () => {
  const properties = {
    note: { type: "string" },
    meta: { type: "object" },
    photo: { type: "string", format: "binary" },
    more: { type: "array", items: { type: "string", format: "binary" } },
  };
  const requestBody = {
    content: {
      "multipart/form-data": {
        schema: { type: "object", properties },
        encoding: { photo: { contentType: "image/png" } },
      },
    },
  };
  const { body } = await request(
    [],
    { body: { note: "n", meta: { a: 1 }, photo: "aGk=", more: ["YQ==", "Yg=="] } },
    { method: "post", requestBody },
  );
  const form = body?.content;
  assert.ok(form instanceof FormData);
  assert.equal(body?.contentType, undefined);
  const parts = await Promise.all(
    [...form].map(async ([name, part]) =>
      typeof part === "string" ? [name, part] : [name, part.type, part.name, await part.text()]
    ),
  );
  assert.deepEqual(parts, [
    ["note", "n"],
    ["meta", "application/json", "blob", '{"a":1}'],
    ["photo", "image/png", "photo", "hi"],
    ["more", "application/octet-stream", "more", "a"],
    ["more", "application/octet-stream", "more", "b"],
  ]);
});

Deno.test("bytes that are no base64 are refused", async () => {
  const requestBody = { content: { "application/octet-stream": {} } };
  for (const body of ["a", "aGk", "a\n==", 1, {}]) {
    await assert.rejects(
      () => request([], { body }, { method: "post", requestBody }),
      new CodemodeError("TOOL_INPUT_INVALID", "Invalid input: /body must be base64"),
    );
  }
});

Deno.test("slashes at the end of a base are one, and many before its end cost nothing", async () => {
  const document = new ApiDocument({
    openapi: "3.1.0",
    paths: { "/x": { get: { operationId: "x" } } },
  });
  const { operations: [operation] } = await readOperations(document, {
    readOnly: true,
    include: ["*"],
    exclude: [],
    hostSets: () => false,
  });
  assert.ok(operation);
  const url = (path: string) => buildRequest(operation, new URL(path, BASE), {}).url.pathname;
  assert.equal(url("/v1///"), "/v1/x");
  // Half a minute where each slash begins a search of its own.
  const long = new URL(`https://api.example${"/".repeat(200_000)}v`);
  assert.throws(() => buildRequest(operation, long, {}), {
    message: "The request cannot be sent: its address would be too long",
  });
});
