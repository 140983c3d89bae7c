/**
 * The only place that makes Deno permissions: a set becomes the flags of one process. What flags
 * cannot say exactly is refused, never widened.
 */

import { CodemodeError } from "../base/errors.ts";
import { authoritiesOf, type Authority, isHost } from "./authority.ts";
import { isEnvironmentName } from "./capability.ts";
import type { CapabilitySet } from "./capability_set.ts";
import { foldersOf } from "./decide.ts";
import { toAbsolute } from "./paths.ts";

/**
 * Flags for `deno run`, sorted, so that equal sets give equal flags; the empty set gives none.
 * Throws `CAPABILITY_VIOLATION` for what flags cannot enforce.
 */
export function toPermissionFlags(set: CapabilitySet): readonly string[] {
  const hosts = authoritiesOf(set.network).map(exactAuthority);
  if (foldersOf(set, "read").length > 0 && set.filesystem?.allowedExtensions) {
    throw inexpressible("a list of file extensions");
  }
  return [
    ...flag("--allow-net", hosts),
    ...flag("--allow-read", foldersOf(set, "read").map((path) => toAbsolute(path, "/"))),
    ...flag("--allow-write", foldersOf(set, "write").map((path) => toAbsolute(path, "/"))),
    ...flag("--allow-env", (set.system?.environment ?? []).map(exactName)),
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
  throw inexpressible(`the value ${shown(value)}`);
}

/** SAFETY: Deno reads `*`, subnets and bare `::1:80` in its own way, each wider than the one host meant. */
function exactAuthority({ host, port }: Authority): string {
  const isPort = Number.isInteger(port) && port >= 1 && port <= 65535;
  if (isHost(host) && !host.includes("*") && isPort) return `${host}:${port}`;
  throw inexpressible(`the host ${shown(`${host}:${port}`)}`);
}

/** SAFETY: Deno reads `AWS_*` as every name that begins so. */
function exactName(name: string): string {
  if (isEnvironmentName(name)) return name;
  throw inexpressible(`the variable ${shown(name)}`);
}

function shown(value: string): string {
  return JSON.stringify(value.slice(0, 100));
}

function inexpressible(what: string): CodemodeError {
  return new CodemodeError(
    "CAPABILITY_VIOLATION",
    `Permission flags cannot enforce ${what}; name each host, variable, file and folder exactly`,
  );
}
