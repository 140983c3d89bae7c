/** What a verb is, and how its flags are read. */

import { parseArgs, type ParseArgsConfig } from "node:util";
import { CodemodeError } from "../base/errors.ts";
import type { Output } from "./output.ts";

/** Flags of a verb as `node:util` reads them. */
export type Flags = NonNullable<ParseArgsConfig["options"]>;

/** Flags every verb has. */
export const COMMON_FLAGS = {
  config: { type: "string", short: "c" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies Flags;

/** What a verb is given. */
export interface Invocation {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One verb. `run` answers with the exit code and may throw `CodemodeError`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Everything after the name, as shown by `--help`. */
  readonly usage: string;
  readonly flags: Flags;
  /** Lines of help on the verb's own flags. */
  readonly help: readonly string[];
  /** Whether a program can be at fault; without one, what it would be blamed for is its caller's. @default false */
  readonly hasProgram?: boolean;
  run(invocation: Invocation): Promise<number>;
}

/** Reads the arguments of a verb; a bad one is `INVALID_REQUEST`. */
export function parseFlags(command: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...COMMON_FLAGS, ...command.flags },
      allowPositionals: true,
    });
  } catch (cause) {
    const told = cause instanceof Error ? cause.message : "they cannot be read";
    // What follows is advice on arguments that begin with a dash.
    const [reason = ""] = told.split(/\. To specify /);
    throw new CodemodeError("INVALID_REQUEST", `codemode ${command.name}: ${reason} (see --help)`, {
      cause,
    });
  }
}

/** A flag's text, if it was given. */
export function text(invocation: Invocation, name: string): string | undefined {
  const value = invocation.values[name];
  return typeof value === "string" ? value : undefined;
}

/** A flag's whole number; anything else is `INVALID_REQUEST`. */
export function whole(invocation: Invocation, name: string): number | undefined {
  const given = text(invocation, name);
  if (given === undefined) return undefined;
  if (/^\d{1,12}$/.test(given)) return Number(given);
  throw new CodemodeError("INVALID_REQUEST", `--${name} takes a whole number, not "${given}"`);
}

/** A flag's port, 0 included; anything else is `INVALID_REQUEST`. */
export function portOf(invocation: Invocation, name: string): number | undefined {
  const port = whole(invocation, name);
  if (port === undefined || port <= 65535) return port;
  throw new CodemodeError("INVALID_REQUEST", `--${name} takes a port, 0 to 65535, not "${port}"`);
}
