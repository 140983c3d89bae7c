/**
 * A toolbox as a reader sees it: with what results have looked like to this caller. The checker reads
 * the plain one, so no result, whoever's, can make it refuse a program.
 */

import type { Tool } from "../contract/mod.ts";
import type { ShapeMemory } from "../shapes/mod.ts";
import { createDeclarations, type Declarations, signature } from "../typegen/mod.ts";
import type { NamedNamespace, NamedTool, Observed } from "../typegen/mod.ts";
import type { Found, Selection, Toolbox, ToolMatch } from "./toolbox.ts";

/** Callers whose toolboxes are kept as they were read last. */
const KEPT = 64;

/** Toolboxes with the shapes their readers have seen, kept until these change. */
export class ObservedToolboxes {
  readonly #shapes: ShapeMemory;
  readonly #kept = new Map<string, { base: Toolbox; version: number; toolbox: Toolbox }>();

  constructor(shapes: ShapeMemory) {
    this.#shapes = shapes;
  }

  /** `base` as `principal` reads it. */
  of(principal: string, base: Toolbox): Toolbox {
    const version = this.#shapes.version(principal);
    if (version === 0) return base;
    const kept = this.#kept.get(principal);
    const isKept = kept?.base === base && kept.version === version;
    const toolbox = isKept ? kept.toolbox : observedToolbox(base, this.#shapes, principal);
    this.#kept.delete(principal);
    this.#kept.set(principal, { base, version, toolbox });
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value ?? "");
    return toolbox;
  }
}

/** `base` with what `principal` has seen so far. Its declarations stay as they were first read. */
export function observedToolbox(
  base: Toolbox,
  shapes: Pick<ShapeMemory, "recall">,
  principal: string,
): Toolbox {
  return new ObservedToolbox(base, (tool) => shapes.recall(principal, tool));
}

type Recall = (tool: Tool) => Observed | undefined;

class ObservedToolbox implements Toolbox {
  readonly #base: Toolbox;
  readonly #recall: Recall;
  #namespaces: readonly NamedNamespace[] | undefined;
  #declarations: Declarations | undefined;

  constructor(base: Toolbox, recall: Recall) {
    this.#base = base;
    this.#recall = recall;
  }

  get namespaces(): readonly NamedNamespace[] {
    return this.#namespaces ??= this.#base.namespaces.map((namespace) => this.#withAll(namespace));
  }

  get silent(): Toolbox["silent"] {
    return this.#base.silent;
  }

  get declarations(): Declarations {
    return this.#declarations ??= createDeclarations(this.namespaces);
  }

  get guestNamespaces(): Toolbox["guestNamespaces"] {
    return this.#base.guestNamespaces;
  }

  declarationsIn(...parts: Parameters<Toolbox["declarationsIn"]>) {
    return this.#base.declarationsIn(...parts);
  }

  guestNamespacesIn(...parts: Parameters<Toolbox["guestNamespacesIn"]>) {
    return this.#base.guestNamespacesIn(...parts);
  }

  find(namespace: string, name: string): Found | undefined {
    return this.#with(this.#base.find(namespace, name));
  }

  findOn(server: string, name: string): Found | undefined {
    return this.#with(this.#base.findOn(server, name));
  }

  findByPath(path: string): Found | undefined {
    return this.#with(this.#base.findByPath(path));
  }

  nearestPath(path: string): string | undefined {
    return this.#base.nearestPath(path);
  }

  search(query: string, limit: number): readonly ToolMatch[] {
    return this.#base.search(query, limit).map((match) => {
      const { namespace, named } = this.#with(match);
      if (named === match.named) return match;
      return { ...match, named, signature: signature(namespace, named) };
    });
  }

  select(selection: Selection): { readonly toolbox: Toolbox; readonly unknown: readonly string[] } {
    const { toolbox, unknown } = this.#base.select(selection);
    return { toolbox: new ObservedToolbox(toolbox, this.#recall), unknown };
  }

  #with<Place extends Found | undefined>(found: Place): Place | Found {
    if (found === undefined) return found;
    const named = this.#withObserved(found.named);
    return named === found.named ? found : { namespace: found.namespace, named };
  }

  #withAll(namespace: NamedNamespace): NamedNamespace {
    const tools = namespace.tools.map((named) => this.#withObserved(named));
    const isSame = tools.every((named, index) => named === namespace.tools[index]);
    return isSame ? namespace : { ...namespace, tools };
  }

  #withObserved(named: NamedTool): NamedTool {
    const observed = this.#recall(named.tool);
    return observed === undefined ? named : { ...named, observed };
  }
}
