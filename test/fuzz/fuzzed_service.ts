/** The whole service but for its sandboxes: the REST face over the real engine, checker and catalog. */

import { createAuthenticator } from "../../src/auth/mod.ts";
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/log.ts";
import { Metrics } from "../../src/base/metrics.ts";
import { createCatalog, createNativeSource } from "../../src/catalog/mod.ts";
import { createChecker } from "../../src/checker/mod.ts";
import { parseConfig } from "../../src/config/mod.ts";
import { type AuditEntry, AuditEntrySchema } from "../../src/contract/mod.ts";
import { createEngine } from "../../src/engine/mod.ts";
import { createHttpApp } from "../../src/http/mod.ts";
import type { Pool } from "../../src/pool/mod.ts";
import type { Sandbox } from "../../src/runtime/mod.ts";

/** Sandboxes that end at once and give back the context. */
function createEchoPool(): Pool {
  const done = () => Promise.resolve();
  const usage = { cpuTimeMs: 1, memoryPeakBytes: 1, wallTimeMs: 1, waitTimeMs: 0 };
  const sandbox: Sandbox = {
    startupMs: 0,
    gone: done(),
    run: ({ context }) =>
      Promise.resolve({
        outcome: { kind: "completed", value: context, notes: [] },
        usage,
        droppedLogs: 0,
      }),
    [Symbol.asyncDispose]: done,
  };
  return {
    checkout: () =>
      Promise.resolve({
        sandbox,
        waitedMs: 0,
        startupMs: 0,
        warm: true,
        [Symbol.asyncDispose]: done,
      }),
    stats: () => ({ warm: 1, starting: 0, running: 0, ending: 0, waiting: 0, target: 1 }),
    [Symbol.asyncDispose]: done,
  };
}

/** Its `fetch`, and what it told the audit log. Every entry has the promised shape. */
export function createFuzzedService() {
  const config = parseConfig({
    server: {
      maxBodyBytes: 20_000,
      maxCodeBytes: 5000,
      limits: { requestsPerSecond: 100_000, burst: 100_000 },
      cors: { enabled: true, origins: ["https://good.example"] },
    },
    security: {
      capabilities: { mcp: { allowedServers: ["tools"] }, system: { environment: ["A"] } },
    },
  }, "/srv");
  const audited: AuditEntry[] = [];
  const audit = { record: (entry: AuditEntry) => void audited.push(AuditEntrySchema.parse(entry)) };
  const [clock, logger, metrics] = [systemClock, silentLogger, new Metrics()];
  const add = { description: "Adds", inputSchema: { type: "object" }, execute: () => 1 };
  const source = createNativeSource("tools", "Some tools", { add, "get-sum": add });
  const engine = createEngine({
    config,
    catalog: createCatalog([source], { logger }),
    checker: createChecker({ thread: false, deadlineMs: 60_000 }),
    pools: new Map([["deno", createEchoPool()]]),
    runtimes: [
      {
        name: "deno",
        available: true,
        languages: ["typescript", "javascript"],
        features: [],
        limits: {},
      },
    ],
    clock,
    logger,
    metrics,
    audit,
  });
  const health = { status: "healthy", sandbox: { ok: true, state: "ready" }, servers: {} } as const;
  const app = createHttpApp({
    config: config.server,
    engine,
    authenticator: createAuthenticator(config.security, { clock }),
    health: { report: () => Promise.resolve(health) },
    metrics,
    clock,
    logger,
    audit,
    audience: undefined,
    version: "0.0.0",
  });
  return { fetch: async (request: Request) => await app.fetch(request), audited, metrics };
}
