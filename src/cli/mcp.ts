/** `codemode mcp`: the service as an MCP server on stdin and stdout, for a client that starts it. */

import { createApp } from "../app.ts";
import { createConsoleSink } from "../base/log_console.ts";
import { createLogger } from "../base/log.ts";
import { serveDoorOnStdio } from "../door/mod.ts";
import type { Command } from "./command.ts";
import { listenForSignals } from "./stop_signals.ts";
import { configOf } from "./with_app.ts";

/** The verb. */
export const mcp: Command = {
  name: "mcp",
  summary: "Serve MCP on stdin and stdout, for a client that starts this",
  usage: "",
  flags: {},
  help: [],
  async run(invocation) {
    const config = await configOf(invocation);
    // Stdout is the protocol's; files of the configuration may be another process's.
    const logger = createLogger([createConsoleSink(config.logging.format)], config.logging.level);
    await using app = createApp(config, { logger });
    using signals = listenForSignals();
    await using door = serveDoorOnStdio(app.door, { id: "stdio", grant: app.defaultGrant });
    await Promise.race([door.closed, signals.first]);
    await app.close(signals.again);
    return 0;
  },
};
