/** The HTTP application over an engine that does what a test says; no sockets, no sandboxes. */

import { createAuthenticator, type Principal } from "../../../src/auth/mod.ts";
import type { LogEntry } from "../../../src/base/log.ts";
import { createLogger } from "../../../src/base/log.ts";
import { Metrics } from "../../../src/base/metrics.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import type { AuditEntry, ExecuteRequest } from "../../../src/contract/mod.ts";
import type { Caller, Engine, ExecuteOptions, ExecutionResult } from "../../../src/engine/mod.ts";
import { createHttpApp, type HealthReport, type ServerAdmin } from "../../../src/http/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

/** What an engine was asked to execute. */
export interface Asked {
  readonly request: ExecuteRequest;
  readonly caller: Caller;
  readonly options: ExecuteOptions | undefined;
}

/** What a test scripts. */
export interface Script {
  readonly execute?: (asked: Asked) => ExecutionResult | Promise<ExecutionResult>;
  readonly callTool?: Engine["callTool"];
  readonly server?: Readonly<Record<string, unknown>>;
  /** Where it says it listens, without the rules for that address. */
  readonly host?: string;
  /** Whoever keeps the servers; @default nobody outside changes them */
  readonly admin?: ServerAdmin;
  readonly health?: HealthReport;
  readonly unauthenticated?: Error;
  /** Says who sends a request, instead of nobody asking. */
  readonly authenticate?: (headers: Headers) => Promise<Principal>;
}

/** An answer as the engine gives it. */
export function completed(value: ExecutionResult["value"]): ExecutionResult {
  const metrics = {
    executionTime: 1,
    waitTime: 0,
    cpuTime: 1,
    memoryUsed: 1,
    apiCalls: 0,
    queueTime: 0,
    checkTime: 0,
    startupTime: 0,
  };
  const answer = {
    success: true,
    logs: [],
    requestId: "req_1",
    executionId: "exec_1",
    metrics,
    runtime: { name: "deno" as const, carrier: "process" as const, reason: "scripted" },
    diagnostics: [],
    calls: [],
  };
  return { answer, ...(value === undefined ? {} : { value }) };
}

const HEALTHY: HealthReport = {
  status: "healthy",
  sandbox: { ok: true, state: "ready" },
  servers: {},
};

/** The application and what it did. */
export function scriptedApp(script: Script = {}) {
  const asked: Asked[] = [];
  const entries: LogEntry[] = [];
  const metrics = new Metrics();
  const clock = new FakeClock();
  const { server, security } = parseConfig({ server: script.server ?? {} }, "/srv");
  const unscripted = () => Promise.reject(new TypeError("Cannot answer: not scripted"));
  const engine: Engine = {
    execute: async (request, caller, options) => {
      const one = { request, caller, options };
      asked.push(one);
      return await (script.execute ?? (() => completed(42)))(one);
    },
    check: unscripted,
    callTool: script.callTool ?? unscripted,
    toolbox: unscripted,
    runtimes: () => [{
      name: "deno",
      available: true,
      languages: ["typescript", "javascript"],
      features: [],
      limits: {},
    }, { name: "bash", available: false, languages: ["bash"], features: [], limits: {} }],
    probe: unscripted,
    drain: unscripted,
    [Symbol.asyncDispose]: unscripted,
  };
  const audited: AuditEntry[] = [];
  const none = createAuthenticator(security, { clock: new FakeClock() });
  const app = createHttpApp({
    config: script.host === undefined ? server : { ...server, host: script.host },
    engine,
    authenticator: script.authenticate !== undefined
      ? { authenticate: script.authenticate }
      : script.unauthenticated === undefined
      ? none
      : { authenticate: () => Promise.reject(script.unauthenticated) },
    audience: undefined,
    ...(script.admin === undefined ? {} : { admin: script.admin }),
    audit: { record: (entry) => void audited.push(entry) },
    health: { report: () => Promise.resolve(script.health ?? HEALTHY) },
    metrics,
    clock,
    logger: createLogger([{ write: (entry) => void entries.push(entry) }], "debug"),
    version: "1.2.3",
  });
  const send = async (path: string, init?: RequestInit) =>
    await app.fetch(new Request(`http://localhost${path}`, init));
  return {
    app,
    clock,
    asked,
    audited,
    entries,
    send,
    /** Posts a JSON text to execute. */
    post: (body: BodyInit, headers: Record<string, string> = {}) =>
      send("/api/v1/execute", {
        method: "POST",
        body,
        headers: { "content-type": "application/json", ...headers },
      }),
  };
}
