/** Servers for programs that embed Code Mode, with the keys of the configuration file. */

import type { ToolSet } from "./tool_set.ts";

/**
 * What `openapi.<name>` of the configuration file has: `document` (a path, an address, or the document
 * itself), `baseUrl`, `readOnly`, `operations`, `auth`, `headers`, `timeout` and more.
 */
export interface OpenApiToolsOptions extends Readonly<Record<string, unknown>> {
  readonly document: string | Readonly<Record<string, unknown>>;
}

/** What `mcp.servers.<name>` of the configuration file has. */
export interface McpServerOptions extends Readonly<Record<string, unknown>> {
  readonly transport: "stdio" | "http" | "websocket";
}

/**
 * An HTTP API that an OpenAPI document describes. Only GET and HEAD, unless `readOnly: false`. Keys
 * that are not known are `CONFIG_INVALID` when it is opened.
 *
 * @example
 * ```ts ignore
 * const pets = openapi({ document: "./pets.yaml", auth: { key: { value: process.env.PETS_KEY } } });
 * await using codemode = await createCodemode({ tools: { pets } });
 * ```
 */
export function openapi(options: OpenApiToolsOptions): ToolSet {
  return Object.freeze({ kind: "openapi", options });
}

/** An MCP server. Keys that are not known are `CONFIG_INVALID` when it is opened. */
export function mcpServer(options: McpServerOptions): ToolSet {
  return Object.freeze({ kind: "mcp", options });
}
