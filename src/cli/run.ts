/** `codemode run FILE|-`: one program, in this process without a server, or at the service of `--url`. */

import { CodemodeError } from "../base/errors.ts";
import { type ExecuteAnswer, type ExecuteRequest, ExecuteRequestSchema } from "../contract/mod.ts";
import { fromDecodedAnswer, toPlainAnswer } from "../engine/mod.ts";
import { type Command, type Invocation, text, whole } from "./command.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { exitCodeOf } from "./exit_code.ts";
import { readable } from "./output.ts";
import { readCode } from "./read_code.ts";
import { withApp } from "./with_app.ts";
import { URL_FLAG, URL_HELP, withService } from "./with_service.ts";

/** The verb. */
export const run: Command = {
  name: "run",
  hasProgram: true,
  summary: "Check and run a program, here or at a service",
  usage:
    "FILE|- [--language L] [--runtime R] [--timeout MS] [--memory BYTES] [--capability CAP]… [--check error|warn|off] " +
    "[--max-result-tokens N] [--url URL] [--json]",
  flags: {
    ...URL_FLAG,
    language: { type: "string", short: "l" },
    runtime: { type: "string", short: "r" },
    timeout: { type: "string", short: "t" },
    memory: { type: "string", short: "m" },
    capability: { type: "string", multiple: true },
    check: { type: "string" },
    context: { type: "string" },
    "max-result-tokens": { type: "string" },
  },
  help: [
    "--language, -l   typescript, javascript, python or bash; default by the file's extension",
    "--runtime, -r    auto (default), quickjs, deno, python or bash",
    "--timeout, -t    milliseconds of wall time, waiting for calls not counted",
    "--memory, -m     bytes of memory",
    "--capability     such as mcp:memory or network:api.example.com:443; may be repeated",
    "--check          error (default), warn or off",
    "--context        JSON object given to the program as `context`",
    "--max-result-tokens  estimated tokens at most of result, logs and error; default everything",
    ...URL_HELP,
  ],
  async run(invocation) {
    const request = await requestOf(invocation);
    const answer = await askService(invocation, request) ??
      await withApp(
        invocation,
        async (app, caller) => toPlainAnswer(await app.engine.execute(request, caller)),
      );
    show(invocation, answer);
    return answer.error === undefined ? 0 : exitCodeOf(answer.error);
  },
};

function askService(
  invocation: Invocation,
  { code, ...rest }: ExecuteRequest,
): Promise<ExecuteAnswer | undefined> {
  return withService(
    invocation,
    async (client) => toPlainAnswer(fromDecodedAnswer(await client.execute(code, rest))),
  );
}

function show({ output, values }: Invocation, answer: ExecuteAnswer): void {
  if (values["json"]) return output.print(JSON.stringify(answer));
  for (const line of answer.logs) output.note(line);
  printDiagnostics(output, answer.diagnostics);
  if (answer.truncated !== undefined) output.note(cutNote(answer.truncated));
  if (answer.success) output.print(readable(answer.result));
  else output.note(answer.error?.stack ?? `${answer.error?.code}: ${answer.error?.message}`);
}

/** What was left out, for a person; programs read `truncated` of the JSON. */
function cutNote({ cuts, moreCuts = 0, logs }: NonNullable<ExecuteAnswer["truncated"]>): string {
  const places = cuts.map(({ path, kept, total }) => `${path} (${kept} of ${total})`);
  if (moreCuts > 0) places.push(`${moreCuts} more cuts`);
  if (logs !== undefined) {
    const shortened = logs.shortened === 0 ? "" : `, ${logs.shortened} shortened`;
    places.push(`logs (${logs.lines - logs.cut} of ${logs.lines} lines${shortened})`);
  }
  return `Cut to fit: ${places.join(", ")}`;
}

async function requestOf(invocation: Invocation) {
  const { code, language } = await readCode(invocation);
  const context = text(invocation, "context");
  const parsed = ExecuteRequestSchema.safeParse({
    code,
    language,
    runtime: text(invocation, "runtime"),
    timeout: whole(invocation, "timeout"),
    memoryLimit: whole(invocation, "memory"),
    check: text(invocation, "check"),
    capabilities: invocation.values["capability"],
    context: context === undefined ? undefined : parseContext(context),
    maxResultTokens: whole(invocation, "max-result-tokens"),
  });
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new CodemodeError("INVALID_REQUEST", told.join("; "));
}

function parseContext(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new CodemodeError("INVALID_REQUEST", "--context is not valid JSON", { cause });
  }
}
