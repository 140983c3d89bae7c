import assert from "node:assert/strict";
import { namesNoTool } from "../../../src/mcp/names_no_tool.ts";

const says = (message: string, code = -32602, tool = "get_customer") =>
  namesNoTool(tool, { code, message });

Deno.test("what servers say of a tool that they do not have", () => {
  const sentences = [
    "Unknown tool: get_customer",
    'unknown tool "get_customer"',
    "Tool get_customer not found",
    "Tool 'get_customer' not found.",
    "MCP error -32602: Tool get_customer not found",
    "MCP error -32602: MCP error -32602: Tool get_customer not found",
    "Tool not found: get_customer",
    "Invalid params: unknown tool `get_customer`",
  ];
  for (const sentence of sentences) assert.deepEqual([sentence, says(sentence)], [sentence, true]);
  assert.equal(says("Unknown tool: get_customer", -32601), true);
  assert.equal(says("Unknown tool: it's", -32602, "it's"), true);
});

Deno.test("what a tool says went wrong is not that it is not there", () => {
  const sentences = [
    "Tool lookup failed: customer 42 not found",
    "read_file tool: path /a/b not found",
    "The build tool ran for 30 s; artifact not found",
    "Tool hammer not found",
    "Unknown tool: get_customers",
    "Unknown tool: get_customer, in the box of 42",
    "I looked. Tool get_customer not found",
    "Tool not found",
    "",
  ];
  for (const sentence of sentences) assert.deepEqual([sentence, says(sentence)], [sentence, false]);
  assert.equal(says("Unknown tool: get_customer", -32603), false);
  assert.equal(says("Unknown tool: get_customer", -32000), false);
});
