/** Commands of ours end at once when the command around them is ended, whatever they wait for. */

import type { Command, ExecResult } from "./package_types.ts";

/** What the system says of a process that was told to end. */
const ENDED: ExecResult = Object.freeze({ stdout: "", stderr: "", exitCode: 143 });

/** The command, ended by its signal; the package would end the whole script for one that goes on. */
export function abortable(command: Command): Command {
  return {
    ...command,
    execute(args, context) {
      const { signal } = context;
      const result = command.execute(args, context);
      if (signal === undefined) return result;
      const aborted = Promise.withResolvers<ExecResult>();
      const onAbort = () => aborted.resolve(ENDED);
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
      const settled = Promise.race([result, aborted.promise]);
      return settled.finally(() => signal.removeEventListener("abort", onAbort));
    },
  };
}
