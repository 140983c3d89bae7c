/**
 * `GET /health`: takes a sandbox and asks each server. Probes are shared and kept for a moment, so
 * that asking often costs nothing and cannot be used to exhaust the pool.
 */

import type { Handler } from "hono";
import type { Authenticator } from "../auth/mod.ts";
import type { Clock } from "../base/clock.ts";
import type { Engine } from "../engine/mod.ts";
import type { Env } from "./env.ts";

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
  readonly authenticator: Authenticator;
  readonly engine: Engine;
  readonly version: string;
  readonly clock: Clock;
}

/** 200 while programs can run, 503 when they cannot. Who is not known is told no more than that. */
export function health(parts: HealthParts): Handler<Env> {
  const startedAt = parts.clock.monotonic();
  return async (c) => {
    const report = await parts.health.report();
    const available = parts.engine.runtimes().filter((runtime) => runtime.available);
    const code = report.status === "unhealthy" ? 503 : 200;
    if (!await isKnown(parts.authenticator, c.req.raw.headers)) {
      return c.json({ status: report.status, service: "Code Mode" }, code);
    }
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

async function isKnown(authenticator: Authenticator, headers: Headers): Promise<boolean> {
  return await authenticator.authenticate(headers).then(() => true, () => false);
}
