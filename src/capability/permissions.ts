/**
 * The only file that makes Deno permissions. A set becomes `--allow-*` flags that grant exactly what
 * the set grants; what flags cannot hold to is refused, never widened. It makes no `--allow-run`,
 * `--allow-ffi`, `--allow-sys` or `--allow-all`, and no flag without a value. Whoever starts Deno
 * adds at least one `--deny-*`: `node:child_process` gives a Deno without permission flags `-A`.
 */

import { CodemodeError } from "../base/errors.ts";
import type { CapabilitySet } from "./capability_set.ts";
import { buildSet, toGrants } from "./grants.ts";
import { DEFAULT_AMOUNTS } from "./limits.ts";
import { toNetworkRules, toNormalPath, toPathRules } from "./rules.ts";

/** Host names that Deno reads as the start of another kind of address. */
const ADDRESS_SCHEMES: readonly string[] = Object.freeze(["unix", "vsock"]);

/**
 * The flags of `set`, sorted, equal for equal sets; the empty set gives none. Throws
 * `CAPABILITY_VIOLATION` whose `details.unenforceable` names everything flags cannot hold to:
 * host wildcards (Deno's `*.example.com` also admits `example.com`), extension lists, file sizes,
 * paths that are relative or hold a comma or a control character.
 */
export function toPermissionFlags(set: CapabilitySet): readonly string[] {
  const unenforceable = [
    ...refusedHosts(set),
    ...refusedPaths(set),
    ...refusedFileLimits(set),
  ];
  if (unenforceable.length > 0) {
    throw new CodemodeError(
      "CAPABILITY_VIOLATION",
      `Cannot be enforced with flags: ${unenforceable.join(", ")}`,
      { details: { unenforceable } },
    );
  }
  return Object.freeze(printFlags(set));
}

/**
 * Amounts that hold for `set` and that flags do not enforce, as `part.name=amount`: what direct
 * network and file access of the guest may exceed. Tool calls pass the host, which counts them.
 */
export function unenforcedAmounts(set: CapabilitySet): readonly string[] {
  const amounts: string[] = [];
  if (toNetworkRules(set).length > 0) {
    for (const name of ["maxRequestsPerSecond", "maxRequestSize"] as const) {
      amounts.push(`network.${name}=${set.network?.[name] ?? DEFAULT_AMOUNTS[name]}`);
    }
  }
  if (toPathRules(set).length > 0) {
    amounts.push(`filesystem.maxFileSize=${DEFAULT_AMOUNTS.maxFileSize}`);
  }
  return Object.freeze(amounts);
}

function printFlags(set: CapabilitySet): string[] {
  const grants = toGrants(buildSet(toGrants(set), {}));
  const of = (access: string) => grants.paths.filter((r) => r.access === access).map((r) => r.path);
  return [
    ...printFlag("env", grants.environment),
    ...printFlag("net", grants.network.map(({ host, port }) => `${host}:${port}`)),
    ...printFlag("read", of("read")),
    ...printFlag("write", of("write")),
  ];
}

// SAFETY: an empty list must give no flag at all, because `--allow-net` alone grants every host.
function printFlag(name: string, values: readonly string[]): string[] {
  const sorted = [...new Set(values)].sort();
  return sorted.length === 0 ? [] : [`--allow-${name}=${sorted.join(",")}`];
}

function refusedHosts(set: CapabilitySet): string[] {
  const hosts = new Set(toNetworkRules(set).map((rule) => rule.host));
  return [...hosts]
    .filter((host) => host.includes("*") || ADDRESS_SCHEMES.includes(host))
    .map((host) => `network:${host}`);
}

// SAFETY: Deno splits a flag's value at commas, so a path with one would grant two paths.
function refusedPaths(set: CapabilitySet): string[] {
  const { allowedPaths = [], writablePaths = [] } = set.filesystem ?? {};
  return [...allowedPaths, ...writablePaths]
    .filter((path) => toNormalPath(path) === undefined || /[,\p{Cc}]/u.test(path))
    .map((path) => `path ${JSON.stringify(path)}`);
}

function refusedFileLimits(set: CapabilitySet): string[] {
  const { allowedExtensions, maxFileSize } = set.filesystem ?? {};
  if (toPathRules(set).length === 0) return [];
  return [
    ...(allowedExtensions === undefined ? [] : ["filesystem.allowedExtensions"]),
    ...(maxFileSize === undefined ? [] : [`filesystem.maxFileSize=${maxFileSize}`]),
  ];
}
