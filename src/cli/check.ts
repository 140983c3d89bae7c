/** `codemode check FILE|-`: the checker's word on a program, without running it. */

import { CodemodeError } from "../base/errors.ts";
import { type CheckRequest, CheckRequestSchema } from "../contract/mod.ts";
import { type Command, type Invocation, text } from "./command.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { readCode } from "./read_code.ts";
import { withApp } from "./with_app.ts";
import { URL_FLAG, URL_HELP, withService } from "./with_service.ts";

/** The verb. */
export const check: Command = {
  name: "check",
  hasProgram: true,
  summary: "Check a program without running it, and say where it would run",
  usage: "FILE|- [--language L] [--runtime R] [--url URL] [--json]",
  flags: {
    ...URL_FLAG,
    language: { type: "string", short: "l" },
    runtime: { type: "string", short: "r" },
  },
  help: [
    "--language, -l   typescript, javascript, python or bash; default by the file's extension",
    "--runtime, -r    auto (default), quickjs, deno, python or bash",
    ...URL_HELP,
  ],
  async run(invocation) {
    const { code, ...options } = await requestOf(invocation);
    const answer = await withService(invocation, (client) => client.check(code, options)) ??
      await withApp(
        invocation,
        (app, caller) => app.engine.check({ code, ...options }, caller),
      );
    const { output, values } = invocation;
    if (values["json"]) {
      output.print(JSON.stringify(answer));
    } else {
      printDiagnostics(output, answer.diagnostics);
      const tools = answer.tools.length === 0 ? "no tools" : answer.tools.join(", ");
      const { name, reason } = answer.runtime;
      const place = reason.startsWith(name) ? reason : `${name}: ${reason}`;
      output.print(answer.ok ? `OK; calls ${tools}; runs on ${place}` : "The code did not pass");
    }
    return answer.ok ? 0 : EXIT_CODES.guest;
  },
};

async function requestOf(invocation: Invocation): Promise<CheckRequest> {
  const { code, language } = await readCode(invocation);
  const parsed = CheckRequestSchema.safeParse({
    code,
    language,
    runtime: text(invocation, "runtime"),
  });
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new CodemodeError("INVALID_REQUEST", told.join("; "));
}
