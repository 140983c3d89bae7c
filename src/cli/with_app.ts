/** Runs a verb against a service started for it in this process, and always closes it. */

import { resolve } from "node:path";
import { type App, createApp } from "../app.ts";
import { createConsoleSink } from "../base/log_console.ts";
import { createLogger } from "../base/log.ts";
import { type Config, DEFAULT_CONFIG_FILE, loadConfig, type ServerFlags } from "../config/mod.ts";
import type { Caller } from "../engine/mod.ts";
import type { Invocation } from "./command.ts";
import { text } from "./command.ts";

/** The configuration the flags and the environment name; `flags` are those that speak of the server. */
export function configOf(invocation: Invocation, flags: ServerFlags = {}): Promise<Config> {
  const path = text(invocation, "config");
  return loadConfig({ env: invocation.env, flags, ...(path === undefined ? {} : { path }) });
}

/** The file that {@link configOf} reads. */
export function configPath(invocation: Invocation): string {
  const named = text(invocation, "config") ?? (invocation.env["CODEMODE_CONFIG"] || undefined);
  return resolve(named ?? DEFAULT_CONFIG_FILE);
}

/** A service without its socket, for the time of `use`. Warnings go to stderr. */
export async function withApp<T>(
  invocation: Invocation,
  use: (app: App, caller: Caller) => Promise<T>,
): Promise<T> {
  const config = await configOf(invocation);
  const logger = createLogger([createConsoleSink("text")], "warn");
  // One run at a time needs one sandbox, not a pool.
  const sandbox = { ...config.sandbox, workers: { ...config.sandbox.workers, min: 1 } };
  await using app = createApp({ ...config, sandbox }, { logger });
  invocation.output.progress(
    `Connecting to ${Object.keys(config.mcp.servers).length} MCP servers…`,
  );
  return await use(app, { id: "cli", grant: app.defaultGrant });
}
