/** MCP servers and managers for tests, disposable, on ports the kernel chooses. */

import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { createLogger, type LogEntry } from "../../src/base/log.ts";
import type { McpServerConfig } from "../../src/config/mod.ts";
import {
  createMcpManager,
  type McpManager,
  type McpManagerDeps,
  type McpResult,
} from "../../src/mcp/mod.ts";

/** The root of the project. */
export const PROJECT: string = new URL("../..", import.meta.url).pathname;

const SERVERS = `${PROJECT}test/fixtures/servers`;

/** A server configuration with short waits; `overrides` says which server it is. */
export function serverConfig(overrides: Partial<McpServerConfig>): McpServerConfig {
  return {
    transport: "stdio",
    args: [],
    environment: {},
    headers: {},
    timeoutMs: 20_000,
    retryPolicy: { maxAttempts: 3, initialDelayMs: 20, maxDelayMs: 200 },
    maxConcurrentCalls: 16,
    sessions: 4,
    start: "eager",
    healthIntervalMs: 30_000,
    ...overrides,
  };
}

/** A fixture server that speaks through one of the SDKs. */
export type SdkServer = "v1_server.ts" | "v2_server.ts" | "asking_v1.ts" | "asking_v2.ts";

/** The configuration of a fixture server over stdio. */
export function fixtureConfig(
  file: SdkServer | "broken_server.ts",
  mode: string,
  overrides: Partial<McpServerConfig> = {},
): McpServerConfig {
  const args = ["run", "-A", `${SERVERS}/${file}`, mode];
  return serverConfig({ command: "deno", args, ...overrides });
}

/** The configuration of a server published on npm. */
export function npmConfig(name: string, ...args: string[]): McpServerConfig {
  const specifier = `npm:@modelcontextprotocol/server-${name}@2026.8.31`;
  return serverConfig({ command: "deno", args: ["run", "-A", specifier, ...args] });
}

/** A manager with its log. */
export interface TestManager extends AsyncDisposable {
  readonly manager: McpManager;
  readonly log: LogEntry[];
}

/** A started manager, once each of its servers is ready or has failed. */
export async function startManager(
  servers: Record<string, McpServerConfig>,
  deps: Partial<McpManagerDeps> = {},
): Promise<TestManager> {
  const log: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void log.push(entry) }], "debug");
  const clock: Clock = systemClock;
  const manager = createMcpManager(servers, { logger, clock, directory: PROJECT, ...deps });
  manager.start();
  await manager.settled();
  return { manager, log, [Symbol.asyncDispose]: () => manager[Symbol.asyncDispose]() };
}

/** A server process that listens on a port. */
export interface ListeningServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
}

/** Starts a fixture server over HTTP or WebSocket. */
export async function startListening(
  file: SdkServer,
  transport: "http" | "websocket",
  port = 0,
): Promise<ListeningServer> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${SERVERS}/${file}`, transport, String(port)],
    cwd: PROJECT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  const bound = Number(value);
  assert.ok(bound > 0, `the server printed ${JSON.stringify(value)} instead of its port`);
  return listening(
    child,
    reader,
    bound,
    `${transport === "http" ? "http" : "ws"}://127.0.0.1:${bound}/`,
  );
}

/** Starts server-everything of npm over streamable HTTP. */
export async function startEverything(): Promise<ListeningServer> {
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "npm:@modelcontextprotocol/server-everything@2026.8.31", "streamableHttp"],
    cwd: PROJECT,
    env: { PORT: String(port) },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !text.includes("listening on port");) {
    const { value, done } = await reader.read();
    assert.ok(!done, `server-everything ended: ${text}`);
    text += value;
  }
  return listening(child, reader, port, `http://127.0.0.1:${port}/mcp`);
}

function listening(
  child: Deno.ChildProcess,
  reader: ReadableStreamDefaultReader<string>,
  port: number,
  url: string,
): ListeningServer {
  return {
    port,
    url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Whether a process is there and not merely waiting to be collected. */
export function isAlive(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^\d+ \(.*\) [ZX]/.test(stat);
  } catch {
    return false;
  }
}

/** The first text of a result. */
export function textOf(result: McpResult): string {
  return String(result.content?.[0]?.text);
}
