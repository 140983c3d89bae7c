/** The error a program catches when a tool reports one. */

/** A failed call. `code`, `server`, `tool` and `details` come from the reply. */
export class McpToolError extends Error {
  override readonly name: string = "McpToolError";
  declare readonly code: string;
  declare readonly server: string;
  declare readonly tool: string;
  declare readonly details: unknown;
}
