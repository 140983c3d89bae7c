/** A command of the operator's that is put in front of every sandbox, such as bubblewrap. */

import { delimiter, join, sep } from "node:path";
import process from "node:process";
import { CodemodeError } from "../base/errors.ts";
import { isProgram } from "./is_program.ts";
import type { CommandLine } from "./limits.ts";

/** Stands for the folder with the guest side, which a wrapper must show to the sandbox. */
const FOLDER = "{folder}";

/** What of the world a wrapper is looked up in. */
export interface WrapperWorld {
  /** @default the service's own */
  readonly path?: string | undefined;
}

/**
 * The wrapper with its command found, so that it needs no `PATH` of its own.
 *
 * @throws {CodemodeError} `RUNTIME_UNAVAILABLE` when it is missing or cannot be executed.
 */
export function findWrapper(
  [command = "", ...args]: readonly string[],
  { path = process.env["PATH"] }: WrapperWorld = {},
): CommandLine {
  const places = command.includes(sep)
    ? [command]
    : (path ?? "").split(delimiter).filter(Boolean).map((folder) => join(folder, command));
  const found = places.find(isProgram);
  if (found !== undefined) return { command: found, args };
  const message = `The sandbox wrapper "${command}" is missing or cannot be executed`;
  throw new CodemodeError("RUNTIME_UNAVAILABLE", message);
}

/** A command line behind its wrapper. */
export function wrap(line: CommandLine, wrapper: CommandLine, folder: string): CommandLine {
  const args = wrapper.args.map((arg) => arg.replaceAll(FOLDER, folder));
  return { command: wrapper.command, args: [...args, line.command, ...line.args] };
}
