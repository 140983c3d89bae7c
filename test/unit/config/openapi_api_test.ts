/** `openapi`, `reload` and `admin` of the configuration. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import {
  type ConfigProblem,
  parseConfig,
  parseConfigText,
  printConfig,
} from "../../../src/config/mod.ts";

/** Each problem as `path: message`. */
function told(config: Record<string, unknown>): string[] {
  try {
    parseConfig(config, "/srv");
  } catch (error) {
    assert.ok(error instanceof CodemodeError);
    const problems = error.details["problems"] as readonly ConfigProblem[];
    return problems.map(({ path, message, suggestion }) =>
      `${path}: ${message}${suggestion ? ` (${suggestion})` : ""}`
    );
  }
  return [];
}

Deno.test("an API has defaults, and its path is relative to the file", () => {
  const { openapi, reload, admin } = parseConfig(
    { openapi: { pets: { document: "./pets.yaml" }, far: { document: "https://a.example/x" } } },
    "/srv",
  );
  assert.deepEqual(openapi["pets"], {
    document: "/srv/pets.yaml",
    serverVariables: {},
    readOnly: true,
    operations: { include: ["*"], exclude: [] },
    auth: {},
    headers: {},
    timeoutMs: 10_000,
    maxResponseBytes: 8_388_608,
    checkResponses: true,
  });
  assert.equal(openapi["far"]?.document, "https://a.example/x");
  assert.deepEqual(reload, { watch: true, graceMs: 10_000 });
  assert.deepEqual(admin, { enabled: false, stdio: false, privateAddresses: false });
});

const api = (more: Record<string, unknown>) => ({
  openapi: { pets: { document: "https://a.example/x", ...more } },
});
const KEY = { auth: { s: { value: "k" } } };
const OVER_HTTP = "must be https, or http on this machine, where headers or auth are sent";

const REFUSED: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
  ["no document", { openapi: { pets: {} } }, [
    "openapi.pets.document: must be a path, an address or a document",
  ]],
  ["an unknown key", api({ readonly: false }), [
    'openapi.pets.readonly: unknown key "readonly" (readOnly)',
  ]],
  ["a name that is none", { openapi: { "a b": { document: "x" } } }, [
    "openapi.a b: a server's name has letters, digits, _ and -, 64 at most",
  ]],
  ["a name that is taken", {
    mcp: { servers: { pets: { transport: "stdio", command: "x" } } },
    ...api({}),
  }, ['openapi.pets: there is another server "pets"']],
  ["the name of native tools", { openapi: { tools: { document: "x" } } }, [
    "openapi.tools: this is the name of the program's own tools",
  ]],
  ["the name of what programs have built in", {
    mcp: { servers: { codemode: { transport: "stdio", command: "x" } } },
    openapi: { codemode: { document: "x" } },
  }, [
    "mcp.servers.codemode: this is the name of what every program has built in",
    "openapi.codemode: this is the name of what every program has built in",
    'openapi.codemode: there is another server "codemode"',
  ]],
  ["credentials of another kind", api({ auth: { s: { value: "k", token: "t" } } }), [
    "openapi.pets.auth.s: must be { value }, { token }, { username, password } or " +
    "{ clientId, clientSecret }",
  ]],
  ["credentials in an address", api({ baseUrl: "https://u:p@a.example" }), [
    "openapi.pets.baseUrl: credentials do not belong in an address; see auth",
  ]],
  ["secrets over HTTP", api({ baseUrl: "http://a.example", ...KEY }), [
    `openapi.pets.baseUrl: ${OVER_HTTP}`,
  ]],
  ["headers over HTTP", api({ baseUrl: "http://10.0.0.1", headers: { "x-a": "b" } }), [
    `openapi.pets.baseUrl: ${OVER_HTTP}`,
  ]],
  [
    "tokens over HTTP",
    api({
      auth: { s: { clientId: "a", clientSecret: "b", tokenUrl: "http://a.example/t" } },
    }),
    ["openapi.pets.auth.s.tokenUrl: must be https, or http on this machine"],
  ],
  ["headers that steer the connection", api({ headers: { Host: "x", "a b": "c", ok: "a\r\nb" } }), [
    "openapi.pets.headers.Host: Host is no header that can be added",
    "openapi.pets.headers.a b: a b is no header that can be added",
    "openapi.pets.headers.ok: it is empty or has characters that no header may have",
  ]],
  ["a grant of an API that is not there", {
    ...api({}),
    security: { capabilities: { mcp: { allowedServers: ["petz"] } } },
  }, [
    'security.capabilities.mcp.allowedServers.0: there is no server "petz"; one that is added later can be named with admin.enabled: true (pets)',
  ]],
];

for (const [name, config, expected] of REFUSED) {
  Deno.test(`refused: ${name}`, () => assert.deepEqual(told(config), expected));
}

Deno.test("what fits is taken: this machine, plain addresses, grants and rules by name", () => {
  assert.deepEqual(told(api({ baseUrl: "http://127.0.0.1:8080", ...KEY })), []);
  assert.deepEqual(told(api({ baseUrl: "http://a.example" })), []);
  const security = {
    capabilities: { mcp: { allowedServers: ["pets"] } },
    tools: { rules: [{ tool: "pets.*", verdict: "deny" }], trustAnnotations: ["pets"] },
  };
  assert.deepEqual(told({ ...api({}), security }), []);
});

Deno.test("names of embedded servers are known to grants and rules", () => {
  const config = {
    security: {
      capabilities: { mcp: { allowedServers: ["mine"] } },
      tools: { rules: [{ tool: "mine.*", verdict: "deny" }] },
    },
  };
  assert.equal(told(config).length, 2);
  assert.doesNotThrow(() => parseConfig(config, "/srv", ["mine"]));
});

Deno.test("secrets do not print", () => {
  const printed = printConfig(parseConfig(
    api({
      auth: {
        a: { value: "hidden-1" },
        b: { token: "hidden-2" },
        c: { username: "u", password: "hidden-3" },
        d: { clientId: "i", clientSecret: "hidden-4" },
      },
      headers: { "x-a": "hidden-5" },
    }),
    "/srv",
  ));
  assert.equal(printed.includes("hidden"), false);
  assert.equal(printed.split("[secret]").length - 1, 5);
  // What is printed is a file that says the same.
  const again = parseConfigText(printed, { file: "x", directory: "/srv", env: {} });
  assert.equal(printConfig(again), printed);
});
