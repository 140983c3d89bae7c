/** Servers that are granted before they are added: each is told once, with what may have been meant. */

import assert from "node:assert/strict";
import { createLogger, type LogEntry } from "../../src/base/log.ts";
import { warnOfAwaited } from "../../src/awaited_servers.ts";
import { parseConfig } from "../../src/config/mod.ts";

function told(security: unknown): unknown[] {
  const log: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void log.push(entry) }]);
  const servers = { memory: { transport: "stdio", command: "x" } };
  const config = parseConfig({ security, admin: { enabled: true }, mcp: { servers } });
  warnOfAwaited(config.security, Object.keys(servers), logger);
  const message = "a server that is granted is not there until it is added";
  assert.deepEqual(log.filter((one) => one.level !== "warn" || one.message !== message), []);
  return log.map(({ fields }) => fields);
}

Deno.test("awaited servers: of every grant, each once, and those that are there not at all", () => {
  const key = {
    id: "ci",
    hash: `sha256:${"0a".repeat(32)}`,
    capabilities: {
      mcp: { allowedServers: ["memry", "later", "*"], allowedTools: ["other.read", "memory.read"] },
    },
  };
  const mcp = { allowedServers: ["memory", "later", "tools"] };
  const auth = { provider: "api-key", keys: [key] };
  assert.deepEqual(told({ auth, capabilities: { mcp } }), [
    { server: "later" },
    { server: "memry", meant: "memory" },
    { server: "other" },
  ]);
  assert.deepEqual(told({}), []);
});
