/** What a program may call: the tools it was granted, and what its grants are made of. */

import {
  FILE_CALLS,
  FILES_NAMESPACE,
  NETWORK_CALLS,
  NETWORK_NAMESPACE,
  TIME_CALLS,
  TIME_NAMESPACE,
} from "../protocol/access.ts";
import type { Program } from "./runtime.ts";

/** The tools that every program may call besides its own. */
const CODEMODE_TOOLS: ReadonlySet<string> = new Set(["search", "describe", "call"]);

/** The names that a program may call, by namespace. */
export function listAllowed(program: Program): ReadonlyMap<string, ReadonlySet<string>> {
  const allowed = new Map<string, ReadonlySet<string>>([["codemode", CODEMODE_TOOLS]]);
  if (program.repeatable) allowed.set(TIME_NAMESPACE, new Set(TIME_CALLS));
  if (program.access?.network) allowed.set(NETWORK_NAMESPACE, new Set(NETWORK_CALLS));
  if (program.access?.files) allowed.set(FILES_NAMESPACE, new Set(FILE_CALLS));
  for (const { name, tools } of program.namespaces) {
    allowed.set(name, new Set(tools.map((tool) => tool.name)));
  }
  return allowed;
}
