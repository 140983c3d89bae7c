/** What is answered to names of servers and tools that are not here: those that are, or were meant. */

import { CodemodeError } from "../base/errors.ts";
import { nearestName } from "../base/nearest.ts";
import type { Toolbox } from "./toolbox.ts";

/** `NOT_FOUND` for the `unknown` of a selection. */
export function unknownNames(toolbox: Toolbox, unknown: readonly string[]): CodemodeError {
  const servers = toolbox.namespaces.map(({ name }) => name);
  const told = unknown.map((name) => {
    const near = name.includes(".") ? toolbox.nearestPath(name) : nearestName(name, servers);
    return near === undefined ? `"${name}"` : `"${name}" (did you mean "${near}"?)`;
  });
  const known = servers.length === 0 ? "no server has tools" : `servers are ${servers.join(", ")}`;
  return new CodemodeError("NOT_FOUND", `There is no ${told.join(", ")} here; ${known}`, {
    details: { unknown, servers },
  });
}
