/**
 * The tools one grant reaches, under the names a guest uses: what the checker declares, what the
 * sandbox is told, and what a call is looked up in all come from here, so they cannot differ.
 */

import { allowsTool, type CapabilitySet } from "../capability/mod.ts";
import { type Catalog, searchTools } from "../catalog/mod.ts";
import type { Tool, ToolGroup } from "../contract/mod.ts";
import type { GuestNamespace } from "../protocol/frames.ts";
import {
  createDeclarations,
  type Declarations,
  type NamedNamespace,
  type NamedTool,
  nameTools,
  signature,
} from "../typegen/mod.ts";

/** Toolboxes kept; each holds the declarations of one grant. */
const KEPT = 32;

/** A tool with its names. */
export interface Found {
  readonly namespace: NamedNamespace;
  readonly named: NamedTool;
}

/** One search result. */
export interface ToolMatch extends Found {
  readonly score: number;
  /** Ready-to-paste TypeScript. */
  readonly signature: string;
}

/** Everything derived from the granted tools. */
export interface Toolbox {
  readonly namespaces: readonly NamedNamespace[];
  /** Of every tool, for the checker. */
  readonly declarations: Declarations;
  readonly guestNamespaces: readonly GuestNamespace[];
  /** The tool a guest means by a namespace and a name or alias; own names only. */
  find(namespace: string, name: string): Found | undefined;
  /** The tool meant by `namespace.tool`, `mcp.namespace.tool` or the names of its own server. */
  findByPath(path: string): Found | undefined;
  /** Ranked matches, best first. */
  search(query: string, limit: number): readonly ToolMatch[];
  /** Declarations of some servers or tools under a budget of tokens; `unknown` names what is not here. */
  select(selection: Selection): { readonly toolbox: Toolbox; readonly unknown: readonly string[] };
}

/** Names of servers or namespaces, and of tools as `findByPath` takes them; absent means all. */
export interface Selection {
  readonly servers?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
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
  const byTool = new Map<Tool, Found>(
    namespaces.flatMap((namespace) =>
      namespace.tools.map((named) => [named.tool, { namespace, named }])
    ),
  );
  const find = (namespace: string, name: string) => index.get(namespace)?.get(name);
  const findByPath = (path: string): Found | undefined => {
    const bare = path.startsWith("mcp.") ? path.slice("mcp.".length) : path;
    const dot = bare.indexOf(".");
    return find(bare.slice(0, dot), bare.slice(dot + 1)) ??
      [...byTool.values()].find(({ named: { tool } }) => `${tool.server}.${tool.name}` === bare);
  };
  return Object.freeze({
    namespaces,
    declarations: createDeclarations(namespaces),
    guestNamespaces: namespaces.map(toGuestNamespace),
    find,
    findByPath,
    search: (query: string, limit: number) =>
      searchTools(groups, query, { limit }).flatMap(({ tool, score }) => {
        const found = byTool.get(tool);
        return found
          ? [{ ...found, score, signature: signature(found.namespace, found.named) }]
          : [];
      }),
    select: ({ servers, tools }: Selection) => {
      const wanted = tools?.map((path) => findByPath(path)?.named.tool);
      const known = new Set(namespaces.flatMap(({ name, server }) => [name, server]));
      const names = new Map(namespaces.map(({ name, server }) => [server, name]));
      const chosen = groups
        .filter(({ server }) =>
          !servers || servers.includes(server) || servers.includes(names.get(server) ?? server)
        )
        .map((group) => ({
          ...group,
          tools: group.tools.filter((tool) => !wanted || wanted.includes(tool)),
        }))
        .filter((group) => group.tools.length > 0);
      const unknown = [
        ...(servers ?? []).filter((server) => !known.has(server)),
        ...(tools ?? []).filter((_, position) => wanted?.[position] === undefined),
      ];
      return { toolbox: createToolbox(chosen), unknown };
    },
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

function indexTools(namespace: NamedNamespace): ReadonlyMap<string, Found> {
  return new Map(
    namespace.tools.flatMap((named) =>
      [named.name, ...named.aliases].map((name) => [name, { namespace, named }] as const)
    ),
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
