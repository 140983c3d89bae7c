import assert from "node:assert/strict";
import { ApiDocument } from "../../../src/openapi/api_document.ts";
import { loadDocument, MAX_YAML_BYTES } from "../../../src/openapi/load_document.ts";
import { readOperations } from "../../../src/openapi/read_operations.ts";
import { readSchemes } from "../../../src/openapi/security_schemes.ts";
import { operationUrl, serverUrl } from "../../../src/openapi/server_url.ts";
import { Secret } from "../../../src/base/secret.ts";

const NEVER = new AbortController().signal;
const FIXTURES = new URL("../../fixtures/openapi/", import.meta.url).pathname;

const UNUSABLE: readonly [unknown, string][] = [
  [{}, "its version is undefined, not 3.0 or 3.1"],
  [{ swagger: "2.0" }, "it is Swagger 2.0; convert it to OpenAPI 3"],
  [{ openapi: "3.2.0" }, "its version is 3.2.0, not 3.0 or 3.1"],
  [{ openapi: "3.01" }, "its version is 3.01, not 3.0 or 3.1"],
  [{ openapi: 3.1 }, "its version is 3.1, not 3.0 or 3.1"],
  [[], "it is no OpenAPI document"],
  [null, "it is no OpenAPI document"],
];

for (const [value, message] of UNUSABLE) {
  Deno.test(`a document is refused: ${JSON.stringify(value)}`, () => {
    assert.throws(() => new ApiDocument(value), { name: "DocumentFault", message });
  });
}

Deno.test("a published document in JSON: every operation is a tool", async () => {
  const document = await loadDocument(`${FIXTURES}github_issues.json`, NEVER);
  const { operations, problems } = await readOperations(document, {
    readOnly: false,
    include: ["*"],
    exclude: [],
    hostSets: () => false,
  });
  assert.deepEqual(problems, []);
  assert.equal(operations.length, 59);
  const list = operations.find(({ name }) => name === "issues/list-for-repo");
  assert.deepEqual(list?.parameters.map(({ name }) => name).slice(0, 4), [
    "owner",
    "repo",
    "milestone",
    "state",
  ]);
  assert.deepEqual([...list?.describedStatuses ?? []], ["200"]);
});

Deno.test("a published document in YAML is read as one in JSON", async () => {
  const yaml = await loadDocument(`${FIXTURES}blockfrost_trimmed.yaml`, NEVER);
  const { operations, problems } = await readOperations(yaml, {
    readOnly: true,
    include: ["*"],
    exclude: [],
    hostSets: () => false,
  });
  assert.deepEqual(problems, []);
  assert.ok(operations.length >= 5);
  for (const { outputSchema } of operations) assert.notEqual(outputSchema, undefined);
});

Deno.test("a document with more in it than any has is refused before it is parsed", async () => {
  const answer = (text: string) => () => Promise.resolve(new Response(text));
  const load = (text: string) => loadDocument("https://api.example/api.json", NEVER, answer(text));
  const names = Array.from({ length: 260_000 }, (_none, at) => `"${at.toString(36)}":0`);
  await assert.rejects(load(`{"openapi":"3.1.0","x":{${names}}}`), {
    name: "DocumentFault",
    message: "it has more than 250000 different names of members",
  });
  await assert.rejects(load(`{"openapi":"3.1.0","x":[${"0,".repeat(4_000_000)}0]}`), {
    name: "DocumentFault",
    message: "it has more than 4000000 members and elements",
  });
});

Deno.test("a file that is none is refused", async () => {
  await assert.rejects(loadDocument(`${FIXTURES}nothing.json`, NEVER), {
    name: "DocumentFault",
    message: "its file cannot be read",
  });
  assert.equal(MAX_YAML_BYTES, 1_048_576);
});

const document = (more: Record<string, unknown>) => new ApiDocument({ openapi: "3.1.0", ...more });
const where = (more: Record<string, unknown> = {}) => ({
  document: "/srv/api.yaml",
  serverVariables: {},
  ...more,
});

Deno.test("the server is the configured one, else the document's first", () => {
  const servers = [{ url: "https://a.example/v1/?x#y" }, { url: "https://b.example" }];
  assert.equal(serverUrl(document({ servers }), where()).href, "https://a.example/v1/");
  assert.equal(
    serverUrl(document({ servers }), where({ baseUrl: "http://10.0.0.1:80/x" })).href,
    "http://10.0.0.1/x",
  );
  const from = where({ document: "https://a.example/docs/api.json" });
  assert.equal(serverUrl(document({}), from).href, "https://a.example/");
  assert.equal(
    serverUrl(document({ servers: [{ url: "../v2" }] }), from).href,
    "https://a.example/v2",
  );
});

Deno.test("variables of a server have their values, and no others", () => {
  const servers = [{
    url: "https://{region}.example/{path}",
    variables: { region: { default: "eu", enum: ["eu", "us"] }, path: { default: "v1" } },
  }];
  const url = (serverVariables: Record<string, string>) =>
    serverUrl(document({ servers }), where({ serverVariables })).href;
  assert.equal(url({}), "https://eu.example/v1");
  assert.equal(url({ region: "us", path: "v2" }), "https://us.example/v2");
  assert.throws(() => url({ region: "evil.example/#" }), {
    message: 'the server variable "region" must be one of eu, us',
  });
  assert.throws(() => serverUrl(document({ servers: [{ url: "https://{x}/" }] }), where()), {
    message: 'its server has no variable "x"',
  });
});

const SERVERS: readonly [Record<string, unknown>, Record<string, unknown>, string][] = [
  [{}, {}, "it names no server; set baseUrl"],
  [{ servers: [{ url: "/v1" }] }, {}, 'its server "/v1" is no address; set baseUrl'],
  [{ servers: ["x"] }, {}, "its server is no object; set baseUrl"],
  [
    { servers: [{ url: "file:///etc" }] },
    {},
    'its server "file:///etc" is no address; set baseUrl',
  ],
  [
    { servers: [{ url: "https://u:p@a.example" }] },
    {},
    "credentials do not belong in an address; see auth",
  ],
  [
    { servers: [{ url: "https://evil.example" }] },
    { document: "https://a.example/api.json" },
    "its server https://evil.example is not where it comes from; set baseUrl",
  ],
];

for (const [more, options, message] of SERVERS) {
  Deno.test(`no server: ${message}`, () => {
    assert.throws(() => serverUrl(document(more), where(options)), {
      name: "DocumentFault",
      message,
    });
  });
}

Deno.test("an operation's own server is of the same origin", () => {
  const base = new URL("https://a.example/v1");
  assert.equal(operationUrl(undefined, base, where()), base);
  assert.equal(
    operationUrl({ url: "https://a.example/v2" }, base, where()).href,
    "https://a.example/v2",
  );
  assert.throws(() => operationUrl({ url: "https://b.example" }, base, where()), {
    message: "it is at another origin (https://b.example)",
  });
  const configured = where({ baseUrl: "https://a.example/v1" });
  assert.equal(operationUrl({ url: "https://b.example" }, base, configured), base);
});

Deno.test("a secret that fits no scheme is told", () => {
  const secret = new Secret("x");
  const schemes = {
    key: { type: "apiKey", in: "header", name: "X-Key" },
    odd: { type: "apiKey", in: "header", name: "a b" },
    mutual: { type: "mutualTLS" },
    digest: { type: "http", scheme: "digest" },
  };
  const read = (auth: Parameters<typeof readSchemes>[1]) =>
    readSchemes(document({ components: { securitySchemes: schemes } }), auth, () => {
      throw new TypeError("no tokens here");
    });
  const cases: [Parameters<typeof readSchemes>[1], string][] = [
    [{ kex: { value: secret } }, 'it has no security scheme "kex"; did you mean "key"?'],
    [
      { other: { value: secret } },
      'it has no security scheme "other"; it has key, odd, mutual, digest',
    ],
    [
      { key: { token: secret } },
      'the security scheme "key" needs { value }, and auth has something else',
    ],
    [{ odd: { value: secret } }, 'the security scheme "odd" cannot be sent'],
    [
      { mutual: { value: secret } },
      'the security scheme "mutual" needs what cannot be configured, and auth has something else',
    ],
    [
      { digest: { username: "u", password: secret } },
      'the security scheme "digest" needs what cannot be configured, and auth has something else',
    ],
  ];
  for (const [auth, message] of cases) {
    assert.throws(() => read(auth), { name: "DocumentFault", message });
  }
});
