/** Logins to a server behind a real authorization server, from the first refusal to the last. */

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { McpServerConfig, OAuthConfig } from "../../../src/config/mod.ts";
import {
  createTokenStore,
  logIn,
  type LogInResult,
  type TokenStore,
} from "../../../src/mcp/mod.ts";
import { type LoginServers, startLoginServers } from "../../harness/authorization_server.ts";
import { serverConfig, startManager, textOf } from "../../harness/mcp_servers.ts";

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

/** Logs in as a person with a browser would. */
async function logInByBrowser(
  servers: LoginServers,
  store: TokenStore,
  config: McpServerConfig = guarded(servers),
): Promise<LogInResult & { readonly asked: URL }> {
  let browsing: Promise<unknown> = Promise.resolve();
  let asked: URL | undefined;
  const onUrl = (url: URL) => {
    asked = url;
    browsing = servers.browse(url).then(fetch).then((response) => response.text());
  };
  const result = await logIn("peer", config, { store, onUrl, signal });
  assert.equal(await browsing, "Done. This page can be closed.\n");
  return { ...result, asked: asked! };
}

Deno.test("a server that wants a login says so, and is there once somebody has logged in", async () => {
  await using servers = await startLoginServers();
  await using place = await createPlace();
  await using started = await startManager({ peer: guarded(servers) }, { logins: place.store });
  const { manager } = started;
  assert.equal(manager.status()[0]?.state, "loginRequired");
  const refusal = {
    code: "LOGIN_REQUIRED",
    message: 'The MCP server "peer" needs a login: nobody has logged in; run `codemode login peer`',
    details: { server: "peer", remedy: "codemode login peer", mayHaveTakenEffect: false },
  };
  await assert.rejects(manager.call("peer", "read", {}, { signal }), refusal);
  await assert.rejects(manager.ensure("peer"), refusal);
  await logInByBrowser(servers, place.store);
  while (manager.status()[0]?.state !== "ready") await new Promise((done) => setTimeout(done, 20));
  assert.equal(textOf(await manager.call("peer", "read", {}, { signal })), "read done");
});
