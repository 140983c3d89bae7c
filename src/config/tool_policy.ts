/** `security.tools`: which tool calls are made, refused, or approved first. */

import { z } from "zod";
import { nearestName } from "../base/nearest.ts";
import { type Condition, conditionProblem, TRAITS } from "../policy/mod.ts";
import type { BrokenRule } from "./broken_rule.ts";

/** Rules of one file: each is looked at for each call. */
const MAX_RULES = 256;
/** Conditions of one rule, and values of one list. */
const MAX_ENTRIES = 64;

const verdict = z.enum(["allow", "deny", "approve"]);
const text = z.string().min(1).max(1024);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const condition = z.strictObject({
  path: text,
  absent: z.boolean().optional(),
  equals: scalar.optional(),
  in: z.array(scalar).min(1).max(MAX_ENTRIES).optional(),
  startsWith: text.optional(),
  endsWith: text.optional(),
  matches: text.optional(),
  within: text.optional(),
  lessThan: z.number().optional(),
  greaterThan: z.number().optional(),
});

const rule = z.strictObject({
  tool: text.max(256),
  annotation: z.enum(TRAITS).optional(),
  when: z.array(condition).min(1).max(MAX_ENTRIES).optional(),
  verdict,
  reason: text.optional(),
});

/** The section's shape and defaults. */
export const ToolPolicySchema = z.strictObject({
  default: verdict.default("allow"),
  readOnly: verdict.default("allow"),
  destructive: verdict.optional(),
  trustAnnotations: z.array(z.string()).default([]),
  rules: z.array(rule).max(MAX_RULES).default([]),
});

type ToolPolicy = z.output<typeof ToolPolicySchema>;

/** What the section says that cannot hold; `servers` are the names it may speak of. */
export function toolPolicyFaults(policy: ToolPolicy, servers: ReadonlySet<string>): BrokenRule[] {
  const at = ["security", "tools"];
  const strange = policy.trustAnnotations.flatMap((name, index) =>
    name === "*" ? [] : unknownServer(name, servers, [...at, "trustAnnotations", index])
  );
  const rules = policy.rules.flatMap(({ tool, when = [] }, index) => [
    ...patternFaults(tool, servers, [...at, "rules", index, "tool"]),
    ...when.flatMap((one, place) => conditionFaults(one, [...at, "rules", index, "when", place])),
  ]);
  return [...strange, ...rules];
}

/** SAFETY: a misspelt pattern covers nothing, and a rule that should deny would be silent. */
function patternFaults(
  pattern: string,
  servers: ReadonlySet<string>,
  path: readonly PropertyKey[],
): BrokenRule[] {
  const dot = pattern.indexOf(".");
  const server = dot < 0 ? pattern : pattern.slice(0, dot);
  if (server.includes("*")) return [];
  if (dot < 0) {
    return [{ path, message: `"${pattern}" is no tool such as server.tool or server.*` }];
  }
  return unknownServer(server, servers, path);
}

function unknownServer(
  name: string,
  servers: ReadonlySet<string>,
  path: readonly PropertyKey[],
): BrokenRule[] {
  if (servers.has(name)) return [];
  return [{
    path,
    message: `there is no server "${name}"`,
    suggestion: nearestName(name, servers),
    // A server that is at fault is there all the same.
    about: [["mcp", "servers", name], ["openapi", name]],
  }];
}

function conditionFaults(condition: Condition, path: readonly PropertyKey[]): BrokenRule[] {
  const problem = conditionProblem(condition);
  return problem === undefined ? [] : [{ path, message: problem }];
}
