/** `codemode config check|print`: what is wrong with the configuration, or what it comes to. */

import { CodemodeError } from "../base/errors.ts";
import { printConfig } from "../config/mod.ts";
import type { Command } from "./command.ts";
import { configOf } from "./with_app.ts";

/** The verb. */
export const config: Command = {
  name: "config",
  summary: "Check the configuration, or print it with defaults and without secrets",
  usage: "check|print [--json]",
  flags: {},
  help: [],
  async run(invocation) {
    const [verb] = invocation.positionals;
    if (verb !== "check" && verb !== "print") {
      throw new CodemodeError(
        "INVALID_REQUEST",
        "Say `codemode config check` or `codemode config print`",
      );
    }
    const loaded = await configOf(invocation);
    const json = invocation.values["json"] === true;
    if (verb === "print") {
      invocation.output.print(json ? JSON.stringify(loaded) : printConfig(loaded));
    } else {invocation.output.print(
        json ? JSON.stringify({ ok: true }) : "The configuration is valid",
      );}
    return 0;
  },
};
