/**
 * The tools one grant reaches, under the names a guest uses: what the checker declares, what the
 * sandbox is told, and what a call is looked up in all come from here, so they cannot differ.
 */

import { allowsServer, allowsTool, type CapabilitySet } from "../capability/mod.ts";
import { likeness } from "../base/nearest.ts";
import { type Catalog, createToolSearch, type ToolSearch } from "../catalog/mod.ts";
import type { CodemodeError } from "../base/errors.ts";
import { printBashDeclarations } from "../checker/mod.ts";
import type { Language, Tool, ToolGroup } from "../contract/mod.ts";
import { isAlwaysDenied, type Policy } from "../policy/mod.ts";
import type { GuestNamespace } from "../protocol/frames.ts";
import {
  createDeclarations,
  createPythonStubs,
  type Declarations,
  type NamedNamespace,
  type NamedTool,
  nameTools,
  signature,
} from "../typegen/mod.ts";
import { toGuestNamespace, withPlaces, withWords } from "./guest_namespace.ts";

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

/** A granted server that has shown no tools so far. */
export interface SilentServer {
  readonly server: string;
  /** What a guest would call it. */
  readonly name: string;
  /** What somebody must do about it, if that is known at the moment. */
  readonly why: () => CodemodeError | undefined;
}

/** Everything derived from the granted tools. */
export interface Toolbox {
  readonly namespaces: readonly NamedNamespace[];
  readonly silent: readonly SilentServer[];
  /** Of every tool, in TypeScript. */
  readonly declarations: Declarations;
  /** Of every tool, as the checker of a language reads them. */
  declarationsIn(language: Language): Pick<Declarations, "text" | "hash">;
  readonly guestNamespaces: readonly GuestNamespace[];
  /** What a sandbox of the language is told. */
  guestNamespacesIn(language: Language): readonly GuestNamespace[];
  /** The tool a guest means by a namespace and a name or alias; own names only. */
  find(namespace: string, name: string): Found | undefined;
  /** The tool that `server` calls `name`, or that a guest would call so. */
  findOn(server: string, name: string): Found | undefined;
  /** The tool meant by `namespace.tool`, `mcp.namespace.tool` or the names of its own server. */
  findByPath(path: string): Found | undefined;
  /** The path of the tool that was probably meant by one that is not here. */
  nearestPath(path: string): string | undefined;
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

/** Makes toolboxes, without tools that are never allowed, and keeps the recent ones until the catalog changes. */
export class Toolboxes {
  readonly #catalog: Catalog;
  readonly #policy: Policy;
  readonly #kept = new Map<string, Toolbox>();
  #named: { readonly version: number; readonly namespaces: readonly NamedNamespace[] } | undefined;

  constructor(catalog: Catalog, policy: Policy) {
    this.#catalog = catalog;
    this.#policy = policy;
  }

  /** The toolbox of a grant. */
  of(grant: CapabilitySet): Toolbox {
    const key = `${this.#catalog.version} ${JSON.stringify(grant.mcp ?? null)}`;
    const toolbox = this.#kept.get(key) ?? this.#create(grant);
    this.#kept.delete(key);
    this.#kept.set(key, toolbox);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value ?? "");
    return toolbox;
  }

  /**
   * Servers a grant speaks of; with `code`, those among them that it may mean: by their name, or by
   * `codemode`, which reaches every tool.
   */
  serversOf(grant: CapabilitySet, code?: string): readonly string[] {
    const granted = this.#allNamed().filter(({ server }) => allowsServer(grant, server));
    const isMeant = ({ server, name }: NamedNamespace) =>
      code === undefined || code.includes("codemode") || code.includes(name) ||
      code.includes(server);
    return granted.filter(isMeant).map(({ server }) => server);
  }

  #create(grant: CapabilitySet): Toolbox {
    const all = this.#allNamed();
    const silent = all.filter(({ server, tools }) =>
      tools.length === 0 && allowsServer(grant, server)
    ).map(({ server, name }) => ({ server, name, why: () => this.#catalog.absence(server) }));
    const shown = onlyTools(
      all,
      (tool) => allowsTool(grant, tool.server, tool.name) && !isAlwaysDenied(this.#policy, tool),
    );
    return createToolbox(shown, silent);
  }

  /** All tools are named together, so that a tool has one name whatever a caller was granted. */
  #allNamed(): readonly NamedNamespace[] {
    const { version } = this.#catalog;
    if (this.#named?.version !== version) {
      this.#named = { version, namespaces: nameTools(this.#catalog.groups()) };
    }
    return this.#named.namespaces;
  }
}

function onlyTools(
  namespaces: readonly NamedNamespace[],
  wanted: (tool: Tool) => boolean,
): readonly NamedNamespace[] {
  return namespaces
    .map((namespace) => ({
      ...namespace,
      tools: namespace.tools.filter(({ tool }) => wanted(tool)),
    }))
    .filter(({ tools }) => tools.length > 0);
}

/** These tools as a toolbox. */
export function createToolbox(
  namespaces: readonly NamedNamespace[],
  silent: readonly SilentServer[] = [],
): Toolbox {
  return new NamedToolbox(namespaces, silent);
}

class NamedToolbox implements Toolbox {
  readonly guestNamespaces: readonly GuestNamespace[];
  readonly #index: ReadonlyMap<string, ReadonlyMap<string, Found>>;
  readonly #byTool: ReadonlyMap<Tool, Found>;
  #declarations: Declarations | undefined;
  #bash: Pick<Declarations, "text" | "hash"> | undefined;
  #python: Declarations | undefined;
  #worded: readonly GuestNamespace[] | undefined;
  #placed: readonly GuestNamespace[] | undefined;
  #search: ToolSearch | undefined;

  constructor(
    readonly namespaces: readonly NamedNamespace[],
    readonly silent: readonly SilentServer[],
  ) {
    this.guestNamespaces = namespaces.map(toGuestNamespace);
    this.#index = new Map(namespaces.map((namespace) => [namespace.name, indexTools(namespace)]));
    this.#byTool = new Map(
      namespaces.flatMap((namespace) =>
        namespace.tools.map((named) => [named.tool, { namespace, named }] as const)
      ),
    );
  }

  get declarations(): Declarations {
    return this.#declarations ??= createDeclarations(this.namespaces);
  }

  declarationsIn(language: Language): Pick<Declarations, "text" | "hash"> {
    if (language === "python") return this.#python ??= createPythonStubs(this.namespaces);
    if (language !== "bash") return this.declarations;
    return this.#bash ??= printBashDeclarations(this.guestNamespacesIn(language));
  }

  guestNamespacesIn(language: Language): readonly GuestNamespace[] {
    if (language === "python") return this.#placed ??= this.namespaces.map(withPlaces);
    if (language !== "bash") return this.guestNamespaces;
    return this.#worded ??= this.namespaces.map(withWords);
  }

  find(namespace: string, name: string): Found | undefined {
    return this.#index.get(namespace)?.get(name);
  }

  findOn(server: string, name: string): Found | undefined {
    for (const namespace of this.namespaces) {
      if (namespace.server !== server) continue;
      const named = namespace.tools.find(({ tool }) => tool.name === name);
      return named ? { namespace, named } : this.find(namespace.name, name);
    }
    return this.find(server, name);
  }

  findByPath(path: string): Found | undefined {
    const bare = path.startsWith("mcp.") ? path.slice("mcp.".length) : path;
    const dot = bare.indexOf(".");
    return this.find(bare.slice(0, dot), bare.slice(dot + 1)) ?? this.#findByServer(bare);
  }

  nearestPath(path: string): string | undefined {
    const bare = path.startsWith("mcp.") ? path.slice("mcp.".length) : path;
    const dot = bare.indexOf(".");
    let best: string | undefined;
    let bestScore = 0;
    for (const { name: space, server, tools } of this.namespaces) {
      const near = dot < 0 ? 1 : likenessToAny(bare.slice(0, dot), [space, server]);
      if (near === 0) continue;
      for (const { name, tool } of tools) {
        const score = near * likenessToAny(bare.slice(dot + 1), [name, tool.name]);
        if (score > bestScore) [best, bestScore] = [`mcp.${space}.${name}`, score];
      }
    }
    return best;
  }

  search(query: string, limit: number): readonly ToolMatch[] {
    this.#search ??= createToolSearch(this.namespaces.map(toGroup));
    return this.#search.find(query, { limit }).flatMap(({ tool, score }) => {
      const found = this.#byTool.get(tool);
      return found ? [{ ...found, score, signature: signature(found.namespace, found.named) }] : [];
    });
  }

  select({ servers, tools }: Selection): { toolbox: Toolbox; unknown: readonly string[] } {
    const chosen = tools?.map((path) => this.findByPath(path)?.named.tool);
    const isServer = (name: string) =>
      this.namespaces.some((one) => one.name === name || one.server === name);
    const namespaces = this.namespaces
      .filter(({ name, server }) => !servers || servers.includes(name) || servers.includes(server));
    const unknown = [
      ...(servers ?? []).filter((name) => !isServer(name)),
      ...(tools ?? []).filter((_, position) => chosen?.[position] === undefined),
    ];
    return {
      toolbox: createToolbox(onlyTools(namespaces, (tool) => !chosen || chosen.includes(tool))),
      unknown,
    };
  }

  #findByServer(path: string): Found | undefined {
    return [...this.#byTool.values()]
      .find(({ named: { tool } }) => `${tool.server}.${tool.name}` === path);
  }
}

function likenessToAny(name: string, names: readonly string[]): number {
  return Math.max(...names.map((one) => likeness(name, one)));
}

function toGroup({ server, description, tools }: NamedNamespace): ToolGroup {
  return { server, description, tools: tools.map(({ tool }) => tool) };
}

function indexTools(namespace: NamedNamespace): ReadonlyMap<string, Found> {
  return new Map(
    namespace.tools.flatMap((named) =>
      [named.name, ...named.aliases].map((name) => [name, { namespace, named }] as const)
    ),
  );
}
