/** A server's tools as a guest is told of them: names, and what its language needs besides. */

import type { GuestNamespace, GuestTool } from "../protocol/frames.ts";
import { type NamedNamespace, type NamedTool, SchemaBudget, toGuestWords } from "../typegen/mod.ts";

/** Names and aliases of the tools of one server. */
export function toGuestNamespace(namespace: NamedNamespace): GuestNamespace {
  return {
    name: namespace.name,
    tools: namespace.tools.map(({ name, aliases }) => ({ name, aliases })),
    global: namespace.global,
    member: true,
  };
}

/** The same, for a language that has nothing but words. */
export function withWords(namespace: NamedNamespace): GuestNamespace {
  const budget = new SchemaBudget();
  return withMore(namespace, ({ tool }) => ({ words: toGuestWords(tool, budget) }));
}

/** The same, for a language where arguments are given by position and by name in one call. */
export function withPlaces(namespace: NamedNamespace): GuestNamespace {
  return withMore(namespace, ({ positional }) => positional.length === 0 ? {} : { positional });
}

function withMore(
  namespace: NamedNamespace,
  more: (named: NamedTool) => Partial<GuestTool>,
): GuestNamespace {
  const guest = toGuestNamespace(namespace);
  const tools = guest.tools.map((one, index) => {
    const named = namespace.tools[index];
    return named === undefined ? one : { ...one, ...more(named) };
  });
  return { ...guest, tools };
}
