/**
 * The objects a program calls tools through. Each is frozen, enumerable and without a prototype, so
 * that only the granted names exist: nothing inherited, nothing thenable, nothing to replace.
 */

import type { GuestNamespace, GuestTool } from "../../src/protocol/frames.ts";
import { create, defineProperty, freeze, hasOwn } from "../../src/protocol/primordials.ts";

/** Sends one call. */
export type SendCall = (
  namespace: string,
  tool: string,
  args: readonly unknown[],
) => Promise<unknown>;

/** The namespace that every program has for finding tools and calling them by name. */
const CODEMODE: GuestNamespace = {
  name: "codemode",
  tools: [
    { name: "search", aliases: [] },
    { name: "describe", aliases: [] },
    { name: "call", aliases: [] },
  ],
  global: true,
  member: false,
};

type NamespaceObject = { readonly [name: string]: (...args: unknown[]) => Promise<unknown> };

/** Defines `mcp` and each namespace's global on `scope`. */
export function installTools(
  scope: object,
  namespaces: readonly GuestNamespace[],
  send: SendCall,
): void {
  const mcp = create(null) as { [name: string]: NamespaceObject };
  const taken = create(null) as { [name: string]: boolean };
  for (let index = 0; index < namespaces.length; index += 1) {
    install(scope, mcp, namespaces[index]!, send);
    taken[namespaces[index]!.name] = true;
  }
  if (!hasOwn(taken, CODEMODE.name)) install(scope, mcp, CODEMODE, send);
  setFixed(scope, "mcp", freeze(mcp));
}

function install(
  scope: object,
  mcp: { [name: string]: NamespaceObject },
  namespace: GuestNamespace,
  send: SendCall,
): void {
  const object = createNamespace(namespace, send);
  if (namespace.member) mcp[namespace.name] = object;
  if (namespace.global) setFixed(scope, namespace.name, object);
}

/** The object of one namespace. */
export function createNamespace(
  namespace: GuestNamespace,
  send: SendCall,
): NamespaceObject {
  const object = create(null) as { [name: string]: NamespaceObject[string] };
  for (let index = 0; index < namespace.tools.length; index += 1) {
    const tool = namespace.tools[index]!;
    const call = createTool(namespace.name, tool, send);
    if (tool.name !== "then") object[tool.name] = call;
    addAliases(object, tool, call);
  }
  return freeze(object);
}

/** A tool named `then` would make its namespace thenable; it stays reachable by `codemode.call`. */
function addAliases(
  object: { [name: string]: NamespaceObject[string] },
  tool: GuestTool,
  call: NamespaceObject[string],
): void {
  for (let index = 0; index < tool.aliases.length; index += 1) {
    const alias = tool.aliases[index]!;
    if (alias !== "then" && !hasOwn(object, alias)) object[alias] = call;
  }
}

function createTool(namespace: string, tool: GuestTool, send: SendCall): NamespaceObject[string] {
  const call = (...args: unknown[]) => send(namespace, tool.name, args);
  defineProperty(call, "name", { value: tool.name });
  return freeze(call);
}

/** Defines a global that a program can shadow but not replace; false where the engine's own is fixed. */
export function setFixed(scope: object, name: string, value: unknown): boolean {
  const property = { value, writable: false, enumerable: true, configurable: false };
  return Reflect.defineProperty(scope, name, property);
}
