/** Where Deno keeps what it downloads: servers from npm that read their own files must be let in there. */

import { join } from "node:path";

/** Deno's folder as Deno itself finds it, or `undefined` where nothing names it. */
export function denoDirectory(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): string | undefined {
  if (env["DENO_DIR"]) return env["DENO_DIR"];
  if (platform === "win32") return below(env["LOCALAPPDATA"], "deno");
  if (platform === "darwin") return below(env["HOME"], "Library", "Caches", "deno");
  return below(env["XDG_CACHE_HOME"], "deno") ?? below(env["HOME"], ".cache", "deno");
}

function below(folder: string | undefined, ...names: readonly string[]): string | undefined {
  return folder ? join(folder, ...names) : undefined;
}
