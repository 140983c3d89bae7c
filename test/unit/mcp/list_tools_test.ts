import assert from "node:assert/strict";
import { listTools } from "../../../src/mcp/list_tools.ts";
import { MAX_TOOLS } from "../../../src/mcp/tool_list.ts";

const tool = (name: string, inputSchema: Record<string, unknown> = {}) => ({ name, inputSchema });
const faulty = tool("faulty", { properties: { a: { type: "number", "x-mcp-header": "A" } } });

Deno.test("all pages are one list; a tool with faulty headers is left out where they are sent", async () => {
  const pages: Record<string, { tools: unknown[]; nextCursor?: string }> = {
    "": { tools: [tool("a"), faulty], nextCursor: "2" },
    "2": { tools: [tool("b")] },
  };
  const ask = ({ cursor = "" }: { cursor?: string }) => Promise.resolve(pages[cursor]!);
  assert.deepEqual(await listTools(ask, { sendsHeaders: true }), {
    tools: [tool("a"), tool("b")],
    isComplete: true,
    refused: ['its header "A" is for no string, integer or boolean'],
  });
  assert.deepEqual(await listTools(ask, { sendsHeaders: false }), {
    tools: [tool("a"), faulty, tool("b")],
    isComplete: true,
    refused: [],
  });
});

Deno.test("a list without end is cut and says so", async () => {
  const tools = Array.from({ length: 999 }, () => tool("t"));
  let asked = 0;
  const ask = () => {
    asked += 1;
    return Promise.resolve({ tools, nextCursor: "more" });
  };
  const listing = await listTools(ask, { sendsHeaders: false });
  assert.deepEqual([listing.tools.length, listing.isComplete, asked], [MAX_TOOLS, false, 3]);
});
