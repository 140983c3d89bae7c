/** The MCP server both sides of the benchmark call: an echo and a result of about one megabyte. */

import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const ROWS = 10_000;

const server = new McpServer({ name: "bench", version: "1.0.0" });

server.registerTool("echo", {
  description: "Answers with its number",
  inputSchema: z.object({ n: z.number() }),
  outputSchema: z.object({ n: z.number() }),
}, ({ n }) => ({ content: [{ type: "text", text: String(n) }], structuredContent: { n } }));

const rows = Array.from({ length: ROWS }, (_, index) => ({
  id: index,
  group: `group-${index % 17}`,
  amount: (index * 7919) % 1000,
  note: "a line of text to make the row as long as rows usually are",
}));

server.registerTool("rows", {
  description: "About one megabyte of rows",
  inputSchema: z.object({}),
  outputSchema: z.object({
    rows: z.array(
      z.object({ id: z.number(), group: z.string(), amount: z.number(), note: z.string() }),
    ),
  }),
}, () => ({ content: [], structuredContent: { rows } }));

await server.connect(new StdioServerTransport());
