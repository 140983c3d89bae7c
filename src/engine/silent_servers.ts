/**
 * Tells a program that names a server which is away from a program that is wrong: to the checker both
 * use a name that is not declared, but only the second can be mended by its author.
 */

import { CodemodeError } from "../base/errors.ts";
import type { Diagnostic } from "../contract/mod.ts";
import type { SilentServer } from "./toolbox.ts";

/** What the checkers say of a namespace that is not there: TypeScript's, Python's and that of scripts. */
const UNKNOWN = [
  /^Property '([^']+)' does not exist on (?:globalThis\.)?mcp\.$/,
  /^Cannot find name '([^']+)'\.$/,
  /^mcp has no server '([^']+)'$/,
  /^Name '([^']+)' is not defined$/,
  /^There is no (?:server|command) ([\w-]+)\.(?: |$)/,
];

/** Those among `silent` that the diagnostics complain about. */
export function namedSilent(
  diagnostics: readonly Diagnostic[],
  silent: readonly SilentServer[],
): readonly SilentServer[] {
  const named = diagnostics.map((diagnostic) => nameOf(diagnostic));
  return silent.filter(({ name, server }) => named.includes(name) || named.includes(server));
}

/** The diagnostics with what they say of `silent` servers put right. */
export function explainSilent(
  diagnostics: readonly Diagnostic[],
  silent: readonly SilentServer[],
): Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    const [away] = namedSilent([diagnostic], silent);
    if (away === undefined) return diagnostic;
    const { suggestion: _, ...rest } = diagnostic;
    const { code, message } = awayError([away]);
    return { ...rest, code: code === "LOGIN_REQUIRED" ? code : "SERVER_UNAVAILABLE", message };
  });
}

/**
 * The failure of whoever needs these servers: what somebody must do about the first of them for which
 * that is known, else that waiting may help.
 */
export function awayError(away: readonly SilentServer[], prefix = ""): CodemodeError {
  const names = away.map(({ name }) => name);
  const details = { servers: names, mayHaveTakenEffect: false };
  const [known] = away.flatMap(({ why }) => why() ?? []);
  if (known === undefined) {
    return new CodemodeError("MCP_SERVER_UNAVAILABLE", `${prefix}${messageOf(names)}`, { details });
  }
  return new CodemodeError(known.code, `${prefix}${known.message}`, {
    details: { ...known.details, ...details },
    cause: known,
  });
}

function messageOf(names: readonly string[]): string {
  const servers = names.map((name) => `"${name}"`).join(", ");
  const subject = names.length === 1
    ? `The MCP server ${servers} has`
    : `The MCP servers ${servers} have`;
  return `${subject} shown no tools so far: starting, out of reach, or without any (see /health)`;
}

function nameOf({ message }: Diagnostic): string | undefined {
  for (const pattern of UNKNOWN) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}
