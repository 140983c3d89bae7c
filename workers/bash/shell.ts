/**
 * One shell: the package's interpreter with our limits, commands and files, and what it does not do
 * itself: commands in the background run beside each other, and the line that ran last is known.
 */

import { abortable } from "./abortable.ts";
import { Bash, MountableFs } from "just-bash/browser";
import type { BashOptions, Command, IFileSystem } from "just-bash/browser";
import { SHELL_BUILTINS, SHELL_COMMANDS } from "../../src/protocol/bash_commands.ts";
import type { WireError } from "../../src/protocol/frames.ts";
import { extraCommands, isExtraCommand } from "./extra_commands.ts";
import { failedLine } from "./failed_line.ts";
import { ToolFailure } from "./tool_failure.ts";
import { Deadlines } from "./deadlines.ts";
import { Jobs, RUN_JOB, WAIT } from "./jobs.ts";
import { createFetch } from "./fetch.ts";
import type { SendCall } from "../guest/tools.ts";
import { LIMITS } from "./limits.ts";
import { ScriptFiles } from "./script_files.ts";
import { type CommandPlace, prepareTree, withExports } from "./tree.ts";

/** Where the shell starts; relative paths count from here. */
export const HOME = "/home/user";

/** A file system at a place of the tree. */
export interface Mount {
  readonly at: string;
  readonly files: IFileSystem;
}

/** What a shell is made of. */
export interface ShellOptions {
  readonly script: string;
  /** Exported variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Built-in commands allowed; empty for the default ones. */
  readonly commands: readonly string[];
  /** Texts by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Commands of ours, given the names that are taken. */
  readonly guestCommands?: (taken: readonly string[]) => readonly Command[];
  /** Sends the calls of `curl`; absent where the network was not granted. */
  readonly fetch?: SendCall;
  readonly mounts?: readonly Mount[];
}

/** How a script ended. */
export interface ShellEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: readonly string[];
  /** The line of the command that failed or ran last, from 1. */
  readonly line: number | undefined;
  /** The tool's error that the last line of `stderr` tells of. */
  readonly cause: WireError | undefined;
}

/** Variables the shell lives by: a granted one of that name would break it. */
const OWN_VARIABLES: ReadonlySet<string> = new Set(
  ["HOME", "PATH", "IFS", "PWD", "OLDPWD", "SHELLOPTS", "BASHOPTS", "OPTIND", "PS4", "BASH_ENV"],
);

/** Creates a shell for one script. */
export function createShell(
  options: ShellOptions,
): { run(signal: AbortSignal): Promise<ShellEnd> } {
  const { script } = options;
  let place: CommandPlace | undefined;
  const failure = new ToolFailure(() => place);
  const env = Object.fromEntries(
    Object.entries(options.environment).filter(([name]) => !OWN_VARIABLES.has(name)),
  );
  const shell = open(options, failure);
  const jobs = new Jobs((variables, cwd) => ({
    start: (name) => shell.exec(name, { env: variables, cwd, rawScript: true }),
  }));
  const deadlines = new Deadlines();
  const onStatement = () => deadlines.check();
  const isTimed = allowedOf(options.commands).includes(deadlines.command.name);
  for (
    const command of [...jobs.commands.map(abortable), ...(isTimed ? [deadlines.command] : [])]
  ) {
    shell.registerCommand(command);
  }
  let isMain = true;
  shell.registerTransformPlugin({
    name: "codemode",
    transform({ ast }) {
      const kept = isMain ? undefined : jobs.take(ast);
      if (kept !== undefined) return { ast: kept };
      const lines = isMain ? { script, onCommand: (at: CommandPlace) => place = at } : undefined;
      prepareTree(ast, jobs, { lines, onStatement });
      const tree = isMain ? withExports(ast, Object.keys(env)) : ast;
      isMain = false;
      return { ast: tree };
    },
  });
  return {
    async run(signal) {
      const { exitCode, ...end } = await shell
        .exec(script, { env, rawScript: true, signal })
        .catch(toRefusal);
      const late = await jobs.finish();
      const stderr = toLines(end.stderr + late.stderr);
      const stdout = end.stdout + late.stdout;
      const told = failure.told(stderr.at(-1));
      // The last command of a pipeline is not always the one that failed.
      const isInLast = told?.place !== undefined && told.place.pipeline === place?.pipeline;
      const line = isInLast ? told.place.line : failedLine(place, script, stderr.at(-1));
      return { exitCode, stdout, stderr, line, cause: told?.error };
    },
  };
}

function open(options: ShellOptions, failure: ToolFailure): Bash {
  const { commands, files = {}, guestCommands, mounts = [] } = options;
  const ours = (guestCommands?.(allowedOf(commands)) ?? []).map((each) =>
    failure.watch(abortable(each))
  );
  const settings: BashOptions = {
    ...settingsOf(commands),
    ...(options.fetch === undefined ? {} : { fetch: createFetch(options.fetch) }),
  };
  const memory = new ScriptFiles(LIMITS.maxFileSystemBytes);
  const shell = new Bash({ ...settings, fs: memory });
  for (const [path, text] of Object.entries(files)) memory.writeFileSync(path, text);
  for (const command of ours) shell.registerCommand(command);
  if (mounts.length === 0) return shell;
  const tree = new MountableFs({ base: memory });
  for (const { at, files: mounted } of mounts) tree.mount(at, mounted);
  const mounted = new Bash({ ...settings, fs: tree, cwd: HOME, env: { HOME } });
  for (const command of ours) mounted.registerCommand(command);
  return mounted;
}

/** What bash itself does is there whatever is allowed, though the package has commands for some. */
function allowedOf(commands: readonly string[]): readonly string[] {
  if (commands.length === 0) return SHELL_COMMANDS;
  const own = SHELL_COMMANDS.filter((name) => SHELL_BUILTINS.includes(name));
  return [...new Set([...commands, ...own])];
}

function settingsOf(commands: readonly string[]): BashOptions {
  const allowed = allowedOf(commands);
  return {
    commands: allowed.filter((name) => !isExtraCommand(name)) as NonNullable<
      BashOptions["commands"]
    >,
    customCommands: [...extraCommands(allowed)],
    executionLimits: LIMITS,
    // SAFETY: the process is the wall; the package's own patching would slow each command down.
    defenseInDepth: false,
  };
}

/** The package lets what a file system refuses to a redirection end the whole script. */
function toRefusal(error: unknown): { stdout: string; stderr: string; exitCode: number } {
  const { message } = error as { readonly message?: unknown };
  if (typeof message !== "string" || !/^E[A-Z]{3,}: /.test(message)) throw error;
  return { stdout: "", stderr: `bash: ${message}\n`, exitCode: 1 };
}

/** Nobody here can set the package's options, and names of ours mean nothing to a script. */
function withoutPackageWords(line: string): string {
  return line.replace(/,? increase executionLimits\.\w+/, "").replaceAll(RUN_JOB, "&")
    .replaceAll(WAIT, "wait");
}

function toLines(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n").map(withoutPackageWords);
}
