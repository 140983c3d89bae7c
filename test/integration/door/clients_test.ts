/** Our MCP server with clients of both SDK versions and both revisions, over HTTP and stdio. */

import assert from "node:assert/strict";
import { createApp } from "../../../src/app.ts";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { type Answer, CLIENTS, connect, type Place } from "../../harness/mcp_clients.ts";
import { ASKING_TOOLS } from "../../fixtures/servers/asking_tools.ts";
import { PROJECT } from "../../harness/mcp_servers.ts";

const YES: Answer = { action: "accept", content: { sure: true } };
const CONFIG = {
  server: { port: 0 },
  sandbox: { workers: { min: 1, max: 4 } },
  mcp: {
    servers: {
      peer: {
        transport: "stdio",
        command: "deno",
        args: ["run", "-A", `${PROJECT}test/fixtures/servers/asking_v2.ts`, "stdio"],
      },
    },
  },
  logging: { level: "warn", format: "json", outputs: [{ type: "console" }] },
};

const STDIO_LEFT_OUT = "v2 2025-11-25";

const PROGRAM = `
const first = await mcp.peer.confirm({ what: "the first" });
const second = await mcp.peer.confirm({ what: "the second" });
return [first, second];`;

async function withPlaces(use: (places: Record<string, Place>) => Promise<void>): Promise<void> {
  const log: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void log.push(entry) }], "warn");
  await using app = createApp(parseConfig(CONFIG), { logger });
  await using server = await app.listen();
  const folder = await Deno.makeTempDir();
  const config = `${folder}/codemode.config.yaml`;
  await Deno.writeTextFile(config, JSON.stringify(CONFIG));
  try {
    await use({
      http: { url: `${server.url}/mcp` },
      stdio: {
        command: Deno.execPath(),
        args: ["run", "-A", `${PROJECT}src/main.ts`, "mcp", "--config", config],
      },
    });
    await app.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  assert.deepEqual(log.filter(({ level }) => level === "error"), []);
}

/** What clients give a process to end by itself. */
const STDIO_CLOSE_MS = 2000;

Deno.test("every client over every transport", async (t) => {
  await withPlaces(async (places) => {
    for (const [transport, place] of Object.entries(places)) {
      // A process for each is slow, and what differs by the client is not the transport.
      const kinds = transport === "stdio"
        ? CLIENTS.filter((kind) => kind !== STDIO_LEFT_OUT)
        : CLIENTS;
      for (const kind of kinds) {
        await t.step(`${kind} over ${transport}`, async () => {
          await using client = await connect(kind, place, YES);
          assert.equal(client.version, kind.endsWith("2026-07-28") ? "2026-07-28" : "2025-11-25");

          const tools = await client.tools();
          assert.deepEqual(tools.map(({ name }) => name), [
            "execute",
            "search_tools",
            "call_tool",
            "read_result",
          ]);
          const complete = `// COMPLETE: ${ASKING_TOOLS.length} tools in 1 namespaces.`;
          assert.ok(tools[0]?.description?.split("\n").includes(complete), tools[0]?.description);
          assert.match(tools[0]?.description ?? "", /readonly confirm: /);

          const messages: string[] = [];
          const told = await client.call("execute", { code: PROGRAM }, {
            onMessage: (message) => messages.push(message),
          });
          assert.equal(told.isError ?? false, false, JSON.stringify(told));
          const { executionId, ...structured } = told.structuredContent ?? {};
          assert.match(String(executionId), /^exec_/);
          const answer = { kind: "elicit", action: "accept", content: { sure: true, level: 2 } };
          assert.deepEqual(structured, { result: [answer, answer], calls: 2 });
          assert.deepEqual(client.asked, ["peer: Confirm the first?", "peer: Confirm the second?"]);
          assert.ok(messages.includes("peer.confirm"), JSON.stringify(messages));

          const called = await client.call("call_tool", {
            path: "mcp.peer.confirm",
            input: { what: "a call" },
          });
          assert.deepEqual(called.structuredContent, { result: answer });
          assert.equal(client.asked.at(-1), "peer: Confirm a call?");
        });
      }
    }
  });
  // Clients over stdio leave a timer behind when they close; this one begins later and ends later.
  await new Promise((resolve) => setTimeout(resolve, STDIO_CLOSE_MS));
});
