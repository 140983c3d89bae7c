/** The door for agents: this service as an MCP server, of both revisions, over HTTP and stdio. */

export type { DoorParts } from "./door_parts.ts";
export { createMcpEndpoint, type McpEndpoint } from "./endpoint.ts";
export { serveDoorOnStdio, type StdioDoor } from "./stdio.ts";
