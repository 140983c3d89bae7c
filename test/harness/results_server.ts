/** An MCP server whose tools return what does not fit a context: five megabytes, pictures, a sound. */

import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const ROWS = 20_000;
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const server = new McpServer({ name: "results", version: "1.0.0" });

const rows = Array.from({ length: ROWS }, (_none, id) => ({
  id,
  name: `user ${id}`,
  note: `${id} `.padEnd(220, "lorem ipsum dolor sit amet "),
}));

server.registerTool("rows", {
  description: "About five megabytes of rows",
  inputSchema: z.object({}),
  outputSchema: z.object({
    rows: z.array(z.object({ id: z.number(), name: z.string(), note: z.string() })),
  }),
}, () => ({ content: [], structuredContent: { rows } }));

server.registerTool("picture", {
  description: "A picture and what it shows",
  inputSchema: z.object({}),
}, () => ({
  content: [
    { type: "text", text: "A pixel" },
    { type: "image", data: PIXEL, mimeType: "image/png" },
  ],
}));

server.registerTool("scene", {
  description: "A sound, a file and a link",
  inputSchema: z.object({}),
}, () => ({
  content: [
    { type: "audio", data: "UklGRg==", mimeType: "audio/wav" },
    { type: "resource", resource: { uri: "file:///scene.txt", text: "It is evening." } },
    { type: "resource_link", uri: "file:///more", name: "more" },
  ],
}));

await server.connect(new StdioServerTransport());
