/** "Did you mean": repairs the engine's words when a program called a tool that does not exist. */

import type { GuestNamespace } from "../../src/protocol/frames.ts";
import { nearestName } from "../../src/protocol/nearest_name.ts";
import { uncurryThis } from "../../src/protocol/primordials.ts";

const execute = uncurryThis(RegExp.prototype.exec);
const NOT_A_FUNCTION = /^(?:.*[.\s])?([\w$]+)\.([\w$]+) is not a function$/;
const OF_UNDEFINED = /^Cannot read properties of undefined \(reading '([\w$]+)'\)$/;

/** What to add to the message of a TypeError: a sentence that begins with a space, or nothing. */
export function suggest(message: string, namespaces: readonly GuestNamespace[]): string {
  const call = execute(NOT_A_FUNCTION, message);
  if (call !== null) return suggestTool(call[1]!, call[2]!, namespaces);
  const read = execute(OF_UNDEFINED, message);
  return read === null ? "" : suggestPath(read[1]!, namespaces);
}

function suggestTool(owner: string, tool: string, namespaces: readonly GuestNamespace[]): string {
  for (let index = 0; index < namespaces.length; index += 1) {
    const namespace = namespaces[index]!;
    if (namespace.name !== owner) continue;
    const near = nearestName(tool, toolNames(namespace));
    if (near !== undefined) return `. Did you mean '${near}'?`;
    return `. Tools of ${owner}: ${listTools(namespace)}`;
  }
  return "";
}

function listTools(namespace: GuestNamespace): string {
  let text = "";
  for (let index = 0; index < namespace.tools.length && index < 12; index += 1) {
    text += `${index > 0 ? ", " : ""}${namespace.tools[index]!.name}`;
  }
  return namespace.tools.length > 12 ? `${text}, …` : text;
}

function suggestPath(tool: string, namespaces: readonly GuestNamespace[]): string {
  for (let index = 0; index < namespaces.length; index += 1) {
    const { name, tools, member } = namespaces[index]!;
    for (let at = 0; at < tools.length; at += 1) {
      if (tools[at]!.name === tool) {
        return `. Did you mean '${member ? "mcp." : ""}${name}.${tool}'?`;
      }
    }
  }
  return "";
}

function toolNames({ tools }: GuestNamespace): readonly string[] {
  const names: string[] = [];
  for (let index = 0; index < tools.length; index += 1) names[index] = tools[index]!.name;
  return names;
}
