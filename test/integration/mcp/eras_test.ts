/** Both SDK generations over every transport: the same story, at the revision each of them speaks. */

import assert from "node:assert/strict";
import type { McpServerConfig } from "../../../src/config/mod.ts";
import type { McpManager } from "../../../src/mcp/mod.ts";
import {
  fixtureConfig,
  type ListeningServer,
  serverConfig,
  startListening,
  startManager,
  textOf,
} from "../../harness/mcp_servers.ts";

const signal = new AbortController().signal;
const PAGED = [
  "add_tool",
  "change_schema",
  "echo",
  "fail",
  "pid",
  "seen",
  "slow",
  "sum",
  "wrong_output",
];

const PEERS = [
  { file: "v1_server.ts", name: "fixture-v1", version: "2025-11-25" },
  { file: "v2_server.ts", name: "fixture-v2", version: "2026-07-28" },
] as const;

for (const peer of PEERS) {
  for (const transport of ["stdio", "http", "websocket"] as const) {
    Deno.test(`${peer.name} over ${transport}: version, pages, calls, list_changed, cancellation`, async () => {
      await using server = transport === "stdio"
        ? undefined
        : await startListening(peer.file, transport);
      await using started = await startManager({ peer: configOf(peer.file, transport, server) });
      const { manager } = started;

      const [status] = manager.status();
      assert.equal(status?.state, "ready", JSON.stringify(status));
      assert.equal(status.protocolVersion, peer.version);
      assert.equal(status.serverInfo?.name, peer.name);
      assert.deepEqual(manager.groups()[0]?.tools.map((tool) => tool.name), PAGED);
      assert.ok(await manager.ping("peer", signal) >= 0);

      const echo = await manager.call("peer", "echo", { text: "hi" }, { signal });
      assert.deepEqual(echo.content, [{ type: "text", text: "hi" }]);
      const sum = await manager.call("peer", "sum", { a: 1, b: 2 }, { signal });
      assert.deepEqual(sum.structuredContent, { sum: 3 });
      assert.equal((await manager.call("peer", "fail", {}, { signal })).isError, true);

      const changed = Promise.withResolvers<void>();
      using _listener = manager.onChange(changed.resolve);
      await manager.call("peer", "add_tool", { name: "extra" }, { signal });
      await changed.promise;
      assert.deepEqual(textOf(await manager.call("peer", "extra", {}, { signal })), "called extra");

      await assert.rejects(
        manager.call("peer", "slow", { ms: 60_000 }, { signal, timeoutMs: 150 }),
        { code: "TOOL_TIMEOUT", message: 'The call of "slow" on "peer" had no answer for 150 ms' },
      );
      const caller = new AbortController();
      const slow = manager.call("peer", "slow", { ms: 60_000 }, { signal: caller.signal });
      setTimeout(() => caller.abort(), 100);
      await assert.rejects(slow, { code: "CANCELLED" });
      assert.equal(await cancellationsSeen(manager), 2);
    });
  }
}

function configOf(
  file: "v1_server.ts" | "v2_server.ts",
  transport: "stdio" | "http" | "websocket",
  server: ListeningServer | undefined,
): McpServerConfig {
  if (!server) return fixtureConfig(file, "stdio");
  return serverConfig({ transport, url: server.url });
}

/** Cancellations travel on their own; asks until both have arrived. */
async function cancellationsSeen(manager: McpManager): Promise<number> {
  for (let asked = 0; asked < 100; asked += 1) {
    const { cancelled } = await seen(manager);
    if (cancelled >= 2) return cancelled;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return -1;
}

async function seen(manager: McpManager): Promise<{ cancelled: number }> {
  return JSON.parse(textOf(await manager.call("peer", "seen", {}, { signal })));
}
