/** Patterns of tools: `tool`, `server.tool`, `server.*` or `*`. */

import type { McpCapabilities } from "./capability_set.ts";

/** Which tools of which servers; `*` is all of them. */
export interface ToolPattern {
  readonly server: string;
  readonly tool: string;
}

/** Every pair of servers and tools a set grants. */
export function toolPatternsOf(mcp: McpCapabilities = {}): readonly ToolPattern[] {
  const { allowedServers = [], allowedTools = ["*"] } = mcp;
  const patterns = allowedTools.map(parseToolPattern);
  return allowedServers.flatMap((server) =>
    patterns.flatMap((pattern) => narrow(pattern, server) ?? [])
  );
}

/** Whether everything a pattern means is meant by another. */
export function coversTool(granted: ToolPattern, { server, tool }: ToolPattern): boolean {
  return (granted.server === "*" || granted.server === server) &&
    (granted.tool === "*" || granted.tool === tool);
}

/** A server's name has no dot, so the first one ends it: a tool with dots is written with its server. */
function parseToolPattern(text: string): ToolPattern {
  const dot = text.indexOf(".");
  return dot === -1
    ? { server: "*", tool: text }
    : { server: text.slice(0, dot), tool: text.slice(dot + 1) };
}

function narrow(pattern: ToolPattern, server: string): ToolPattern | undefined {
  if (pattern.server === "*" || pattern.server === server) return { ...pattern, server };
  return server === "*" ? pattern : undefined;
}
