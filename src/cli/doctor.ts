/** `codemode doctor`: asks every part once and says what to do about what is not well. */

import { VERSION } from "../app.ts";
import { EXIT_CODES } from "./exit_code.ts";
import type { Command } from "./command.ts";
import { withApp } from "./with_app.ts";

/** The verb. */
export const doctor: Command = {
  name: "doctor",
  summary: "Ask every part once: configuration, sandbox, servers",
  usage: "[--json]",
  flags: {},
  help: [],
  run: (invocation) =>
    withApp(invocation, async (app) => {
      await Promise.all([
        app.servers.settled(),
        app.sources.settled(new AbortController().signal),
      ]);
      const report = await app.health.report();
      const runtimes = app.engine.runtimes();
      const { output, values } = invocation;
      if (values["json"]) {
        output.print(JSON.stringify({ version: VERSION, ...report, runtimes }));
      } else {
        const parts = Object.entries({ sandbox: report.sandbox, ...report.servers });
        output.print(`Code Mode ${VERSION}: ${report.status}`);
        for (const [name, { ok, state, durationMs, error }] of parts) {
          const time = durationMs === undefined ? "" : ` in ${durationMs.toFixed(1)} ms`;
          output.print(
            `  ${ok ? "ok  " : "FAIL"} ${name}: ${state}${time}${error ? `; ${error}` : ""}`,
          );
        }
        for (const { name, available, reason } of runtimes) {
          output.print(
            `  ${available ? "ok  " : "--  "} runtime ${name}${reason ? `: ${reason}` : ""}`,
          );
        }
      }
      return report.status === "healthy"
        ? 0
        : report.sandbox.ok
        ? EXIT_CODES.upstream
        : EXIT_CODES.host;
    }),
};
