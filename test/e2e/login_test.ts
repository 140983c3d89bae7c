/** A server behind a login, from the first health report to the call that works: no restart between. */

import assert from "node:assert/strict";
import { runCli } from "../../src/cli/mod.ts";
import { startLoginServers } from "../harness/authorization_server.ts";
import { noServers } from "../harness/service_config.ts";
import { type Service, startService } from "../harness/start_service.ts";

type Env = Readonly<Record<string, string>>;

/** Runs `codemode ARGS…` in this process, going where it says; what it printed. */
async function codemode(
  args: readonly string[],
  env: Env,
  browse: (url: URL) => Promise<void> = () => Promise.resolve(),
) {
  const [printed, notes]: [string[], string[]] = [[], []];
  let browsing = Promise.resolve();
  const note = (text: string) => {
    notes.push(text);
    if (URL.canParse(text)) browsing = browse(new URL(text));
  };
  const output = { print: (text: string) => void printed.push(text), note, progress: () => {} };
  const code = await runCli(args, output, env);
  await browsing;
  return { code, printed, notes };
}

Deno.test("codemode login: a running service has the tools of a server soon after", async () => {
  await using servers = await startLoginServers();
  const folder = await Deno.makeTempDir({ prefix: "login-" });
  const path = `${folder}/codemode.config.yaml`;
  const config = noServers(`
mcp:
  logins: { path: "${folder}/logins" }
  servers:
    peer: { transport: http, url: "${servers.url}", auth: { type: oauth } }
    plain: { transport: http, url: "${servers.url}" }
`);
  await Deno.writeTextFile(path, config);
  const env = { CODEMODE_TOKEN_KEY: "cd".repeat(32) };
  await using service = await startService({ config, env });
  const stateOf = async () => {
    const { checks } = await (await service.request("/health")).json();
    return checks.servers.peer;
  };
  const message =
    'The MCP server "peer" needs a login: nobody has logged in; run `codemode login peer`';
  let health = await stateOf();
  while (health.state === "connecting") health = await stateOf();
  assert.deepEqual(health, { ok: false, state: "loginRequired", error: message });

  await programsAreTold(service, message);
  await checksTell(service, message);

  const login = await codemode(["login", "peer", "--json", "--config", path], env, async (url) => {
    const response = await fetch(await servers.browse(url));
    assert.equal(await response.text(), "Done. This page can be closed.\n");
  });
  assert.equal(login.code, 0, login.notes.join("\n"));
  assert.deepEqual(login.printed.map((line) => JSON.parse(line)), [{
    success: true,
    server: "peer",
    issuer: servers.issuer,
    scope: "tools:call",
    isRenewable: true,
  }]);
  assert.equal(login.notes[0], "Open this address in a browser to log in:");
  assert.equal(login.notes.length, 2);

  while ((await stateOf()).state !== "ready") {
    await new Promise((next) => setTimeout(next, 50));
  }
  const called = await service.request("/api/v1/tools/peer/read", {});
  assert.equal((await called.json()).result, "read done");
  const printed = JSON.stringify(service.log);
  assert.ok(!printed.includes("Bearer ") && !printed.includes("eyJ"), "no token is logged");

  const out = await codemode(["logout", "peer", "--config", path], env);
  assert.deepEqual([out.code, out.printed], [0, ["Logged out of peer"]]);
  const refused = await service.request("/api/v1/tools/peer/read", {});
  assert.equal(refused.status, 503);
  await programsAreTold(service, message);
  const { error } = await refused.json();
  assert.deepEqual([error.code, error.message], ["LOGIN_REQUIRED", message]);
  for (
    const [args, reason] of [
      [
        ["login", "plain"],
        'The MCP server "plain" is not one to log in to: it has no `auth: { type: oauth }`',
      ],
      [["login", "nowhere"], 'There is no MCP server "nowhere"'],
      [["login"], "Name one server of the configuration"],
      [["login", "peer", "--timeout", "0"], "--timeout takes 1 to 3600 seconds, not 0"],
    ] as const
  ) {
    const { code, notes } = await codemode([...args, "--config", path], env);
    assert.deepEqual([code, notes], [2, [`INVALID_REQUEST: ${reason}`]]);
  }
  await Deno.remove(folder, { recursive: true });
});

/** Whatever needs the server says who can help, and how: before anybody logged in, and afterwards. */
async function programsAreTold(service: Service, message: string): Promise<void> {
  const post = async (path: string, body: unknown) =>
    await (await service.request(path, body)).json();
  const known = { code: "LOGIN_REQUIRED", remedy: "codemode login peer" };
  const told = ({ code, message, details: { remedy } }: Told) => ({ code, message, remedy });

  const { error: direct } = await post("/api/v1/tools/peer/read", {});
  assert.deepEqual(told(direct), { ...known, message });

  const code = `return await codemode.call("mcp.peer.read", {})
    .catch(({ code, message, details }) => ({ code, message, details }))`;
  const caught = await post("/api/v1/execute", { code });
  assert.deepEqual(told(caught.result), { ...known, message });

  const thrown = await post("/api/v1/execute", {
    code: 'await codemode.call("peer.read", {})',
    maxResultTokens: 2000,
  });
  assert.equal(thrown.error.code, "EXECUTION_FAILED");
  assert.equal(thrown.error.message, `LOGIN_REQUIRED of peer.read: ${message}`);
  assert.equal(thrown.error.details.properties.details.remedy, known.remedy);
}

/** To a checker the server is a name that nothing has; what the answer says is what can be done. */
async function checksTell(service: Service, message: string): Promise<void> {
  const programs = {
    typescript: "return await mcp.peer.read({})",
    python: "return await mcp.peer.read()",
    bash: "peer read",
  };
  for (const [language, code] of Object.entries(programs)) {
    const { error, diagnostics } =
      await (await service.request("/api/v1/execute", { code, language })).json();
    assert.deepEqual(
      [error?.code, error?.message, error?.details.remedy],
      ["LOGIN_REQUIRED", `Nothing ran. ${message}`, "codemode login peer"],
      language,
    );
    assert.deepEqual(
      diagnostics.map(({ code, message }: Told) => [code, message]),
      [["LOGIN_REQUIRED", message]],
      language,
    );
  }
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly details: { readonly remedy: string };
}
