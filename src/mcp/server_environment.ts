/** What a stdio server is started with: its program and the few variables it may see. */

import process from "node:process";
import type { McpServerConfig } from "../config/mod.ts";

/** Variables every server sees: without them programs are not found or cannot run at all. */
const COMMON = ["PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT", "PATHEXT", "USERPROFILE", "TEMP"];

/** Commands that fetch the server before they run it. */
const FETCHING = new Set(["deno", "npx", "npm", "node", "pnpm", "yarn", "bun", "bunx", "uvx"]);

/** Where those find their cache, their registry, the way there and the certificates to trust. */
const FOR_FETCHING = [
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "LOCALAPPDATA",
  "NPM_CONFIG_REGISTRY",
  "npm_config_registry",
  "NODE_EXTRA_CA_CERTS",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/** The environment of a server: the common variables, those for fetching it, then what its config says. */
export function serverEnvironment(
  config: Pick<McpServerConfig, "command" | "environment">,
): Record<string, string> {
  const inherited = FETCHING.has(config.command ?? "") ? [...COMMON, ...FOR_FETCHING] : COMMON;
  const pairs = inherited.map((name) => [name, process.env[name]] as const)
    .filter((pair): pair is [string, string] => pair[1] !== undefined);
  const configured = Object.entries(config.environment)
    .map(([name, secret]) => [name, secret.reveal()] as const);
  return Object.fromEntries([...pairs, ...configured]);
}

/** Flags that say what a Deno program may do; one of them is enough to make the rest a refusal. */
const PERMISSION_FLAG = /^(?:-[APRWNESI]|--(?:allow|deny|permission))/;

/**
 * The arguments of a server. Deno's `node:child_process` adds `-A` to a `deno run` that names no
 * permission, so a server configured without any would get all of them; a flag that denies what is
 * denied anyway keeps that from happening.
 */
export function serverArguments(command: string, args: readonly string[]): readonly string[] {
  const [verb, ...rest] = args;
  if (command !== "deno" || verb === undefined || args.some((arg) => PERMISSION_FLAG.test(arg))) {
    return args;
  }
  return [verb, "--deny-ffi", ...rest];
}

/** The program to start: `deno` is the Deno that runs us, unless we run in Node or as one binary. */
export function serverCommand(command: string): string {
  if (command !== "deno") return command;
  const deno = (globalThis as { Deno?: { build?: { standalone?: boolean } } }).Deno;
  return deno === undefined || deno.build?.standalone ? "deno" : process.execPath;
}
