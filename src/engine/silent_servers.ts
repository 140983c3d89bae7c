/**
 * Tells a program that names a server which is away from a program that is wrong: to the checker both
 * use a name that is not declared, but only the second can be mended by its author.
 */

import type { Diagnostic } from "../contract/mod.ts";

/** What the checker says of a namespace that is not there, as a member of `mcp` and as a global. */
const UNKNOWN =
  /^(?:Property '([^']+)' does not exist on (?:globalThis\.)?mcp\.|Cannot find name '([^']+)'\.)$/;

/** The names among `silent` that the diagnostics complain about. */
export function namedSilent(
  diagnostics: readonly Diagnostic[],
  silent: readonly string[],
): readonly string[] {
  const named = diagnostics.map((diagnostic) => nameOf(diagnostic));
  return silent.filter((name) => named.includes(name));
}

/** The diagnostics with what they say of `silent` names put right. */
export function explainSilent(
  diagnostics: readonly Diagnostic[],
  silent: readonly string[],
): Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    const name = nameOf(diagnostic);
    if (name === undefined || !silent.includes(name)) return diagnostic;
    const { suggestion: _, ...rest } = diagnostic;
    return { ...rest, code: "SERVER_UNAVAILABLE", message: messageOf([name]) };
  });
}

/** Why nothing ran. */
export function messageOf(names: readonly string[]): string {
  const servers = names.map((name) => `"${name}"`).join(", ");
  const subject = names.length === 1
    ? `The MCP server ${servers} has`
    : `The MCP servers ${servers} have`;
  return `${subject} shown no tools so far: starting, out of reach, waiting for a login, or without any (see /health)`;
}

function nameOf({ message }: Diagnostic): string | undefined {
  const match = UNKNOWN.exec(message);
  return match?.[1] ?? match?.[2];
}
