/** Who may call, through the doors of a real service: keys, tokens, and everybody else. */

import assert from "node:assert/strict";
import { CodemodeClient, CodemodeClientError } from "../../src/client/mod.ts";
import { startIssuer } from "../harness/issuer.ts";
import { runCli } from "../harness/run_cli.ts";
import { ROOT, type Service, startService } from "../harness/start_service.ts";
import { createTokenKey, signWithSecret, unsigned } from "../harness/tokens.ts";

const server = (name: string) => `
    ${name}:
      transport: stdio
      command: deno
      args: [run, -A, --config, ${ROOT}deno.json, ${ROOT}test/bench/bench_server.ts]`;

/** Two servers with the same tools; `auth` says who is granted which. */
const configOf = (auth: string) => `
server: { port: 0, limits: { failuresPerMinute: 1000 } }
sandbox: { workers: { min: 1, max: 4 } }
security:
  auth: ${auth}
mcp:
  servers:${server("memory")}${server("vault")}
logging: { level: info, format: json, outputs: [{ type: console }] }
`;

const MEMORY = "{ mcp: { allowedServers: [memory] } }";
const VAULT = "{ mcp: { allowedServers: [vault] } }";

type Headed = Readonly<Record<string, string>>;

async function ask(service: Service, path: string, headers: Headed, body?: unknown) {
  const init = body === undefined ? { headers } : {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(new URL(path, service.url), init);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** Status and challenge of an answer. */
async function challenge(service: Service, headers: Headed, path = "/api/v1/tools") {
  const answer = await ask(service, path, headers);
  return `${answer.status} ${answer.headers.get("www-authenticate")}`;
}

/** The challenges of a service. */
function challengesOf({ url }: Service) {
  const metadata = `resource_metadata="${
    url.replace(/\/$/, "")
  }/.well-known/oauth-protected-resource"`;
  const is = (status: number, error: string, told: string, rest = "") =>
    `${status} Bearer realm="codemode", error="${error}", error_description="${told}", ${rest}${metadata}`;
  return {
    missing: `401 Bearer realm="codemode", ${metadata}`,
    invalid: (why: string) => is(401, "invalid_token", `The caller is not known: ${why}`),
    malformed: (why: string) => is(401, "invalid_request", `The caller is not known: ${why}`),
    needs: (scope: string) =>
      is(
        403,
        "insufficient_scope",
        `The caller's scopes do not include ${scope}`,
        `scope="${scope}", `,
      ),
  };
}

/** What differs between two answers to the same request. */
const FLEETING = new Set([
  "timestamp",
  "requestId",
  "executionId",
  "metrics",
  "checkTime",
  "duration",
]);

function lasting(text: string): string {
  return JSON.stringify(
    JSON.parse(text, (key, value) => FLEETING.has(key) ? undefined : value),
  );
}

const PROTECTED: readonly [string, unknown][] = [
  ["/api/v1/execute", { code: "return 1" }],
  ["/execute", { code: "return 1" }],
  ["/api/v1/check", { code: "return 1" }],
  ["/api/v1/tools", undefined],
  ["/api/v1/tools/search?q=echo", undefined],
  ["/api/v1/tools/memory/echo", { n: 1 }],
  ["/api/v1/declarations", undefined],
  ["/introspect", undefined],
  ["/api/v1/runtimes", undefined],
  ["/runtimes", undefined],
  ["/api/v1/results/res_0", undefined],
  ["/metrics", undefined],
];

/** Requests in which the caller itself names a server. */
const NAMING: readonly [path: (name: string) => string, body?: (name: string) => unknown][] = [
  ...["echo", "ech", "toString"].flatMap((tool) =>
    ["error", "off"].map((check): [() => string, (name: string) => unknown] => [
      () => "/api/v1/execute",
      (name) => ({ code: `return await mcp.${name}.${tool}({ n: 3 })`, check }),
    ])
  ),
  [() => "/api/v1/execute", (name) => ({ code: `return await ${name}.echo({ n: 3 })` })],
  ...["call", "describe", "search"].map((verb): [() => string, (name: string) => unknown] => [
    () => "/api/v1/execute",
    (name) => ({ code: `return await codemode.${verb}("${name}.echo", { n: 3 })`, check: "off" }),
  ]),
  [
    () => "/execute",
    (name) => ({ code: `return [Object.keys(mcp), typeof ${name}]`, check: "off" }),
  ],
  [() => "/execute", (name) => ({ code: "return 1", capabilities: [`mcp:${name}`] })],
  [() => "/execute", (name) => ({ code: "return 1", capabilities: [`mcp:${name}.echo`] })],
  [() => "/execute", (name) => ({ code: "return 1", capabilities: [`network:${name}`] })],
  [
    () => "/execute",
    (name) => ({ code: "return 1", capabilities: { mcp: { allowedServers: [name] } } }),
  ],
  [() => "/api/v1/check", (name) => ({ code: `return await mcp.${name}.echo({ n: 3 })` })],
  [() => "/api/v1/check", (name) => ({ code: "return 1", capabilities: [`mcp:${name}`] })],
  [(name) => `/api/v1/tools/${name}/echo`, () => ({ n: 3 })],
  [(name) => `/api/v1/tools/search?q=${name}+echo`],
  [(name) => `/api/v1/declarations?servers=${name}`],
  [(name) => `/api/v1/declarations?tools=${name}.echo`],
  [(name) => `/introspect?servers=memory,${name}`],
];

/** What a principal that was granted `memory` sees through every door: `memory`, and no `vault`. */
async function seesOnlyMemory(service: Service, headers: Headed): Promise<void> {
  for (const path of ["/api/v1/tools", "/api/v1/tools/search?q=echo", "/api/v1/declarations"]) {
    const { text } = await ask(service, path, headers);
    assert.match(text, /memory/, path);
    assert.match(text, /echo/, path);
  }
  for (
    const path of [
      ...["/api/v1/tools", "/api/v1/tools/search?q=echo&limit=50&detail=full", "/introspect"],
      ...["/api/v1/declarations", "/api/v1/runtimes", "/health", "/openapi.json", "/docs"],
      ...["/metrics", "/api/v1/tools/memory/ech", "/nowhere"],
    ]
  ) {
    assert.doesNotMatch((await ask(service, path, headers)).text, /vault/, path);
  }
  const { namespaces } = JSON.parse((await ask(service, "/api/v1/tools", headers)).text);
  assert.deepEqual(Object.keys(namespaces), ["memory"]);
  const { checks } = JSON.parse((await ask(service, "/health", headers)).text);
  assert.deepEqual(Object.keys(checks.servers), ["memory"]);

  const run = async (code: string) =>
    JSON.parse((await ask(service, "/api/v1/execute", headers, { code })).text);
  assert.deepEqual((await run("return await mcp.memory.echo({ n: 3 })")).result, { n: 3 });
  assert.deepEqual((await run("return Object.keys(mcp)")).result, ["memory"]);
  const direct = await ask(service, "/api/v1/tools/memory/echo", headers, { n: 4 });
  assert.deepEqual(JSON.parse(direct.text).result, { n: 4 });

  for (const [path, body] of NAMING) {
    const told = async (name: string) => {
      const { status, text } = await ask(service, path(name), headers, body?.(name));
      return [status, lasting(text).replaceAll(name, "NAME")];
    };
    const about = `${path("NAME")} ${JSON.stringify(body?.("NAME"))}`;
    assert.deepEqual(await told("vault"), await told("qqqqq"), about);
  }
}

Deno.test("keys: who may call, and what they see", async (t) => {
  const [memory, all, reader, ops, revoked] = await Promise.all(
    Array.from({ length: 5 }, async () => JSON.parse((await runCli(["key", "--json"])).stdout)),
  );
  await using service = await startService({
    config: configOf(`{ provider: api-key, keys: [
      { id: memory, hash: "${memory.hash}", capabilities: ${MEMORY} },
      { id: all, hash: "${all.hash}", scopes: ["*"] },
      { id: reader, hash: "${reader.hash}", scopes: ["codemode:read"] },
      { id: ops, hash: "${ops.hash}", scopes: ["codemode:metrics"], capabilities: ${MEMORY} } ] }`),
  });
  const { missing, invalid, malformed, needs } = challengesOf(service);
  const bearer = ({ key }: { key: string }) => ({ authorization: `Bearer ${key}` });

  await t.step("without a key nothing but the state is told", async () => {
    for (const [path, body] of PROTECTED) {
      const { status, headers, text } = await ask(service, path, {}, body);
      assert.deepEqual([path, JSON.parse(text).error.code], [path, "UNAUTHENTICATED"]);
      assert.equal(`${status} ${headers.get("www-authenticate")}`, missing);
    }
    const { text } = await ask(service, "/health", {});
    assert.deepEqual(Object.keys(JSON.parse(text)), ["status", "service"]);
    for (const path of ["/openapi.json", "/docs"]) {
      assert.equal(await challenge(service, {}, path), "200 null");
    }
  });

  await t.step("a revoked, a misspelt, a hashed key: one 401 for all", async () => {
    const wrong = invalid("the key is not valid");
    const swapped = memory.key.replace(/.$/, (last: string) => last === "A" ? "B" : "A");
    for (const key of [revoked.key, swapped, `${memory.key}x`, memory.key.slice(1), memory.hash]) {
      assert.equal(await challenge(service, { "x-api-key": key }), wrong);
      const sent = { authorization: `Bearer ${key}` };
      if (!key.includes(":")) assert.equal(await challenge(service, sent), wrong);
      assert.equal(await challenge(service, { "x-api-key": key }, "/health"), wrong);
    }
    const both = { ...bearer(memory), "x-api-key": all.key };
    assert.equal(
      await challenge(service, both),
      malformed("two different credentials were sent"),
    );
    assert.equal(
      await challenge(service, { authorization: `Basic ${btoa("memory:x")}` }),
      malformed("the Authorization header must be: Bearer TOKEN"),
    );
  });

  await t.step("a scope that is missing is named", async () => {
    const { headers, status } = await ask(service, "/execute", bearer(reader), { code: "1" });
    assert.equal(`${status} ${headers.get("www-authenticate")}`, needs("codemode:execute"));
    for (const one of [reader, memory]) {
      assert.equal(await challenge(service, bearer(one), "/metrics"), needs("codemode:metrics"));
    }
    assert.equal(await challenge(service, bearer(ops)), needs("codemode:read"));
    assert.equal(await challenge(service, bearer(reader)), "200 null");
  });

  await t.step("the metadata says what may be asked for", async () => {
    const { text } = await ask(service, "/.well-known/oauth-protected-resource/api/v1/execute", {});
    assert.deepEqual(JSON.parse(text), {
      resource: new URL(service.url).origin,
      resource_name: "Code Mode",
      bearer_methods_supported: ["header"],
      scopes_supported: ["codemode:execute", "codemode:read", "codemode:metrics"],
    });
  });

  await t.step("who is granted one server sees one server, through every door", async () => {
    await seesOnlyMemory(service, bearer(memory));
  });

  await t.step(
    "who is granted all sees all; who watches the service sees how all are",
    async () => {
      for (const path of ["/api/v1/tools", "/api/v1/tools/search?q=echo", "/api/v1/declarations"]) {
        assert.match((await ask(service, path, bearer(all))).text, /vault/, path);
      }
      const { checks } = JSON.parse((await ask(service, "/health", bearer(ops))).text);
      assert.deepEqual(Object.keys(checks.servers).sort(), ["memory", "vault"]);
      assert.equal((await ask(service, "/metrics", bearer(ops))).status, 200);
    },
  );

  await t.step("the client, by token, key or headers", async () => {
    const { key } = memory;
    for (const options of [{ token: key }, { apiKey: key }, { headers: { "x-api-key": key } }]) {
      const { namespaces } = await new CodemodeClient(service.url, options).tools();
      assert.deepEqual(Object.keys(namespaces), ["memory"]);
    }
    await assert.rejects(
      new CodemodeClient(service.url, { apiKey: revoked.key }).tools(),
      (error: CodemodeClientError) => error.code === "UNAUTHENTICATED" && error.status === 401,
    );
  });

  await t.step("the command line, with the key in its environment", async () => {
    const codemode = (args: readonly string[], stdin: string, token?: string) =>
      runCli([...args, "--url", service.url], {
        stdin,
        env: token === undefined ? {} : { CODEMODE_TOKEN: token },
      });
    const code = "console.log('here'); return [Object.keys(mcp), new Map([['a', 1n]])]";
    const ran = await codemode(["run", "-", "--json"], code, memory.key);
    const { result, logs } = JSON.parse(ran.stdout);
    assert.deepEqual([ran.code, result, logs], [0, [["memory"], { a: 1 }], ["here"]]);
    const checked = await codemode(["check", "-"], "await mcp.memory.echo({ n: 1 })", memory.key);
    assert.equal(checked.code, 0);
    assert.match(checked.stdout, /^OK; calls memory\.echo; runs on quickjs: .*\n$/);
    const missing =
      "credentials are missing; send a key or a token as Authorization: Bearer TOKEN, " +
      "or as X-API-Key (set CODEMODE_TOKEN to it)";
    for (
      const [token, why] of [
        [undefined, missing],
        [revoked.key, "the key is not valid (it was CODEMODE_TOKEN)"],
      ]
    ) {
      const refused = await codemode(["run", "-"], code, token);
      assert.deepEqual(refused, {
        code: 2,
        stdout: "",
        stderr: `UNAUTHENTICATED: The caller is not known: ${why}\n`,
      });
    }
    const nowhere = await runCli(["run", "-", "--url", "localhost"], { stdin: code });
    assert.deepEqual([nowhere.code, nowhere.stderr], [
      2,
      "INVALID_REQUEST: --url takes an address such as http://localhost:3000\n",
    ]);
  });

  await service.stop();
  const log = JSON.stringify(service.log);
  for (const { key } of [memory, all, reader, ops, revoked]) assert.ok(!log.includes(key));
});

Deno.test("tokens: of one issuer, for this service, in time", async (t) => {
  await using issuer = await startIssuer();
  await using service = await startService({
    config: configOf(
      `{ provider: oauth2, issuer: "${issuer.url}", audience: codemode, clockSkew: 1s,
        scopes: { "team:memory": ${MEMORY}, "team:vault": ${VAULT} } }`,
    ),
  });
  const scope = "codemode:execute team:memory";
  const { missing, invalid, needs } = challengesOf(service);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const status = async (token: string, path?: string) =>
    await challenge(service, bearer(token), path);

  await t.step("a token whose scopes grant memory sees memory, through every door", async () => {
    await seesOnlyMemory(service, bearer(await issuer.token({ scope })));
  });

  await t.step("what a token began is there for none that grants less", async () => {
    const wide = bearer(await issuer.token({ scope: `${scope} team:vault` }));
    const narrow = bearer(await issuer.token({ scope }));
    const renewed = bearer(await issuer.token({ scope: `team:vault ${scope}` }));
    const code = "return (await mcp.vault.rows({})).rows";
    const ran = await ask(service, "/api/v1/execute", wide, { code, maxResultTokens: 400 });
    const { executionId, truncated: { handle } } = JSON.parse(ran.text);
    const called = await ask(service, "/api/v1/tools/vault/rows?maxResultTokens=400", wide, {});
    const paths = [
      `/api/v1/results/${handle}?path=$[0]`,
      `/api/v1/results/${JSON.parse(called.text).truncated.handle}?path=$.rows[0]`,
      `/api/v1/executions/${executionId}`,
      `/api/v1/executions/${executionId}/events`,
    ];
    for (const path of paths) {
      const none = path.replace(/(res|exec)_\w+/, "$1_0");
      const [seen, unseen] = [await ask(service, path, narrow), await ask(service, none, narrow)];
      assert.equal(seen.status, 404, path);
      const unnamed = (text: string) => lasting(text).replaceAll(/(?:res|exec)_\w+/g, "id");
      assert.equal(unnamed(seen.text), unnamed(unseen.text), path);
      assert.equal((await ask(service, path, renewed)).status, 200, path);
    }
    const listed = async (headers: Headed) =>
      (await ask(service, "/api/v1/executions", headers)).text.includes(executionId);
    assert.deepEqual([await listed(narrow), await listed(renewed)], [false, true]);
  });

  await t.step("without the issuer's signature there is one 401", async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer.url, aud: "codemode", sub: "ada", exp: now + 300, scope };
    const { key } = issuer;
    const stranger = await createTokenKey("ES256", "first");
    const forged = [
      unsigned(claims),
      signWithSecret(key.pem, claims, { alg: "HS256", kid: key.kid, typ: "at+jwt" }),
      await stranger.sign(claims),
      await stranger.sign({ ...claims, aud: "other", exp: now - 300 }),
      await stranger.sign(claims, { kid: "unknown" }),
      `${await issuer.token({ scope })}x`,
      "cm_0123456789012345678901234567890123456789012",
    ];
    for (const token of forged) {
      assert.equal(await status(token), invalid("the token is not valid"));
      assert.equal(await status(token, "/health"), invalid("the token is not valid"));
    }
    assert.equal(await challenge(service, {}), missing);
  });

  await t.step("with it, what is wrong is told", async () => {
    const now = Math.floor(Date.now() / 1000);
    const told = async (claims: Record<string, unknown>) =>
      await status(await issuer.token(claims));
    const cases: readonly [Record<string, unknown>, string][] = [
      [{ aud: "other" }, "the token is for another audience"],
      [{ iss: "https://evil.example" }, "the token is of another issuer"],
      [{ exp: now - 10 }, "the token has expired"],
      [{ nbf: now + 100 }, "the token is not valid yet"],
      [{ iat: now + 100 }, "the token was issued in the future"],
      [{ sub: undefined }, "the token names nobody"],
      [{ cnf: { jkt: "x" } }, "the token is bound to a key, which cannot be proven here"],
    ];
    for (const [claims, why] of cases) {
      assert.equal(await told({ scope, ...claims }), invalid(why));
    }
  });

  await t.step("a scope that is missing is named, and no token has all", async () => {
    assert.equal(await status(await issuer.token()), needs("codemode:read"));
    assert.equal(await status(await issuer.token({ scope: "*" })), needs("codemode:read"));
    assert.equal(
      await status(await issuer.token({ scope }), "/metrics"),
      needs("codemode:metrics"),
    );
    const reader = bearer(await issuer.token({ scope: "codemode:read" }));
    assert.deepEqual(JSON.parse((await ask(service, "/api/v1/tools", reader)).text), {
      namespaces: {},
    });
  });

  await t.step("a client without a token is told where to get one", async () => {
    const { text } = await ask(service, "/.well-known/oauth-protected-resource", {});
    assert.deepEqual(JSON.parse(text), {
      resource: new URL(service.url).origin,
      resource_name: "Code Mode",
      bearer_methods_supported: ["header"],
      scopes_supported: ["codemode:execute", "codemode:read", "codemode:metrics"],
      authorization_servers: [issuer.url],
    });
  });

  await t.step("an issuer that goes away is not missed by those it has let in", async () => {
    issuer.mood = "down";
    assert.equal(await status(await issuer.token({ scope })), "200 null");
  });
});
