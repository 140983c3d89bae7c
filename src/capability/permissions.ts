/**
 * The only place that makes Deno permissions: a set becomes the flags of one process. What flags
 * cannot say exactly is refused, never widened.
 */

import { CodemodeError } from "../base/errors.ts";
import { authoritiesOf } from "./authority.ts";
import type { CapabilitySet } from "./capability_set.ts";
import { foldersOf } from "./decide.ts";
import { toAbsolute } from "./paths.ts";

/**
 * Flags for `deno run`, sorted, so that equal sets give equal flags; the empty set gives none.
 * Throws `CAPABILITY_VIOLATION` for what flags cannot enforce.
 */
export function toPermissionFlags(set: CapabilitySet): readonly string[] {
  const hosts = authoritiesOf(set.network).map(({ host, port }) =>
    `${assertExactHost(host)}:${port}`
  );
  if (foldersOf(set, "read").length > 0 && set.filesystem?.allowedExtensions) {
    throw inexpressible("a list of file extensions");
  }
  return [
    ...flag("--allow-net", hosts),
    ...flag("--allow-read", foldersOf(set, "read").map((path) => toAbsolute(path, "/"))),
    ...flag("--allow-write", foldersOf(set, "write").map((path) => toAbsolute(path, "/"))),
    ...flag("--allow-env", set.system?.environment ?? []),
  ];
}

function flag(name: string, values: readonly string[]): string[] {
  if (values.length === 0) return [];
  const safe = [...new Set(values.map(assertPlain))].sort();
  return [`${name}=${safe.join(",")}`];
}

/** SAFETY: a comma would smuggle a second value into a flag (test/unit/capability: flag injection). */
function assertPlain(value: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (value !== "" && !/[,\u0000-\u001f\u007f]/.test(value)) return value;
  throw inexpressible(`the value ${JSON.stringify(value.slice(0, 100))}`);
}

function assertExactHost(host: string): string {
  if (!host.includes("*")) return host;
  throw inexpressible(`the host pattern ${host}`);
}

function inexpressible(what: string): CodemodeError {
  return new CodemodeError(
    "CAPABILITY_VIOLATION",
    `Permission flags cannot enforce ${what}; name each host, file or folder exactly`,
  );
}
