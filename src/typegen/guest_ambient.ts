/** Declarations of what guest code is given besides the tools themselves. */

/** Ambient declarations that belong to every program that may call tools. */
export const GUEST_AMBIENT = `/** What a failed tool call throws. */
declare class McpToolError extends Error {
  readonly name: "McpToolError";
  /** Such as MCP_TOOL_ERROR, TOOL_INPUT_INVALID, TOOL_TIMEOUT, MCP_SERVER_UNAVAILABLE. */
  readonly code: string;
  readonly server: string;
  readonly tool: string;
  readonly details: any;
}
/** Finding and calling tools by name; \`path\` is such as "mcp.memory.search_nodes". */
declare const codemode: {
  readonly search: (query: string, options?: { limit?: number; detail?: "brief" | "detailed" | "full" }) => Promise<{ server: string; name: string; path: string; description: string; score: number; signature?: string; inputSchema?: any; outputSchema?: any }[]>;
  readonly describe: (path: string) => Promise<{ server: string; name: string; path: string; description: string; signature: string; inputSchema: any; outputSchema?: any }>;
  readonly call: (path: string, input?: object) => Promise<any>;
};
`;
