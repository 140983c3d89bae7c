/** Configurations for tests that start the whole service. */

/** The three real servers, their files in `folder`, with rates that do not slow tests down. */
export function realServers(folder: string): string {
  return `
server: { port: 0 }
sandbox: { workers: { min: 2, max: 6 }, queue: 200 }
security:
  capabilities:
    mcp: { allowedServers: [memory, filesystem, everything], maxCallsPerSecond: 1000, maxConcurrentCalls: 10 }
mcp:
  servers:
    memory:
      transport: stdio
      command: deno
      args: [run, -A, "npm:@modelcontextprotocol/server-memory@2026.8.31"]
      environment: { MEMORY_FILE_PATH: "${folder}/memory.jsonl" }
      timeout: 60s
    filesystem:
      transport: stdio
      command: deno
      args: [run, -A, "npm:@modelcontextprotocol/server-filesystem@2026.8.31", "${folder}"]
      timeout: 60s
    everything:
      transport: stdio
      command: deno
      args: [run, -A, "npm:@modelcontextprotocol/server-everything@2026.8.31"]
      timeout: 60s
logging: { level: info, format: json, outputs: [{ type: console }] }
`;
}

/** No servers at all: sandboxes only. */
export function noServers(extra = ""): string {
  return `
server: { port: 0 }
sandbox: { workers: { min: 2, max: 6 }, queue: 200 }
logging: { level: info, format: json, outputs: [{ type: console }] }
${extra}`;
}
