/**
 * The algebra of capability sets: make, unite, intersect, compare, say. No operation ever grants
 * what its operands did not; where the set's shape cannot say a result exactly, it says less.
 */

import { resolve } from "node:path";
import { CodemodeError } from "../base/errors.ts";
import {
  type Capability,
  type CapabilityNames,
  MAX_CAPABILITIES,
  parseCapabilities,
} from "./capability.ts";
import { buildSet, type Grants, printGrants, toGrants } from "./grants.ts";
import type { CapabilitySet } from "./capability_set.ts";
import {
  AMOUNT_PARTS,
  type AmountPart,
  AMOUNTS_OF_PART,
  excessAmounts,
  grantedAmounts,
  largerAmounts,
} from "./limits.ts";
import { meetAll, meetNetwork, meetPath, meetTool } from "./meet.ts";
import { coversNetwork, coversPath, coversTool, type ToolRule } from "./rules.ts";

/** Hosts times ports, or servers times tools, of one set. */
const MAX_PAIRS = 4096;

/** Where strings are turned into a set. */
export interface CapabilityScope extends CapabilityNames {
  /** Absolute folder that relative paths are relative to. */
  readonly directory: string;
}

/** The answer of {@link isSubset}: `excess` names each thing asked beyond the grant. */
export type SubsetAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly excess: readonly string[] };

/**
 * The set that a list of capability strings, or a set from outside, stands for: paths absolute,
 * hosts canonical, lists bounded. Every set that came from a caller passes here before any other
 * function sees it. Throws `INVALID_REQUEST` whose `details.problems` names each bad string.
 */
export function toCapabilitySet(
  asked: readonly string[] | CapabilitySet,
  scope: CapabilityScope,
): CapabilitySet {
  if (!Array.isArray(asked)) return resolveSet(asked as CapabilitySet, scope);
  const { capabilities, problems } = parseCapabilities(asked, scope);
  if (problems.length > 0) {
    const first = problems[0];
    throw new CodemodeError(
      "INVALID_REQUEST",
      `Capability ${first?.index} is invalid: ${first?.message}. ${first?.remedy}`,
      { details: { problems } },
    );
  }
  return buildSet(collect(capabilities, scope.directory), {});
}

/** Everything that either set grants. Extension lists that differ leave only what both allow. */
export function union(left: CapabilitySet, right: CapabilitySet): CapabilitySet {
  // A part that grants nothing must not lend its amounts, so both sides are made canonical first.
  const [one, other] = [toCanonicalSet(left), toCanonicalSet(right)];
  const [a, b] = [toGrants(one), toGrants(other)];
  const both = one.filesystem !== undefined && other.filesystem !== undefined;
  const extensions = both
    ? narrowExtensions(one, other)
    : (one.filesystem ?? other.filesystem)?.allowedExtensions;
  const grants = {
    network: [...a.network, ...b.network],
    paths: [...a.paths, ...b.paths],
    tools: [...a.tools, ...b.tools],
    environment: [...a.environment, ...b.environment],
  };
  return buildSet(grants, amountsOf((part) => largerAmounts(one, other, part)), extensions);
}

/**
 * What is both asked and granted. Amounts and an extension list that `asked` leaves out are those
 * of the grant; an amount is never above the grant's, or its default where the grant is silent.
 */
export function intersect(asked: CapabilitySet, granted: CapabilitySet): CapabilitySet {
  const [a, b] = [toGrants(asked), toGrants(granted)];
  const grants = {
    network: meetAll(a.network, b.network, meetNetwork),
    paths: meetAll(a.paths, b.paths, meetPath),
    tools: meetAll(a.tools, b.tools, meetTool),
    environment: a.environment.filter((name) => b.environment.includes(name)),
  };
  const amounts = amountsOf((part) => grantedAmounts(asked, granted, part));
  return buildSet(grants, amounts, narrowExtensions(asked, granted));
}

/**
 * Whether `granted` allows everything that `asked` names. Amounts and extension lists that `asked`
 * leaves out are no excess; {@link intersect} then fills them from the grant, so run what it
 * returns and not `asked` itself.
 */
export function isSubset(asked: CapabilitySet, granted: CapabilitySet): SubsetAnswer {
  const [want, have] = [toGrants(asked), toGrants(granted)];
  const excess = [
    ...printGrants({
      network: want.network.filter((rule) => !have.network.some((g) => coversNetwork(g, rule))),
      paths: want.paths.filter((rule) => !have.paths.some((g) => coversPath(g, rule))),
      tools: want.tools.filter((rule) => !have.tools.some((g) => coversTool(g, rule))),
      environment: want.environment.filter((name) => !have.environment.includes(name)),
    }),
    ...excessExtensions(asked, granted),
    ...excessAmounts(asked, granted),
  ];
  return excess.length === 0 ? { ok: true } : { ok: false, excess };
}

/**
 * The set to run with when `asked` is wanted of `granted`: their intersection. Throws
 * `CAPABILITY_VIOLATION` whose `details.excess` names everything asked beyond the grant, each in
 * `words` where these have others for it.
 */
export function narrow(
  asked: CapabilitySet,
  granted: CapabilitySet,
  words: ReadonlyMap<string, string> = new Map(),
): CapabilitySet {
  const answer = isSubset(asked, granted);
  if (answer.ok) return intersect(asked, granted);
  const excess = answer.excess.map((capability) => words.get(capability) ?? capability);
  throw new CodemodeError(
    "CAPABILITY_VIOLATION",
    `Not granted: ${excess.join(", ")}`,
    { details: { excess } },
  );
}

/**
 * Capabilities of paths as the set has them → as they were asked for: a resolved path would tell a
 * caller where the service lives.
 */
export function pathsAsAsked(
  asked: readonly string[] | CapabilitySet,
  scope: CapabilityScope,
): ReadonlyMap<string, string> {
  const pairs = pathTexts(asked).flatMap((text) =>
    toCapabilityStrings(toCapabilitySet([text], scope)).map((printed) => [printed, text] as const)
  );
  return new Map(pairs);
}

function pathTexts(asked: readonly string[] | CapabilitySet): readonly string[] {
  if (Array.isArray(asked)) return asked.filter((text) => /^(?:read|write):/.test(text));
  const { allowedPaths = [], writablePaths = [] } = (asked as CapabilitySet).filesystem ?? {};
  return [
    ...allowedPaths.map((path) => `read:${path}`),
    ...writablePaths.map((path) => `write:${path}`),
  ];
}

/** The set as sorted capability strings; amounts and extension lists have no string form. */
export function toCapabilityStrings(set: CapabilitySet): readonly string[] {
  return Object.freeze(printGrants(toGrants(set)));
}

/** The set in lines for people: each capability, then each limit on it. */
export function explain(set: CapabilitySet): readonly string[] {
  const strings = toCapabilityStrings(set);
  if (strings.length === 0) return Object.freeze(["nothing is granted"]);
  const extensions = set.filesystem?.allowedExtensions;
  const limits = AMOUNT_PARTS.flatMap((part) => {
    const own: Readonly<Record<string, unknown>> = { ...set[part] };
    return AMOUNTS_OF_PART[part].flatMap((name) =>
      own[name] === undefined ? [] : [`limit ${part}.${name}=${own[name]}`]
    );
  });
  const only = extensions === undefined ? [] : [`only files ending in ${extensions.join(", ")}`];
  return Object.freeze([...strings.map((line) => `may use ${line}`), ...only, ...limits]);
}

function resolveSet(set: CapabilitySet, scope: CapabilityScope): CapabilitySet {
  assertBounded(set);
  const files = set.filesystem;
  const absolute = (paths: readonly string[] = []) =>
    paths.map((path) => resolve(scope.directory, path));
  const resolved = files === undefined ? set : {
    ...set,
    filesystem: {
      ...files,
      allowedPaths: absolute(files.allowedPaths),
      writablePaths: absolute(files.writablePaths),
    },
  };
  return toCanonicalSet(resolved);
}

/** SAFETY: sets come from callers, and every list is compared with every other one. */
function assertBounded({ network, filesystem, mcp, system }: CapabilitySet): void {
  const counts = [
    [network?.allowedHosts, network?.allowedPorts],
    [mcp?.allowedServers, mcp?.allowedTools],
    [filesystem?.allowedPaths],
    [filesystem?.writablePaths],
    [filesystem?.allowedExtensions],
    [system?.environment],
  ].map((lists) => lists.map((list) => list?.length ?? 0));
  const isBounded = counts.every(([a = 0, b = 0]) =>
    a <= MAX_CAPABILITIES && b <= MAX_CAPABILITIES && a * b <= MAX_PAIRS
  );
  if (isBounded) return;
  throw new CodemodeError(
    "INVALID_REQUEST",
    `A capability set has at most ${MAX_CAPABILITIES} entries in a list and ${MAX_PAIRS} pairs of ` +
      "two lists that multiply",
  );
}

/** The same set in the one way it is written, without parts that grant nothing. */
function toCanonicalSet(set: CapabilitySet): CapabilitySet {
  const amounts = amountsOf((part) => grantedAmounts({}, set, part));
  return buildSet(toGrants(set), amounts, set.filesystem?.allowedExtensions);
}

function collect(capabilities: readonly Capability[], directory: string): Grants {
  const tools: ToolRule[] = [];
  const environment: string[] = [];
  const hosts: string[] = [];
  const files: { allowedPaths: string[]; writablePaths: string[] } = {
    allowedPaths: [],
    writablePaths: [],
  };
  for (const capability of capabilities) {
    switch (capability.kind) {
      case "mcp":
        tools.push({ server: capability.server, tool: capability.tool ?? "*" });
        break;
      case "network":
        hosts.push(
          capability.port === undefined ? capability.host : `${capability.host}:${capability.port}`,
        );
        break;
      case "env":
        environment.push(capability.name);
        break;
      default:
        (capability.kind === "read" ? files.allowedPaths : files.writablePaths)
          .push(resolve(directory, capability.path));
    }
  }
  const grants = toGrants({ network: { allowedHosts: hosts }, filesystem: files });
  return { ...grants, tools, environment };
}

function amountsOf(of: (part: AmountPart) => Record<string, number>): CapabilitySet {
  return { network: of("network"), filesystem: of("filesystem"), mcp: of("mcp") };
}

function narrowExtensions(
  left: CapabilitySet,
  right: CapabilitySet,
): readonly string[] | undefined {
  const a = left.filesystem?.allowedExtensions;
  const b = right.filesystem?.allowedExtensions;
  return a === undefined || b === undefined ? a ?? b : a.filter((name) => b.includes(name));
}

function excessExtensions(asked: CapabilitySet, granted: CapabilitySet): string[] {
  const allowed = granted.filesystem?.allowedExtensions;
  if (allowed === undefined) return [];
  return (asked.filesystem?.allowedExtensions ?? [])
    .filter((name) => !allowed.includes(name))
    .map((name) => `filesystem.allowedExtensions=${name}`);
}
