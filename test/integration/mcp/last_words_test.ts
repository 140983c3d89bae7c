import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpManager } from "../../../src/mcp/mod.ts";

Deno.test("a server that ends by itself: the operator is told its last words", async () => {
  const entries: LogEntry[] = [];
  const sink = {
    write: (entry: LogEntry) => void entries.push(entry),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const config = parseConfig({
    mcp: {
      servers: {
        brief: {
          transport: "stdio",
          command: "deno",
          args: ["eval", "console.error('first'); console.error('no key was given'); Deno.exit(3)"],
        },
      },
    },
  });
  await using manager = createMcpManager(config.mcp.servers, {
    logger: createLogger([sink], "warn"),
    clock: systemClock,
    directory: Deno.cwd(),
  });
  await manager.tried("brief");
  const told = entries.find(({ message }) => message === "MCP server ended");
  assert.deepEqual(told?.fields, {
    server: "brief",
    reason: "it exited with code 3",
    lastLine: "[brief] no key was given",
  });
  const [status] = manager.status();
  assert.doesNotMatch(status?.lastError ?? "", /key/);
});
