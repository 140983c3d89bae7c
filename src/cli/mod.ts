/** The door of the command line: finds the verb, runs it, turns failures into text and exit codes. */

import { VERSION } from "../app.ts";
import { toCodemodeError } from "../base/errors.ts";
import { formatProblems } from "../config/mod.ts";
import { audit } from "./audit.ts";
import { check } from "./check.ts";
import { type Command, parseFlags } from "./command.ts";
import { config } from "./config.ts";
import { declarations } from "./declarations.ts";
import { doctor } from "./doctor.ts";
import { EXIT_CODES, exitCodeOf } from "./exit_code.ts";
import type { Output } from "./output.ts";
import { key } from "./key.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { mcp } from "./mcp.ts";
import { run } from "./run.ts";
import { serve } from "./serve.ts";
import { tools } from "./tools.ts";

export { type Output, processOutput } from "./output.ts";

const COMMANDS: readonly Command[] = [
  serve,
  mcp,
  run,
  check,
  tools,
  declarations,
  config,
  key,
  login,
  logout,
  audit,
  doctor,
];

/** Runs `codemode ARGS…`; answers with the exit code and never throws. */
export async function runCli(
  args: readonly string[],
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (name === "--version" || name === "-V") return say(output, VERSION);
  if (name === "--help" || name === "-h" || name === "help") return say(output, overview());
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    output.note(`There is no "codemode ${name}".\n\n${overview()}`);
    return EXIT_CODES.caller;
  }
  try {
    const { values, positionals } = parseFlags(command, rest);
    if (values["help"]) return say(output, usageOf(command));
    return await command.run({ values, positionals, output, env });
  } catch (thrown) {
    const { hasProgram = false } = command;
    return fail(thrown, output, { hasProgram, isJson: rest.includes("--json") });
  }
}

function fail(
  thrown: unknown,
  output: Output,
  { hasProgram, isJson }: { readonly hasProgram: boolean; readonly isJson: boolean },
): number {
  const error = toCodemodeError(thrown);
  const { code, message, details } = error;
  if (isJson) output.print(JSON.stringify({ success: false, error: { code, message, details } }));
  else if (code === "CONFIG_INVALID") output.note(formatProblems(error));
  else output.note(`${code}: ${message}`);
  if (code === "INTERNAL" && error.cause instanceof Error) {
    output.note(error.cause.stack ?? error.cause.message);
  }
  return exitCodeOf(error, { hasProgram });
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    `Code Mode ${VERSION}: checks, sandboxes and runs the programs agents write.`,
    "",
    "Usage: codemode COMMAND [FLAGS]",
    "",
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "Every command takes --config FILE (default codemode.config.yaml), --json and --help.",
    "Exit codes: 0 success, 1 the program's fault, 2 yours, 3 a server's, 4 ours.",
  ].join("\n");
}

function usageOf({ name, summary, usage, help }: Command): string {
  const flags = ["--config, -c     the configuration file", "--json           print JSON", ...help];
  return [summary, "", `Usage: codemode ${name} ${usage}`, "", ...flags.map((line) => `  ${line}`)]
    .join("\n");
}

function say(output: Output, text: string): number {
  output.print(text);
  return 0;
}
