/**
 * The tools one grant reaches, under the names a guest uses: what the checker declares, what the
 * sandbox is told, and what a call is looked up in all come from here, so they cannot differ.
 */

import { allowsTool, type CapabilitySet } from "../capability/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import type { ToolGroup } from "../contract/mod.ts";
import type { GuestNamespace } from "../protocol/frames.ts";
import {
  createDeclarations,
  type Declarations,
  type NamedNamespace,
  type NamedTool,
  nameTools,
} from "../typegen/mod.ts";

/** Toolboxes kept; each holds the declarations of one grant. */
const KEPT = 32;

/** Everything derived from the granted tools. */
export interface Toolbox {
  readonly groups: readonly ToolGroup[];
  readonly namespaces: readonly NamedNamespace[];
  readonly declarations: Declarations;
  readonly guestNamespaces: readonly GuestNamespace[];
  /** The tool a guest means by a namespace and a name or alias; own names only. */
  find(namespace: string, name: string): NamedTool | undefined;
}

/** Makes toolboxes and keeps the recent ones until the catalog changes. */
export class Toolboxes {
  readonly #catalog: Catalog;
  readonly #kept = new Map<string, Toolbox>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** The toolbox of a grant. */
  of(grant: CapabilitySet): Toolbox {
    const key = `${this.#catalog.version} ${JSON.stringify(grant.mcp ?? null)}`;
    const toolbox = this.#kept.get(key) ?? createToolbox(grantedGroups(this.#catalog, grant));
    this.#kept.delete(key);
    this.#kept.set(key, toolbox);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value ?? "");
    return toolbox;
  }
}

/** The tools of `groups` as a toolbox. */
export function createToolbox(groups: readonly ToolGroup[]): Toolbox {
  const namespaces = nameTools(groups);
  const index = new Map(namespaces.map((namespace) => [namespace.name, indexTools(namespace)]));
  return Object.freeze({
    groups,
    namespaces,
    declarations: createDeclarations(namespaces),
    guestNamespaces: namespaces.map(toGuestNamespace),
    find: (namespace: string, name: string) => index.get(namespace)?.get(name),
  });
}

function grantedGroups(catalog: Catalog, grant: CapabilitySet): readonly ToolGroup[] {
  return catalog.groups()
    .map((group) => ({
      ...group,
      tools: group.tools.filter((tool) => allowsTool(grant, tool.server, tool.name)),
    }))
    .filter((group) => group.tools.length > 0);
}

function indexTools(namespace: NamedNamespace): ReadonlyMap<string, NamedTool> {
  return new Map(
    namespace.tools.flatMap((tool) => [tool.name, ...tool.aliases].map((name) => [name, tool])),
  );
}

function toGuestNamespace(namespace: NamedNamespace): GuestNamespace {
  return {
    name: namespace.name,
    tools: namespace.tools.map(({ name, aliases }) => ({ name, aliases })),
    global: namespace.global,
    member: true,
  };
}
