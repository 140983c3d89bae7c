/** Servers that come and go in a running service: over HTTP, and by its configuration file. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { startHttpApi } from "../harness/http_api.ts";
import { fixtureConfig } from "../harness/mcp_servers.ts";
import { startService } from "../harness/start_service.ts";

const SECRET = "s3cret-key-of-the-api";
const KEYS = {
  admin: "cm_admin_key_of_this_test",
  user: "cm_user_key_of_this_test",
  later: "cm_later_key_of_this_test",
};
const hash = (key: string) => `sha256:${createHash("sha256").update(key).digest("hex")}`;

const PETS = {
  openapi: "3.1.0",
  security: [{ key: [] }],
  paths: { "/pets": { get: { operationId: "listPets" } } },
  components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-key" } } },
};

/** The pid of a fixture server tells whether its connection is the same. */
function peer(name: string, mode = "stdio"): string {
  const { args } = fixtureConfig("v2_server.ts", mode);
  return `    ${name}: { transport: stdio, command: deno, args: ${
    JSON.stringify(args)
  }, timeout: 20s }`;
}

function configOf(servers: string, openapi = "", more = ""): string {
  return `
server: { port: 0 }
sandbox: { workers: { min: 1, max: 2 } }
reload: { grace: 5s }
${more}
mcp:
  servers:
${servers}
openapi: ${openapi === "" ? "{}" : `\n${openapi}`}
logging: { level: info, format: json, outputs: [{ type: console }] }
`;
}

/** What is said of servers that are not there, and of what holds the CPU share. */
function absencesOf(log: readonly Record<string, unknown>[]): unknown[] {
  const told = ["no server is configured; programs have no tools until one is added"];
  const holds = "no control group holds the CPU share of programs";
  // Where there are control groups to write it is not said at all.
  assert.ok(log.filter(({ message }) => message === holds).length <= 1);
  return log.map(({ message }) => message).filter((message) => told.includes(String(message)));
}

/** What is waited for comes or the test fails; how long it takes is not looked at. */
async function until(isSo: () => boolean, log: () => unknown): Promise<void> {
  for (let tries = 0; !isSo(); tries += 1) {
    assert.ok(tries < 2_000, JSON.stringify(log()));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("a changed file changes the servers; the others keep their connections", async (t) => {
  await using api = await startHttpApi(({ headers }) => ({ sent: headers["x-key"] }));
  const pets = (key: string) =>
    `  pets: { baseUrl: "${api.url}", document: ${
      JSON.stringify(PETS)
    }, auth: { key: { value: "${key}" } } }`;
  await using service = await startService({
    config: configOf(`${peer("stays")}\n${peer("goes")}`),
    env: { API_KEY: SECRET },
  });
  const file = service.configPath;
  const call = async (server: string, tool: string) =>
    await (await service.request(`/api/v1/tools/${server}/${tool}`, {})).json();
  const reloads = () =>
    service.log.filter(({ message }) => message === "configuration read again").length;
  const last = () => service.log.slice(-5);
  const { result: pid } = await call("stays", "pid");
  assert.ok(pid > 0);
  assert.ok((await call("goes", "pid")).result > 0);

  await t.step("one goes, one comes, one stays", async () => {
    await writeFile(file, configOf(`${peer("stays")}\n${peer("comes")}`, pets("${API_KEY}")));
    await until(() => reloads() === 1, last);
    const entry = service.log.find(({ message }) => message === "configuration read again");
    assert.deepEqual(
      [entry?.["added"], entry?.["removed"], entry?.["replaced"], entry?.["restart"]],
      [["comes", "pets"], ["goes"], [], []],
    );
    assert.equal((await call("stays", "pid")).result, pid);
    assert.ok((await call("comes", "pid")).result > 0);
    assert.equal((await call("goes", "pid")).error.code, "TOOL_NOT_FOUND");
    // The API repeats the key it was sent; the caller does not see it.
    assert.deepEqual((await call("pets", "listPets")).result, { sent: "[secret]" });
    assert.equal(api.requests.at(-1)?.headers["x-key"], SECRET);
  });

  await t.step("a file that is not valid changes nothing, and each problem is told", async () => {
    await writeFile(file, configOf(`    stays: { transport: http }\n    odd: { transpot: stdio }`));
    const told = () => service.log.filter(({ message }) => message === "configuration problem");
    await until(() => told().length >= 3, last);
    assert.deepEqual(told().map(({ path, problem }) => [path, problem]).sort(), [
      ["mcp.servers.odd.transport", "must be one of stdio, http, websocket"],
      ["mcp.servers.odd.transpot", 'unknown key "transpot"'],
      ["mcp.servers.stays", "transport http needs url"],
    ]);
    assert.equal((await call("stays", "pid")).result, pid);
    assert.ok((await call("comes", "pid")).result > 0);
  });

  await t.step("SIGHUP reads it again, and sections that need a restart are named", async () => {
    const servers = `${peer("stays")}\n${peer("comes", "stdio ")}`;
    const more = "security: { tools: { default: deny } }";
    await writeFile(file, configOf(servers, pets("${API_KEY}"), more));
    Deno.kill(service.pid, "SIGHUP");
    await until(() => reloads() >= 2, last);
    const [, entry] = service.log.filter(({ message }) => message === "configuration read again");
    assert.deepEqual([entry?.["added"], entry?.["removed"]], [[], []]);
    assert.deepEqual([entry?.["replaced"], entry?.["restart"]], [["comes"], ["security"]]);
    assert.equal((await call("stays", "pid")).result, pid);
  });

  await t.step("no secret is in the log", () => {
    assert.equal(JSON.stringify(service.log).includes(SECRET), false);
  });
});

Deno.test("servers over HTTP: only where it is enabled, and only for those who may", async (t) => {
  await using api = await startHttpApi(({ url }) =>
    url === "/openapi.json" ? { ...PETS, security: [] } : { url }
  );
  await using service = await startService({
    config: configOf("    {}", "", "admin: { enabled: true, privateAddresses: true }").replace(
      "servers:\n    {}",
      "servers: {}",
    ) +
      `security: { auth: { provider: api-key, keys: [
        { id: admin, hash: "${hash(KEYS.admin)}", scopes: ["codemode:execute", "codemode:admin"] },
        { id: user, hash: "${hash(KEYS.user)}" },
        { id: later, hash: "${hash(KEYS.later)}",
          capabilities: { mcp: { allowedServers: [pets] } } } ] } }\n`,
  });
  const send = async (method: string, path: string, body?: unknown, key = KEYS.admin) => {
    const response = await fetch(new URL(path, service.url), {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const add = (body: unknown, key?: string) => send("POST", "/api/v1/servers", body, key);

  await t.step("others may not", async () => {
    for (
      const [method, path] of [
        ["GET", "/api/v1/servers"],
        ["POST", "/api/v1/servers"],
        ["POST", "/api/v1/servers/reload"],
        ["DELETE", "/api/v1/servers/pets"],
      ] as const
    ) {
      const { status, body } = await send(
        method,
        path,
        method === "GET" ? undefined : {},
        KEYS.user,
      );
      assert.deepEqual([status, body.error.code], [403, "FORBIDDEN"], `${method} ${path}`);
    }
  });

  await t.step("one that is granted by its name is told of until it is added", async () => {
    const message = "a server that is granted is not there until it is added";
    const awaited = service.log.filter((entry) => entry["message"] === message);
    assert.deepEqual(awaited.map(({ level, server }) => [level, server]), [["warn", "pets"]]);
    const early = await send("POST", "/api/v1/tools/pets/listPets", {}, KEYS.later);
    assert.equal(early.body.error.code, "TOOL_NOT_FOUND");
    const document = `${api.url}/openapi.json`;
    assert.equal((await add({ name: "other", openapi: { document } })).status, 200);
    const other = await send("POST", "/api/v1/tools/other/listPets", {}, KEYS.later);
    assert.equal(other.body.error.code, "TOOL_NOT_FOUND");
    assert.equal((await send("DELETE", "/api/v1/servers/other")).status, 200);
  });

  await t.step("one is added, used, listed and removed", async () => {
    const added = await add({ name: "pets", openapi: { document: `${api.url}/openapi.json` } });
    assert.deepEqual([added.status, added.body.name, added.body.origin], [200, "pets", "added"]);
    const called = await send("POST", "/api/v1/tools/pets/listPets", {}, KEYS.user);
    assert.deepEqual(called.body.result, { url: "/pets" });
    const granted = await send("POST", "/api/v1/tools/pets/listPets", {}, KEYS.later);
    assert.deepEqual(granted.body.result, { url: "/pets" });
    assert.deepEqual((await send("GET", "/api/v1/servers")).body, {
      servers: [{ name: "pets", kind: "openapi", origin: "added", state: "ready", tools: 1 }],
    });
    assert.deepEqual((await send("DELETE", "/api/v1/servers/pets")).body, { removed: "pets" });
    assert.equal((await send("DELETE", "/api/v1/servers/pets")).status, 404);
    const gone = await send("POST", "/api/v1/tools/pets/listPets", {}, KEYS.user);
    assert.equal(gone.body.error.code, "TOOL_NOT_FOUND");
  });

  await t.step("no commands and no files of this machine", async () => {
    const { command, args } = fixtureConfig("v2_server.ts", "stdio");
    const stdio = await add({ name: "cmd", mcp: { transport: "stdio", command, args } });
    assert.deepEqual([stdio.status, stdio.body.error.code], [403, "FORBIDDEN"]);
    for (const transport of [undefined, "STDIO", ["stdio"], { toString: "http" }]) {
      const { status, body } = await add({ name: "cmd", mcp: { transport, command, args } });
      const message =
        "The request is not valid: mcp.transport: must be one of stdio, http, websocket";
      const told = [status, body.error.code, body.error.message];
      const hint = transport === "STDIO" ? '; did you mean "stdio"?' : "";
      assert.deepEqual(told, [400, "INVALID_REQUEST", message + hint], JSON.stringify(transport));
    }
    for (const document of ["/etc/passwd", "file:///etc/passwd", "./pets.json", "httpx://a"]) {
      const { status, body } = await add({ name: "file", openapi: { document } });
      assert.deepEqual([status, body.error.code], [403, "FORBIDDEN"], document);
    }
  });

  await t.step("what is wrong with a request is told", async () => {
    const wrong = [
      {},
      { name: "x" },
      { name: "x", mcp: {}, openapi: {} },
      { name: "a b", openapi: { document: PETS } },
      { name: "tools", openapi: { document: PETS } },
      { name: "x", openapi: {} },
      { name: "x", openapi: { document: PETS, nope: 1 } },
      { name: "x", mcp: { transport: "http" } },
    ];
    for (const body of wrong) {
      const answer = await add(body);
      assert.deepEqual(
        [answer.status, answer.body.error.code],
        [400, "INVALID_REQUEST"],
        JSON.stringify(body),
      );
    }
    assert.deepEqual((await send("GET", "/api/v1/servers")).body, { servers: [] });
  });

  await t.step(
    "all that is wrong with its options is told, at its place in the request",
    async () => {
      const options = { transport: "carrier", url: "nonsense", headrs: {} };
      const { body } = await add({ name: "x", mcp: options });
      assert.deepEqual(body.error.details.issues, [
        { path: "mcp.transport", message: "must be one of stdio, http, websocket" },
        { path: "mcp.url", message: "must be an address such as https://example.com/mcp" },
        { path: "mcp.headrs", message: 'unknown key "headrs"; did you mean "headers"?' },
      ]);
      const openapi = await add({ name: "x", openapi: { document: PETS, readonly: true } });
      const message = 'openapi.readonly: unknown key "readonly"; did you mean "readOnly"?';
      assert.equal(openapi.body.error.message, `The request is not valid: ${message}`);
    },
  );
});

Deno.test("servers over HTTP: no private addresses, and nothing of the operator's", async (t) => {
  let asked = 0;
  await using api = await startHttpApi(() => {
    asked += 1;
    return PETS;
  });
  const { port } = new URL(api.url);
  const pets = `  my-pets: { baseUrl: "${api.url}", document: ${
    JSON.stringify({ ...PETS, security: [] })
  } }`;
  await using service = await startService({
    config: configOf("    {}", pets, "admin: { enabled: true }").replace(
      "servers:\n    {}",
      "servers: {}",
    ),
  });
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(new URL(`/api/v1/servers${path}`, service.url), {
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };

  await t.step("with an API alone nobody is told that there are no tools", () => {
    assert.deepEqual(absencesOf(service.log), []);
  });

  await t.step("an address that is not public is refused at once", async () => {
    for (
      const options of [
        { mcp: { transport: "http", url: `${api.url}/mcp` } },
        { mcp: { transport: "websocket", url: `ws://127.0.0.1:${port}/mcp` } },
        { mcp: { transport: "http", url: "http://169.254.169.254/mcp" } },
        { mcp: { transport: "http", url: `http://localhost:${port}/mcp` } },
        { openapi: { document: `${api.url}/openapi.json` } },
        { openapi: { document: PETS, baseUrl: `http://[::ffff:127.0.0.1]:${port}` } },
      ]
    ) {
      const { status, body } = await send("POST", "", { name: "near", ...options });
      assert.deepEqual([status, body.error.code], [403, "FORBIDDEN"], JSON.stringify(options));
      assert.match(body.error.message, /: its address is not public; see admin\.privateAddresses$/);
    }
  });

  await t.step("one that hides in a document or a login is refused when it is used", async () => {
    const document = {
      ...PETS,
      servers: [{ url: api.url }],
      components: {
        securitySchemes: {
          key: { type: "oauth2", flows: { clientCredentials: { tokenUrl: `${api.url}/token` } } },
        },
      },
    };
    const auth = { key: { clientId: "a", clientSecret: "b", tokenUrl: `${api.url}/token` } };
    for (const openapi of [{ document }, { document, auth, baseUrl: "https://1.1.1.1" }]) {
      assert.equal((await send("POST", "", { name: "hidden", openapi })).status, 200);
      const response = await service.request("/api/v1/tools/hidden/listPets", {});
      const { error } = await response.json();
      assert.equal(error.code, "MCP_SERVER_UNAVAILABLE");
      assert.equal((await send("DELETE", "/hidden")).status, 200);
    }
  });

  await t.step("names of the configuration stay the operator's", async () => {
    const openapi = { document: PETS, baseUrl: "https://1.1.1.1" };
    for (const name of ["my-pets", "my_pets"]) {
      const { status, body } = await send("POST", "", { name, openapi });
      assert.deepEqual([status, body.error.code], [409, "CONFLICT"], name);
    }
    const { status, body } = await send("DELETE", "/my-pets");
    assert.deepEqual([status, body.error.message], [
      409,
      'Cannot remove the server "my-pets": it is of the configuration',
    ]);
    const { body: { servers } } = await send("GET", "");
    assert.deepEqual(servers.map(({ name }: { name: string }) => name), ["my-pets"]);
  });

  assert.equal(asked, 0);
});

Deno.test("servers over HTTP: without admin.enabled there is no such route", async () => {
  await using service = await startService({
    config: configOf("    {}").replace("servers:\n    {}", "servers: {}"),
  });
  for (const [method, path] of [["GET", ""], ["POST", ""], ["DELETE", "/x"]] as const) {
    const response = await fetch(new URL(`/api/v1/servers${path}`, service.url), { method });
    const { error } = await response.json();
    const route = `${method} /api/v1/servers${path}`;
    assert.deepEqual([response.status, error.code, error.message, error.details], [
      404,
      "NOT_FOUND",
      `There is no ${route}: servers are added where admin.enabled is true`,
      { setting: "admin.enabled" },
    ]);
  }
  assert.deepEqual(absencesOf(service.log), [
    "no server is configured; programs have no tools until one is added",
  ]);
});
