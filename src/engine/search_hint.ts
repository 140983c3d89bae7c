/** What is told to whoever searched and found nothing: the servers there are to ask about. */

import type { Toolbox } from "./toolbox.ts";

/** Servers that are listed. */
const MAX_LISTED = 24;

/** A sentence about the servers of a toolbox, in an order that does not change. */
export function searchHint({ namespaces, silent }: Pick<Toolbox, "namespaces" | "silent">): string {
  const away = silent.map(({ name }) => name);
  const absent = away.length === 0 ? "" : ` Without tools so far: ${listed(away)}.`;
  if (namespaces.length === 0) return `No tool is there to be found.${absent}`;
  const servers = namespaces.map(({ name, tools }) => `${name} (${tools.length})`);
  return `Nothing fits these words. There are tools of ${listed(servers)}.${absent}`;
}

function listed(names: readonly string[]): string {
  const rest = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
