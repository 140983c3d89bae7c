/** `codemode login SERVER`: logs in to a server by the browser, for the service that uses it. */

import { CodemodeError } from "../base/errors.ts";
import type { McpServerConfig } from "../config/mod.ts";
import { logIn, type TokenStore } from "../mcp/mod.ts";
import { openLoginNetwork, openLogins } from "../open_logins.ts";
import { type Command, type Invocation, whole } from "./command.ts";
import { configOf } from "./with_app.ts";

/** Seconds a login may take. */
const TIMEOUT_SECONDS = 300;

/** Longest that may be asked for. */
const MAX_TIMEOUT_SECONDS = 3_600;

/** The verb. */
export const login: Command = {
  name: "login",
  summary: "Log in to an MCP server that wants it",
  usage: "SERVER [--timeout SECONDS] [--json]",
  flags: { timeout: { type: "string" } },
  help: [
    "--timeout        how long the browser may take (default 300)",
    "Open the printed address in a browser of this machine; a running service goes on by itself.",
  ],
  async run(invocation) {
    const { name, config, store } = await loginTarget(invocation);
    const { output, values } = invocation;
    const signal = AbortSignal.timeout(secondsOf(invocation) * 1000);
    const onUrl = (url: URL) => {
      output.note("Open this address in a browser to log in:");
      output.note(url.href);
    };
    const network = openLoginNetwork();
    const result = await logIn(name, config, { store, onUrl, signal, network });
    if (values["json"]) output.print(JSON.stringify({ success: true, ...result }));
    else output.print(`Logged in to ${name} at ${result.issuer}${lasting(result.isRenewable)}`);
    return 0;
  },
};

/** The server that is named, and where its login is kept. */
export async function loginTarget(invocation: Invocation): Promise<{
  readonly name: string;
  readonly config: McpServerConfig;
  readonly store: TokenStore;
}> {
  const [name, ...more] = invocation.positionals;
  if (name === undefined || more.length > 0) {
    throw new CodemodeError("INVALID_REQUEST", "Name one server of the configuration");
  }
  const config = await configOf(invocation);
  const server = Object.hasOwn(config.mcp.servers, name) ? config.mcp.servers[name] : undefined;
  if (!server) throw new CodemodeError("INVALID_REQUEST", `There is no MCP server "${name}"`);
  const store = openLogins(config, invocation.env);
  if (store) return { name, config: server, store };
  throw new CodemodeError(
    "INVALID_REQUEST",
    `The MCP server "${name}" is not one to log in to: it has no \`auth: { type: oauth }\``,
  );
}

function secondsOf(invocation: Invocation): number {
  const seconds = whole(invocation, "timeout") ?? TIMEOUT_SECONDS;
  if (seconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  throw new CodemodeError(
    "INVALID_REQUEST",
    `--timeout takes 1 to ${MAX_TIMEOUT_SECONDS} seconds, not ${seconds}`,
  );
}

function lasting(isRenewable: boolean): string {
  return isRenewable ? "" : "; it ends with its token, because there is none to renew it with";
}
