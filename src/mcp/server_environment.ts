/** What a stdio server is started with: its program and the few variables it may see. */

import process from "node:process";
import type { McpServerConfig } from "../config/mod.ts";

/**
 * Variables every server sees: without them programs are not found, cannot run at all, or trust
 * nobody where the certificates are a company's own.
 */
const COMMON = [
  ...["PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT", "PATHEXT", "USERPROFILE", "TEMP"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"],
];

/** Where Deno finds its cache, its registry, and the way there. */
const FOR_DENO = [
  ...["DENO_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA", "NPM_CONFIG_REGISTRY"],
  ...["DENO_CERT", "DENO_TLS_CA_STORE"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"],
  ...["http_proxy", "https_proxy", "all_proxy", "no_proxy"],
];

/** The environment of a server: the common variables, Deno's for Deno, then what its config says. */
export function serverEnvironment(
  config: Pick<McpServerConfig, "command" | "environment">,
  own: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const inherited = config.command === "deno" ? [...COMMON, ...FOR_DENO] : COMMON;
  const pairs = inherited.map((name) => [name, own[name]] as const)
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
  if (command !== "deno" || verb === undefined) return args;
  const script = rest.findIndex((arg) => !arg.startsWith("-"));
  const flags = script === -1 ? rest : rest.slice(0, script);
  return flags.some((flag) => PERMISSION_FLAG.test(flag)) ? args : [verb, "--deny-ffi", ...rest];
}

/** The program to start: `deno` is the Deno that runs us, unless we run in Node or as one binary. */
export function serverCommand(command: string): string {
  if (command !== "deno") return command;
  const deno = (globalThis as { Deno?: { build?: { standalone?: boolean } } }).Deno;
  return deno === undefined || deno.build?.standalone ? "deno" : process.execPath;
}
