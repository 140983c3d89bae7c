/** Logins to a server behind a real authorization server, from the first refusal to the last. */

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../../../src/base/secret.ts";
import type { McpServerConfig, OAuthConfig } from "../../../src/config/mod.ts";
import {
  createTokenStore,
  logIn,
  type LogInResult,
  logOut,
  type McpManager,
  type TokenStore,
} from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { type LoginServers, startLoginServers } from "../../harness/authorization_server.ts";
import { serverConfig, startManager, type TestManager, textOf } from "../../harness/mcp_servers.ts";

const signal = new AbortController().signal;

interface Place extends AsyncDisposable {
  readonly directory: string;
  readonly store: TokenStore;
}

async function createPlace(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), "codemode-logins-"));
  const store = createTokenStore({ directory });
  const remove = () => rm(directory, { recursive: true });
  return { directory, store, [Symbol.asyncDispose]: remove };
}

function guarded(servers: LoginServers, auth: Partial<OAuthConfig> = {}): McpServerConfig {
  return serverConfig({
    transport: "http",
    url: servers.url,
    auth: { type: "oauth", grant: "authorization_code", scopes: [], redirectPort: 0, ...auth },
  });
}

/** A manager whose timers fire when `clock` is told to. */
async function start(
  config: McpServerConfig,
  store: TokenStore,
): Promise<TestManager & { readonly clock: FakeClock }> {
  const clock = new FakeClock();
  return { ...await startManager({ peer: config }, { logins: store, clock }), clock };
}

/** What a browser does with the address of a login; the text it ends with. */
type Browser = (url: URL) => Promise<string>;

const byPerson = (servers: LoginServers): Browser => async (url) =>
  await (await fetch(await servers.browse(url))).text();

/** Logs in as a person with a browser would; `asked` is where the browser was sent. */
async function logInBy(
  browser: Browser,
  store: TokenStore,
  config: McpServerConfig,
): Promise<LogInResult & { readonly asked: URL; readonly shown: string }> {
  let browsing: Promise<string> = Promise.resolve("");
  let asked: URL | undefined;
  const onUrl = (url: URL) => {
    asked = url;
    browsing = browser(url);
  };
  try {
    const result = await logIn("peer", config, { store, onUrl, signal });
    return { ...result, asked: asked!, shown: await browsing };
  } finally {
    await browsing;
  }
}

const read = (manager: McpManager) => manager.call("peer", "read", {}, { signal });

async function untilReady(manager: McpManager): Promise<void> {
  while (manager.status()[0]?.state !== "ready") await new Promise((next) => setTimeout(next, 5));
}

function needsLogin(reason: string, scope?: string) {
  return {
    code: "LOGIN_REQUIRED",
    message: `The MCP server "peer" needs a login: ${reason}; run \`codemode login peer\``,
    details: {
      server: "peer",
      remedy: "codemode login peer",
      ...(scope === undefined ? {} : { scope }),
      mayHaveTakenEffect: false,
    },
  };
}

const refreshes = ({ asked }: LoginServers) =>
  asked.filter((line) => line === "granted refresh_token").length;

Deno.test("a server that wants a login says so, waits in peace, and is there once somebody has", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const config = guarded(servers);
  await using started = await start(config, place.store);
  const { manager, clock } = started;
  const reason = needsLogin("nobody has logged in");
  const [status] = manager.status();
  assert.equal(status?.state, "loginRequired");
  assert.equal(status?.lastError, reason.message);
  await assert.rejects(read(manager), reason);
  await assert.rejects(manager.ensure("peer"), reason);
  for (let second = 0; second < 60; second += 1) {
    clock.advance(1_000);
    await place.store.version({ server: "peer", principal: "service" });
  }
  assert.deepEqual([servers.asked, servers.statuses], [[], []]);

  const { asked, shown, ...result } = await logInBy(byPerson(servers), place.store, config);
  assert.deepEqual(result, {
    server: "peer",
    issuer: servers.issuer,
    scope: "tools:call",
    isRenewable: true,
  });
  assert.equal(shown, "Done. This page can be closed.\n");
  const { client_id, code_challenge, state, redirect_uri, ...params } = Object.fromEntries(
    asked.searchParams,
  );
  assert.deepEqual(params, {
    response_type: "code",
    code_challenge_method: "S256",
    scope: "tools:call offline_access",
    prompt: "consent",
    resource: servers.url,
  });
  assert.match(code_challenge ?? "", /^[\w-]{43}$/);
  assert.match(state ?? "", /^[\w-]{43}$/);
  assert.match(redirect_uri ?? "", /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
  assert.ok(client_id);
  assert.equal(servers.asked.filter((line) => line === "POST /reg").length, 1);

  clock.advance(1_000);
  await untilReady(manager);
  assert.equal(textOf(await read(manager)), "read done");
  assert.deepEqual(
    started.log.filter(({ message }) => message === "MCP server state").map(
      ({ fields }) => fields["to"],
    ),
    ["connecting", "loginRequired", "connecting", "ready"],
  );
});

Deno.test("a login outlives the service, and is on disk for its owner alone and unreadable", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const config = guarded(servers);
  await logInBy(byPerson(servers), place.store, config);
  const login = await place.store.read({ server: "peer", principal: "service" });
  const secrets = [login?.accessToken, login?.refreshToken, login?.client.client_id];
  const files = await readdir(place.directory);
  assert.equal(files.length, 3);
  for (const name of files) {
    const path = join(place.directory, name);
    const bytes = (await readFile(path)).toString("latin1");
    for (const secret of secrets) assert.ok(secret && !bytes.includes(secret), name);
    if (name !== ".gitignore") assert.equal((await stat(path)).mode & 0o777, 0o600, name);
  }

  const again = createTokenStore({ directory: place.directory });
  await using started = await start(config, again);
  assert.equal(textOf(await read(started.manager)), "read done");
  const said = JSON.stringify(started.log);
  for (const secret of secrets) assert.ok(secret && !said.includes(secret));
  // The namesake of a server is not shown its tokens.
  await using moved = await start({ ...config, url: `${servers.url}?other` }, again);
  assert.equal(moved.manager.status()[0]?.lastError, needsLogin("nobody has logged in").message);
});

Deno.test("calls that are refused at the same time renew the tokens once", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const config = guarded(servers);
  await logInBy(byPerson(servers), place.store, config);
  const owner = { server: "peer", principal: "service" };
  await using started = await start(config, place.store);
  for (const round of [1, 2]) {
    const before = await place.store.read(owner);
    servers.expire();
    const calls = Array.from({ length: 6 }, () => read(started.manager));
    const texts = (await Promise.all(calls)).map(textOf);
    assert.deepEqual(texts, Array.from({ length: 6 }, () => "read done"));
    assert.equal(refreshes(servers), round);
    const after = await place.store.read(owner);
    assert.notEqual(after?.accessToken, before?.accessToken);
    assert.notEqual(after?.refreshToken, before?.refreshToken, "it is rotated");
  }
});

Deno.test("two services with one login: the one that comes second takes what the first was given", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const config = guarded(servers);
  await logInBy(byPerson(servers), place.store, config);
  await using one = await start(config, place.store);
  await using other = await start(config, createTokenStore({ directory: place.directory }));
  servers.expire();
  assert.equal(textOf(await read(one.manager)), "read done");
  assert.equal(textOf(await read(other.manager)), "read done");
  assert.equal(refreshes(servers), 1);
  for (let round = 2; round <= 4; round += 1) {
    servers.expire();
    const texts = await Promise.all([read(one.manager), read(other.manager)]);
    assert.deepEqual(texts.map(textOf), ["read done", "read done"]);
    assert.equal(refreshes(servers), round, "also at the same time");
  }
});

Deno.test("a login that was revoked asks for another, once, and goes on after it", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const config = guarded(servers);
  await logInBy(byPerson(servers), place.store, config);
  await using started = await start(config, place.store);
  const { manager, clock } = started;
  servers.revoke();
  const reason = needsLogin("the last one was revoked or is over");
  await assert.rejects(read(manager), reason);
  assert.equal(manager.status()[0]?.state, "loginRequired");
  const asked = servers.asked.length;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    clock.advance(60_000);
    await assert.rejects(read(manager), reason);
  }
  assert.equal(servers.asked.length, asked);

  await logInBy(byPerson(servers), place.store, config);
  clock.advance(1_000);
  await untilReady(manager);
  assert.equal(textOf(await read(manager)), "read done");

  assert.equal(await logOut("peer", config, { store: place.store }), true);
  assert.equal(await logOut("peer", config, { store: place.store }), false);
  await assert.rejects(read(manager), needsLogin("nobody has logged in"));
});

Deno.test("a client that is described by a document is not registered", async () => {
  const document = "https://client.example/codemode.json";
  await using servers = await startLoginServers({ document, registration: false });
  await using place = await createPlace();
  const config = guarded(servers, { clientMetadataUrl: document });
  const { asked } = await logInBy(byPerson(servers), place.store, config);
  assert.equal(asked.searchParams.get("client_id"), document);
  assert.deepEqual(servers.asked.filter((line) => line.includes("/reg")), []);
  await using started = await start(config, place.store);
  servers.expire();
  assert.equal(textOf(await read(started.manager)), "read done");
  assert.equal(refreshes(servers), 1);
  // Without one, and where nobody may register, it is told what is missing.
  await assert.rejects(
    logInBy(byPerson(servers), place.store, guarded(servers)),
    needsLogin(
      "Cannot log in: clients are not registered there; set auth.clientId or auth.clientMetadataUrl",
    ),
  );
});

Deno.test("a client that is known beforehand logs in with its secret, which is not kept", async () => {
  await using servers = await startLoginServers({ registration: false });
  await using place = await createPlace();
  const config = guarded(servers, {
    clientId: "known",
    clientSecret: new Secret("known-secret"),
    issuer: servers.issuer,
  });
  await logInBy(byPerson(servers), place.store, config);
  const login = await place.store.read({ server: "peer", principal: "service" });
  assert.deepEqual(login?.client, { client_id: "known" });
  await using started = await start(config, place.store);
  servers.expire();
  assert.equal(textOf(await read(started.manager)), "read done");
  // Another client of the configuration has never logged in, whoever did before.
  await using other = await start(guarded(servers, { clientId: "other" }), place.store);
  await assert.rejects(read(other.manager), needsLogin("nobody has logged in"));
});

Deno.test("an issuer that does not say that it takes PKCE gets no login", async () => {
  await using place = await createPlace();
  const asked: string[] = [];
  await using issuer = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { origin, pathname } = new URL(request.url);
    if (pathname.startsWith("/.well-known/oauth-protected-resource")) {
      return Response.json({ resource: `${origin}/mcp`, authorization_servers: [origin] });
    }
    if (!pathname.startsWith("/.well-known/")) {
      asked.push(pathname);
      return new Response(null, { status: 401 });
    }
    return Response.json({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      response_types_supported: ["code"],
    });
  });
  const origin = `http://127.0.0.1:${issuer.addr.port}`;
  const config = serverConfig({
    transport: "http",
    url: `${origin}/mcp`,
    auth: {
      type: "oauth",
      grant: "authorization_code",
      clientId: "known",
      scopes: [],
      redirectPort: 0,
    },
  });
  const onUrl = () => assert.fail("a browser was sent there");
  await assert.rejects(
    logIn("peer", config, { store: place.store, onUrl, signal }),
    needsLogin(`Cannot log in: ${origin} does not say that it takes PKCE`),
  );
  assert.deepEqual(asked, ["/mcp"]);
});

Deno.test("a service with credentials of its own needs nobody, and widens its scope itself", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const config = guarded(servers, {
    grant: "client_credentials",
    clientId: "machine",
    clientSecret: new Secret("machine-secret"),
    issuer: servers.issuer,
  });
  await using started = await start(config, place.store);
  const { manager } = started;
  assert.equal(textOf(await read(manager)), "read done");
  servers.scopes.set("write", "tools:write");
  assert.equal(textOf(await manager.call("peer", "write", {}, { signal })), "write done");
  servers.expire();
  assert.equal(textOf(await read(manager)), "read done");
  const granted = servers.asked.filter((line) => line.startsWith("granted"));
  assert.deepEqual(granted, Array.from({ length: 3 }, () => "granted client_credentials"));
  assert.equal(
    (await place.store.read({ server: "peer", principal: "service" }))?.scope,
    "tools:call tools:write",
  );
});

Deno.test("a call that takes more than was granted says so; the next login asks for both", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const config = guarded(servers);
  await logInBy(byPerson(servers), place.store, config);
  await using started = await start(config, place.store);
  const { manager } = started;
  servers.scopes.set("write", "tools:write");
  const write = () => manager.call("peer", "write", {}, { signal });
  const reason = needsLogin("this takes the scope tools:write", "tools:write");
  await assert.rejects(write(), reason);
  assert.equal(manager.status()[0]?.state, "ready", "other calls go on");
  assert.equal(textOf(await read(manager)), "read done");
  const { scope } = await logInBy(byPerson(servers), place.store, config);
  assert.deepEqual(scope?.split(" ").sort(), ["tools:call", "tools:write"]);
  assert.equal(textOf(await write()), "write done");
});

Deno.test("answers of another issuer, to another login, or none at all log nobody in", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const config = guarded(servers);
  const wrongIssuer: Browser = async (url) => {
    const back = await servers.browse(url);
    back.searchParams.set("iss", "https://other.example");
    return await (await fetch(back)).text();
  };
  await assert.rejects(logInBy(wrongIssuer, place.store, config), {
    code: "LOGIN_REQUIRED",
    message: /needs a login: .*https:\/\/other\.example.*; run `codemode login peer`$/,
  });
  const denied: Browser = async (url) => {
    const back = new URL(url.searchParams.get("redirect_uri") ?? "");
    const state = url.searchParams.get("state") ?? "";
    const answer = {
      error: "access_denied",
      error_description: "She\u001b[2J\nsaid\u202e no",
      state,
    };
    back.search = String(new URLSearchParams({ ...answer, iss: servers.issuer }));
    return await (await fetch(back)).text();
  };
  await assert.rejects(
    logInBy(denied, place.store, config),
    needsLogin("access_denied: She [2J said  no"),
  );
  const forgedFirst: Browser = async (url) => {
    const back = await servers.browse(url);
    const forged = new URL(back);
    forged.searchParams.set("state", "x".repeat(43));
    const refused = await fetch(forged);
    assert.equal(refused.status, 400);
    assert.equal(await refused.text(), "This is no answer to the login that is waiting.\n");
    for (const path of ["/", "//"]) {
      const elsewhere = await fetch(`${back.origin}${path}`);
      assert.equal(elsewhere.status, 404);
      await elsewhere.body?.cancel();
    }
    return await (await fetch(back)).text();
  };
  assert.equal(await place.store.read({ server: "peer", principal: "service" }), undefined);
  const { shown } = await logInBy(forgedFirst, place.store, config);
  assert.equal(shown, "Done. This page can be closed.\n");

  const patience = new AbortController();
  await assert.rejects(
    logIn("peer", config, {
      store: place.store,
      onUrl: () => patience.abort(),
      signal: patience.signal,
    }),
    { code: "CANCELLED", message: 'The login to "peer" was not finished in time' },
  );
});

Deno.test("metadata that leads elsewhere is not followed", async () => {
  const cases = [
    ["http://192.0.2.1/", "Cannot ask http://192.0.2.1 about a login: it is not https"],
    ["ftp://127.0.0.1/", "Cannot ask ftp://127.0.0.1 about a login: it is not https"],
  ] as const;
  for (const [issuer, reason] of cases) {
    await using servers = await startLoginServers({ issuers: [issuer] });
    await using place = await createPlace();
    await assert.rejects(
      logInBy(byPerson(servers), place.store, guarded(servers)),
      needsLogin(reason),
    );
  }
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const pinned = guarded(servers, { issuer: "https://mine.example" });
  await assert.rejects(
    logInBy(byPerson(servers), place.store, pinned),
    needsLogin(
      `Cannot log in: the server trusts ${servers.issuer}, and the issuer is https://mine.example`,
    ),
  );
});

Deno.test("a server that refuses even fresh tokens is left alone until somebody logs in", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const config = guarded(servers);
  await logInBy(byPerson(servers), place.store, config);
  await using started = await start(config, place.store);
  const { manager, clock } = started;
  servers.isClosed = true;
  const reason = needsLogin("it refuses the token that was issued for it");
  const refused = assert.rejects(read(manager), reason);
  while (manager.status()[0]?.state === "ready") await new Promise((next) => setTimeout(next, 5));
  clock.advance(1_000);
  await refused;
  assert.equal(manager.status()[0]?.state, "loginRequired");
  const asked = servers.statuses.length;
  clock.advance(3_600_000);
  await assert.rejects(read(manager), reason);
  assert.equal(servers.statuses.length, asked);
});

Deno.test("tokens that cannot be kept are used all the same, and it is logged", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  const config = guarded(servers);
  await logInBy(byPerson(servers), place.store, config);
  const full: TokenStore = {
    read: (owner) => place.store.read(owner),
    version: (owner) => place.store.version(owner),
    hold: (owner) => place.store.hold(owner),
    remove: (owner) => place.store.remove(owner),
    write: () => Promise.reject(new Error("no space left")),
  };
  await using started = await start(config, full);
  for (let round = 1; round <= 2; round += 1) {
    servers.expire();
    assert.equal(textOf(await read(started.manager)), "read done");
    assert.equal(refreshes(servers), round);
  }
  const warned = started.log.filter(({ message }) => message === "MCP login cannot be kept");
  assert.deepEqual(warned.map(({ fields }) => fields["reason"]), [
    "no space left",
    "no space left",
  ]);
});
