/**
 * `GET /health`: takes a sandbox and asks each server. Probes are shared and kept for a moment, so
 * that asking often costs nothing and cannot be used to exhaust the pool.
 */

import type { Context, Handler } from "hono";
import { knowsServer, type Principal } from "../auth/mod.ts";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Engine } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { hasCredentials, type Identify } from "./identify.ts";

/** Milliseconds a report is reused. */
const KEPT_MS = 1000;

/** How one part is. */
export interface PartHealth {
  readonly ok: boolean;
  readonly state: string;
  readonly durationMs?: number;
  readonly error?: string;
}

/** How everything is: `degraded` when programs run but a server is away. */
export interface HealthReport {
  readonly status: "healthy" | "degraded" | "unhealthy";
  readonly sandbox: PartHealth;
  readonly servers: Readonly<Record<string, PartHealth>>;
}

/** Asks every part. Never rejects. */
export interface HealthReporter {
  report(): Promise<HealthReport>;
}

/** Reuses one report for {@link KEPT_MS} and while it is being made. */
export function keepReport(reporter: HealthReporter, clock: Clock): HealthReporter {
  let kept: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;
  return {
    report() {
      if (kept === undefined || clock.monotonic() - kept.at > KEPT_MS) {
        kept = { at: clock.monotonic(), report: reporter.report() };
      }
      return kept.report;
    },
  };
}

/** Parts the handler needs. */
export interface HealthParts {
  readonly health: HealthReporter;
  readonly engine: Engine;
  readonly version: string;
  readonly clock: Clock;
}

/**
 * 200 while programs can run, 503 when they cannot. Who is not known is told no more than that; who is
 * known, how the servers it was granted are. Credentials that are sent must be right.
 */
export function health(parts: HealthParts, identify: Identify): Handler<Env> {
  const startedAt = parts.clock.monotonic();
  return async (c) => {
    const principal = await whoAsks(c, identify);
    const whole = await parts.health.report();
    const code = whole.status === "unhealthy" ? 503 : 200;
    if (principal === undefined) {
      return c.json({ status: whole.status, service: "Code Mode" }, code);
    }
    const available = parts.engine.runtimes().filter((runtime) => runtime.available);
    const report = reportFor(principal, whole);
    const body = {
      status: report.status,
      service: "Code Mode",
      version: parts.version,
      uptime: (parts.clock.monotonic() - startedAt) / 1000,
      runtimes: [...new Set(available.flatMap(({ languages }) => languages))],
      checks: { sandbox: report.sandbox, servers: report.servers },
    };
    return c.json(body, code);
  };
}

/** The report without servers that the principal may not know, also where one of them is away. */
function reportFor(principal: Principal, report: HealthReport): HealthReport {
  const all = Object.entries(report.servers);
  const servers = all.filter(([name]) => knowsServer(principal, name));
  if (servers.length === all.length) return report;
  const isWell = servers.every(([, { ok }]) => ok);
  const status = report.status === "degraded" && isWell ? "healthy" : report.status;
  return { ...report, status, servers: Object.fromEntries(servers) };
}

/** Undefined for who does not say, and while nobody can tell: the state is shown to anyone. */
async function whoAsks(c: Context<Env>, identify: Identify): Promise<Principal | undefined> {
  try {
    return await identify(c);
  } catch (error) {
    const isRefused = error instanceof CodemodeError &&
      error.code !== "IDENTITY_PROVIDER_UNAVAILABLE";
    if (isRefused && hasCredentials(c.req.raw.headers)) throw error;
    return undefined;
  }
}
