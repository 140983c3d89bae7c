/** Chooses what holds the sandboxes of a service: processes where it can, workers where it may. */

import type { Clock } from "./base/clock.ts";
import type { Logger } from "./base/log.ts";
import type { Config } from "./config/mod.ts";
import {
  createDenoRuntime,
  createWorkerRuntime,
  type DenoRuntimeOptions,
  type Runtime,
  whyNoProcesses,
} from "./runtime/mod.ts";

/** What the choice needs besides the configuration. */
export interface OpenRuntimeOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly denoPath?: string;
  /** Why no process can be started. @default tried: starts one */
  readonly whyNoProcesses?: (denoPath?: string) => string | undefined;
}

/**
 * The runtime that `sandbox.carrier` asks for. A worker nobody has trusted is there and refuses to
 * run anything, so that a service on a host without processes still checks programs.
 */
export function openRuntime(sandbox: Config["sandbox"], options: OpenRuntimeOptions): Runtime {
  const { logger, clock } = options;
  const { carrier, trustWorkers } = sandbox;
  const reason = carrier === "auto"
    ? (options.whyNoProcesses ?? whyNoProcesses)(options.denoPath)
    : undefined;
  if (carrier === "worker" || reason !== undefined) {
    if (trustWorkers) logger.warn(TRUSTED);
    else logger.warn(UNTRUSTED, { reason });
    return createWorkerRuntime({ logger, clock, trustWorkers, whyNoProcesses: reason });
  }
  return createDenoRuntime(sandboxTerms(sandbox, options));
}

/** What every runtime in processes is told of `sandbox`. */
export function sandboxTerms(
  sandbox: Config["sandbox"],
  { logger, clock, denoPath }: OpenRuntimeOptions,
): DenoRuntimeOptions {
  const { maxTimeoutMs, cpuTimeMs, cpuQuota } = sandbox.limits;
  return {
    logger,
    clock,
    maxTimeoutMs,
    cpuQuota,
    permissions: sandbox.permissions,
    ...(sandbox.wrapper === undefined ? {} : { wrapper: sandbox.wrapper }),
    ...(cpuTimeMs === undefined ? {} : { maxCpuTimeMs: cpuTimeMs }),
    ...(denoPath === undefined ? {} : { denoPath }),
  };
}

const TRUSTED =
  "programs run in workers of this service: one that never yields keeps a core, one that fills the heap ends the service";
const UNTRUSTED =
  "no process can be started here and workers do not hold hostile programs; set sandbox.trustWorkers: true to run trusted ones";
