/** What a stdio server is started with: its program and the few variables it may see. */

import process from "node:process";
import type { McpServerConfig } from "../config/mod.ts";

/** Variables every server sees: without them programs are not found or cannot run at all. */
const COMMON = ["PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT", "PATHEXT", "USERPROFILE", "TEMP"];

/** Where Deno finds its cache, its registry and the certificates to reach it. */
const FOR_DENO = [
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "LOCALAPPDATA",
  "NPM_CONFIG_REGISTRY",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
];

/** The environment of a server: the common variables, Deno's for Deno, then what its config says. */
export function serverEnvironment(
  config: Pick<McpServerConfig, "command" | "environment">,
): Record<string, string> {
  const inherited = config.command === "deno" ? [...COMMON, ...FOR_DENO] : COMMON;
  const pairs = inherited.map((name) => [name, process.env[name]] as const)
    .filter((pair): pair is [string, string] => pair[1] !== undefined);
  const configured = Object.entries(config.environment)
    .map(([name, secret]) => [name, secret.reveal()] as const);
  return Object.fromEntries([...pairs, ...configured]);
}

/** The program to start: `deno` is the Deno that runs us, unless we run in Node or as one binary. */
export function serverCommand(command: string): string {
  if (command !== "deno") return command;
  const deno = (globalThis as { Deno?: { build?: { standalone?: boolean } } }).Deno;
  return deno === undefined || deno.build?.standalone ? "deno" : process.execPath;
}
