import assert from "node:assert/strict";
import { listTools } from "../../../src/mcp/list_tools.ts";
import type { ListedTool } from "../../../src/mcp/tool_list.ts";
import { MAX_ENTRIES, type Page, type PageParams } from "../../../src/mcp/paged_list.ts";

const tool = (name: string, inputSchema: Record<string, unknown> = {}) => ({ name, inputSchema });
const faulty = tool("faulty", { properties: { a: { type: "number", "x-mcp-header": "A" } } });

Deno.test("all pages are one list; a tool with faulty headers is left out where they are sent", async () => {
  const pages: Record<string, Page<ListedTool>> = {
    "": { entries: [tool("a"), faulty], nextCursor: "2", weight: 3 },
    "2": { entries: [tool("b")], nextCursor: undefined, weight: 4 },
  };
  const ask = ({ cursor = "" }: PageParams) => Promise.resolve(pages[cursor]!);
  assert.deepEqual(await listTools(ask, { sendsHeaders: true }), {
    tools: [tool("a"), tool("b")],
    isComplete: true,
    weight: 7,
    refused: ['its header "A" is for no string, integer or boolean'],
  });
  assert.deepEqual(await listTools(ask, { sendsHeaders: false }), {
    tools: [tool("a"), faulty, tool("b")],
    isComplete: true,
    weight: 7,
    refused: [],
  });
});

Deno.test("a list without end is cut and says so", async () => {
  const entries = Array.from({ length: 999 }, () => tool("t"));
  let asked = 0;
  const ask = () => {
    asked += 1;
    return Promise.resolve({ entries, nextCursor: "more", weight: 1 });
  };
  const listing = await listTools(ask, { sendsHeaders: false });
  assert.deepEqual([listing.tools.length, listing.isComplete, asked], [MAX_ENTRIES, false, 3]);
});
