/** Asks the sandbox pool and each MCP server how they are; the roof's part of `GET /health`. */

import type { Clock } from "./base/clock.ts";
import { toCodemodeError } from "./base/errors.ts";
import { roundMs } from "./base/round_ms.ts";
import type { Engine } from "./engine/mod.ts";
import { type HealthReport, type HealthReporter, keepReport, type PartHealth } from "./http/mod.ts";
import type { McpManager } from "./mcp/mod.ts";
import type { ServerInfo } from "./contract/mod.ts";
import type { ToolSources } from "./tool_sources.ts";

/** Milliseconds one part may take to answer. */
const PROBE_TIMEOUT_MS = 5000;

/** Parts the reporter asks. */
export interface HealthReporterParts {
  readonly engine: Engine;
  readonly servers: McpManager;
  /** Knows the servers that are no MCP servers. */
  readonly sources: Pick<ToolSources, "list">;
  readonly clock: Clock;
}

/** A reporter that probes every part at the same time. */
export function createHealthReporter(parts: HealthReporterParts): HealthReporter {
  return keepReport({ report: () => report(parts) }, parts.clock);
}

async function report({ engine, servers, sources }: HealthReporterParts): Promise<HealthReport> {
  const [sandbox, ...asked] = await Promise.all([
    probe("ready", (signal) => engine.probe(signal)),
    ...servers.status().map(async (status) =>
      [status.name, await probeServer(servers, status)] as const
    ),
    ...sources.list().filter(({ kind }) => kind === "openapi").map(probeApi),
  ]);
  const away = asked.some(([, part]) => !part.ok);
  const status = !sandbox.ok ? "unhealthy" : away ? "degraded" : "healthy";
  return { status, sandbox, servers: Object.fromEntries(asked) };
}

/** The document is asked and not the API: which operation would be harmless nobody knows. */
function probeApi({ name, state, lastError }: ServerInfo): [string, PartHealth] {
  const error = lastError === undefined ? {} : { error: lastError };
  return [name, { ok: state === "ready", state, ...error }];
}

type Status = ReturnType<McpManager["status"]>[number];

function probeServer(servers: McpManager, status: Status): Promise<PartHealth> {
  // A lazy server that nobody used yet is well; a health check is no use.
  if (status.state === "idle") return Promise.resolve({ ok: true, state: "idle" });
  if (status.state !== "ready" && status.state !== "degraded") {
    const error = status.lastError === undefined ? {} : { error: status.lastError };
    return Promise.resolve({ ok: false, state: status.state, ...error });
  }
  return probe(status.state, (signal) => servers.ping(status.name, signal));
}

async function probe(
  state: string,
  ask: (signal: AbortSignal) => Promise<number>,
): Promise<PartHealth> {
  try {
    const ms = await ask(AbortSignal.timeout(PROBE_TIMEOUT_MS));
    return { ok: true, state, durationMs: roundMs(ms) };
  } catch (thrown) {
    return { ok: false, state: "failing", error: toCodemodeError(thrown).message };
  }
}
