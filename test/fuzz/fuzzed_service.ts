/**
 * The service behind a real socket, but for its sandboxes: engine, checker, catalog and REST face are
 * the real ones, and what was leased, admitted and logged is counted.
 */

import assert from "node:assert/strict";
import { createAuthenticator } from "../../src/auth/mod.ts";
import { systemClock } from "../../src/base/clock.ts";
import { createLogger, type LogEntry } from "../../src/base/log.ts";
import { Metrics } from "../../src/base/metrics.ts";
import { createCatalog, createNativeSource } from "../../src/catalog/mod.ts";
import { createChecker } from "../../src/checker/mod.ts";
import { parseConfig } from "../../src/config/mod.ts";
import { type AuditEntry, AuditEntrySchema, type RuntimeInfo } from "../../src/contract/mod.ts";
import { createMcpEndpoint } from "../../src/door/mod.ts";
import { createEngine } from "../../src/engine/mod.ts";
import { createHttpApp, listen } from "../../src/http/mod.ts";
import type { Pool } from "../../src/pool/mod.ts";
import { createKeptResults } from "../../src/results/mod.ts";
import type { Sandbox } from "../../src/runtime/mod.ts";

/** Bytes of a body that the service takes. */
export const MAX_BODY_BYTES = 20_000;

const HEALTH = { status: "healthy", sandbox: { ok: true, state: "ready" }, servers: {} } as const;

const RUNTIME: RuntimeInfo = {
  name: "deno",
  available: true,
  languages: ["typescript", "javascript"],
  features: [],
  limits: {},
};

/** Sandboxes that end at once and give back the context; `leased` are out now. */
function createEchoPool() {
  let leased = 0;
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
  const lease = { sandbox, waitedMs: 0, startupMs: 0, warm: true };
  const pool: Pool = {
    checkout() {
      leased++;
      const giveBack = () => Promise.resolve(void leased--);
      return Promise.resolve({ ...lease, [Symbol.asyncDispose]: giveBack });
    },
    stats: () => ({ warm: 1, starting: 0, running: leased, ending: 0, waiting: 0, target: 1 }),
    [Symbol.asyncDispose]: done,
  };
  return { pool, leased: () => leased };
}

function parseSettings() {
  return parseConfig({
    server: {
      port: 0,
      maxBodyBytes: MAX_BODY_BYTES,
      maxCodeBytes: 5000,
      limits: { requestsPerSecond: 1_000_000, burst: 1_000_000, failuresPerMinute: 1_000_000 },
      cors: { enabled: true, origins: ["https://good.example"] },
    },
    sandbox: { queue: 1000 },
    security: {
      capabilities: { mcp: { allowedServers: ["tools"] }, system: { environment: ["A"] } },
    },
  }, "/srv");
}

/** The service without its socket, and what it told of itself. Every audit entry has the promised shape. */
export function createFuzzedService() {
  const config = parseSettings();
  const audited: AuditEntry[] = [];
  const logged: LogEntry[] = [];
  const audit = { record: (entry: AuditEntry) => void audited.push(AuditEntrySchema.parse(entry)) };
  const logger = createLogger([{ write: (entry) => void logged.push(entry) }], "warn");
  const [clock, metrics] = [systemClock, new Metrics()];
  const { pool, leased } = createEchoPool();
  const input = { type: "object", properties: { a: { type: "number" } } };
  const add = { description: "Adds", inputSchema: input, execute: () => 1 };
  const source = createNativeSource("tools", "Some tools", { add, "get-sum": add });
  const checker = createChecker({ thread: false, deadlineMs: 60_000 });
  const engine = createEngine({
    config,
    results: createKeptResults({ clock, metrics, limits: config.results }),
    catalog: createCatalog([source], { logger }),
    checkers: new Map([["typescript", checker], ["javascript", checker]]),
    pools: new Map([["deno", pool]]),
    runtimes: [RUNTIME],
    ...{ clock, logger, metrics, audit },
  });
  const mcp = createMcpEndpoint({
    config: config.server.mcp,
    questions: config.executions.questions,
    maxBodyBytes: config.server.maxBodyBytes,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    onServerChange: () => ({ [Symbol.dispose]() {} }),
    passThrough: (server) => assert.fail(`${server} is shown to nobody`),
    version: "0.0.0",
    ...{ engine, clock, logger },
  });
  const app = createHttpApp({
    config: config.server,
    mcp,
    engine,
    authenticator: createAuthenticator(config.security, { clock }),
    audience: undefined,
    health: { report: () => Promise.resolve(HEALTH) },
    version: "0.0.0",
    ...{ clock, logger, metrics, audit },
  });
  const fetch = async (request: Request, from = {}) => await app.fetch(request, from);
  const count = (type: AuditEntry["type"]) => audited.filter((entry) => entry.type === type).length;
  const close = async () => {
    await engine.drain(AbortSignal.timeout(10_000));
    await mcp[Symbol.asyncDispose]();
    assert.equal(leased(), 0, "leases that were not given back");
    assert.equal(count("execution.ended"), count("execution.admitted"));
    const printed = metrics.print();
    assert.match(printed, /\ncodemode_executions_inside 0\n/);
    const open = /^codemode_(?:queue_waiting|tool_calls_open)\{.*\} [^0].*$/gm;
    assert.deepEqual(printed.match(open) ?? [], []);
    assert.ok(printed.length < 150_000, `metrics of ${printed.length} characters`);
  };
  return { config: config.server, fetch, audited, logged, logger, metrics, count, close };
}

/** Opens it. Disposing closes the socket, lets what runs end, and asserts that nothing is left. */
export async function openFuzzedService() {
  const { close, ...service } = createFuzzedService();
  const http = await listen(service);
  return {
    ...service,
    url: http.url,
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await close();
    },
  };
}
