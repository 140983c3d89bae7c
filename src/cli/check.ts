/** `codemode check FILE|-`: the checker's word on a program, without running it. */

import type { Command } from "./command.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { readCode } from "./read_code.ts";
import { withApp } from "./with_app.ts";
import { URL_FLAG, URL_HELP, withService } from "./with_service.ts";

/** The verb. */
export const check: Command = {
  name: "check",
  summary: "Type-check a program without running it",
  usage: "FILE|- [--language L] [--url URL] [--json]",
  flags: { ...URL_FLAG, language: { type: "string", short: "l" } },
  help: [
    "--language, -l   typescript or javascript; default by the file's extension",
    ...URL_HELP,
  ],
  async run(invocation) {
    const { code, language } = await readCode(invocation);
    const answer = await withService(invocation, (client) => client.check(code, { language })) ??
      await withApp(
        invocation,
        (app, caller) => app.engine.check({ code, language }, caller),
      );
    const { output, values } = invocation;
    if (values["json"]) {
      output.print(JSON.stringify(answer));
    } else {
      printDiagnostics(output, answer.diagnostics);
      const tools = answer.tools.length === 0 ? "no tools" : answer.tools.join(", ");
      output.print(answer.ok ? `OK; calls ${tools}` : "The code did not pass");
    }
    return answer.ok ? 0 : EXIT_CODES.guest;
  },
};
