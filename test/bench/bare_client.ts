/** The baseline with tools: an MCP client and nothing else. */

import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { BareCall } from "./workloads.ts";

/** A connected client; `call` gives the structured content. */
export async function startBareClient(
  server: string,
): Promise<{ call: BareCall } & AsyncDisposable> {
  const client = new Client({ name: "bench", version: "1.0.0" }, {
    versionNegotiation: { mode: "auto" },
  });
  const config = new URL("../../deno.json", import.meta.url).pathname;
  await client.connect(
    new StdioClientTransport({
      command: Deno.execPath(),
      args: ["run", "-A", "--config", config, server],
      stderr: "ignore",
    }),
  );
  return {
    call: async (name, input) =>
      (await client.callTool({ name, arguments: input })).structuredContent,
    [Symbol.asyncDispose]: () => client.close(),
  };
}
