/** `codemode logout SERVER`: forgets a login to a server. */

import { logOut } from "../mcp/mod.ts";
import type { Command } from "./command.ts";
import { loginTarget } from "./login.ts";

/** The verb. */
export const logout: Command = {
  name: "logout",
  summary: "Forget the login to an MCP server",
  usage: "SERVER [--json]",
  flags: {},
  help: ["Tokens stay valid at whoever issued them until they expire or are revoked there."],
  async run(invocation) {
    const { name, config, store } = await loginTarget(invocation);
    const existed = await logOut(name, config, { store });
    const { output, values } = invocation;
    if (values["json"]) output.print(JSON.stringify({ success: true, server: name, existed }));
    else output.print(existed ? `Logged out of ${name}` : `There was no login to ${name}`);
    return 0;
  },
};
