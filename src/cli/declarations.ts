/** `codemode declarations`: the TypeScript of the tools, to paste into a prompt. */

import { printDeclarations, unknownNames } from "../engine/mod.ts";
import { type Command, text, whole } from "./command.ts";
import { withApp } from "./with_app.ts";

/** The verb. */
export const declarations: Command = {
  name: "declarations",
  summary: "Print the TypeScript declarations of the tools",
  usage: "[--servers A,B] [--budget TOKENS] [--json]",
  flags: { servers: { type: "string" }, budget: { type: "string" } },
  help: [
    "--servers        only these servers",
    "--budget         tokens at most; what does not fit is named without its types",
  ],
  run: (invocation) =>
    withApp(invocation, async (app, caller) => {
      const all = await app.engine.toolbox(caller);
      const { toolbox, unknown } = all.select({ servers: text(invocation, "servers")?.split(",") });
      if (unknown.length > 0) throw unknownNames(all, unknown);
      const printed = printDeclarations(toolbox, whole(invocation, "budget"));
      const { hash } = toolbox.declarations;
      invocation.output.print(
        invocation.values["json"] ? JSON.stringify({ hash, text: printed }) : printed,
      );
      return 0;
    }),
};
