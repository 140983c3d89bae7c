/** What two permissions have in common: `undefined` where that is nothing. */

import { coversHost } from "./host.ts";
import { isWithin, type NetworkRule, type PathRule, type ToolRule } from "./rules.ts";

/** What each of one side has in common with each of the other. */
export function meetAll<Rule>(
  left: readonly Rule[],
  right: readonly Rule[],
  meet: (a: Rule, b: Rule) => Rule | undefined,
): Rule[] {
  return left.flatMap((a) => right.flatMap((b) => meet(a, b) ?? []));
}

/** The narrower of two hosts on one port. */
export function meetNetwork(a: NetworkRule, b: NetworkRule): NetworkRule | undefined {
  if (a.port !== b.port) return undefined;
  return coversHost(a.host, b.host) ? b : coversHost(b.host, a.host) ? a : undefined;
}

/** The inner of two paths with one access. */
export function meetPath(a: PathRule, b: PathRule): PathRule | undefined {
  if (a.access !== b.access) return undefined;
  return isWithin(a.path, b.path) ? b : isWithin(b.path, a.path) ? a : undefined;
}

/** The tools that both name. */
export function meetTool(a: ToolRule, b: ToolRule): ToolRule | undefined {
  const server = meetName(a.server, b.server);
  const tool = meetName(a.tool, b.tool);
  return server === undefined || tool === undefined ? undefined : { server, tool };
}

function meetName(a: string, b: string): string | undefined {
  return a === "*" || a === b ? b : b === "*" ? a : undefined;
}
