/** The error a program catches when a tool reports one. */

/** A tool's own failure. `server`, `tool` and `details` come from the reply. */
export class McpToolError extends Error {
  override readonly name: string = "McpToolError";
  declare readonly server: string;
  declare readonly tool: string;
  declare readonly details: unknown;
}
