/** What runs programs in a service: each runtime that is there, with the pool that keeps it warm. */

import type { Config } from "./config/mod.ts";
import type { EngineName, RuntimeInfo } from "./contract/mod.ts";
import { LightPython } from "./light_python.ts";
import { openRuntime, type OpenRuntimeOptions, sandboxTerms } from "./open_runtime.ts";
import { createLatePool, createPool, createSharedPool, type Pool } from "./pool/mod.ts";
import {
  absentRuntimes,
  createBashRuntime,
  createMontyRuntime,
  createPythonRuntime,
  createQuickJsRuntime,
  measureStarts,
  type Runtime,
} from "./runtime/mod.ts";

/** A runtime and its pool. */
interface Station {
  readonly runtime: Runtime;
  readonly pool: Pool;
}

/** All runtimes of a service. Disposing it ends every sandbox. */
export interface Stations extends AsyncDisposable {
  readonly pools: ReadonlyMap<EngineName, Pool>;
  /** Those that are here and those that are not, as they are now. */
  describe(): readonly RuntimeInfo[];
}

/** Opens the runtimes that `sandbox` asks for; warm sandboxes are started in the background. */
export function openStations(sandbox: Config["sandbox"], options: OpenRuntimeOptions): Stations {
  const deno = openDeno(sandbox, options);
  // Where no process can be started there is nothing else either.
  if (deno.runtime.carrier === "worker") return gather([deno], undefined, sandbox);
  const light = sandbox.python.light
    ? openLightPython(sandbox, options, (pool) => void stations.pools.set("monty", pool))
    : undefined;
  const stations = gather(
    [
      deno,
      openQuickJs(sandbox, options),
      openPython(sandbox, options, light),
      openBash(sandbox, options),
    ],
    light,
    sandbox,
  );
  return stations;
}

/** All of them as one, and with them those that are not here. */
function gather(
  stations: readonly Station[],
  light: LightPython | undefined,
  sandbox: Config["sandbox"],
): Stations & { readonly pools: Map<EngineName, Pool> } {
  const here = new Set(stations.map(({ runtime }) => runtime.name));
  const absent = absentRuntimes(sandbox.bun).filter(({ name }) => !here.has(name));
  return {
    pools: new Map<EngineName, Pool>(stations.map(({ runtime, pool }) => [runtime.name, pool])),
    describe: () => [
      ...stations.map(({ runtime }) => withLight(runtime.describe(), light)),
      ...absent,
    ],
    async [Symbol.asyncDispose]() {
      await light?.[Symbol.asyncDispose]();
      await Promise.all(stations.map(({ pool }) => pool[Symbol.asyncDispose]()));
      await Promise.all(stations.map(({ runtime }) => runtime[Symbol.asyncDispose]()));
    },
  };
}

function withLight(info: RuntimeInfo, light: LightPython | undefined): RuntimeInfo {
  return info.name === "python" && light !== undefined
    ? { ...info, light: light.describe() }
    : info;
}

function openLightPython(
  sandbox: Config["sandbox"],
  options: OpenRuntimeOptions,
  onReady: (pool: Pool) => void,
): LightPython {
  const { workers, light, limits } = sandbox;
  const { programsAtOnce, runsPerProcess, isolation, processes } = light;
  const { permissions: _flagsAlways, ...terms } = sandboxTerms(sandbox, options);
  return new LightPython({
    runtime: createMontyRuntime({ ...terms, programsAtOnce, runsPerProcess }),
    spec: { memoryLimitBytes: limits.memoryBytes },
    min: 0,
    max: processes,
    programsAtOnce,
    isolation,
    idleTimeoutMs: workers.idleTimeoutMs,
    clock: options.clock,
    logger: options.logger,
    onReady,
  });
}

/** The first program waits for Python; from then on some are warm, and the light engine is tried. */
function openPython(
  sandbox: Config["sandbox"],
  options: OpenRuntimeOptions,
  light: LightPython | undefined,
): Station {
  const { workers, limits, python, wrapper } = sandbox;
  const { logger, clock, denoPath } = options;
  const { maxTimeoutMs, cpuTimeMs, cpuQuota } = limits;
  const runtime = measureStarts(createPythonRuntime({
    logger,
    clock,
    maxTimeoutMs,
    cpuQuota,
    ...(python.packages === undefined ? {} : { packages: python.packages }),
    ...(wrapper === undefined ? {} : { wrapper }),
    ...(cpuTimeMs === undefined ? {} : { maxCpuTimeMs: cpuTimeMs }),
    ...(denoPath === undefined ? {} : { denoPath }),
  }));
  const spec = { memoryLimitBytes: limits.memoryBytes };
  const { max, idleTimeoutMs } = workers;
  const min = Math.min(python.min, max);
  const terms = { runtime, spec, min, max, idleTimeoutMs, clock, logger };
  return { runtime, pool: createLatePool(terms, () => light?.prepare()) };
}

/** The first script waits for its shell; later ones find the process that served it. */
function openBash(sandbox: Config["sandbox"], options: OpenRuntimeOptions): Station {
  const { workers, limits, bash, wrapper, light } = sandbox;
  const { logger, clock, denoPath } = options;
  const runtime = measureStarts(createBashRuntime({
    logger,
    clock,
    cpuQuota: limits.cpuQuota,
    keptMs: workers.idleTimeoutMs,
    ...(bash.commands === undefined ? {} : { commands: bash.commands }),
    ...(wrapper === undefined ? {} : { wrapper }),
    ...(denoPath === undefined ? {} : { denoPath }),
  }));
  const { memoryBytes: memoryLimitBytes } = limits;
  // A name that nobody has: each principal then has processes of its own.
  const spec = light.isolation === "strict"
    ? { memoryLimitBytes, principal: "" }
    : { memoryLimitBytes };
  const { max, idleTimeoutMs } = workers;
  return {
    runtime,
    pool: createPool({ runtime, spec, min: 0, max, idleTimeoutMs, clock, logger }),
  };
}

function openDeno(sandbox: Config["sandbox"], options: OpenRuntimeOptions): Station {
  const { workers, limits } = sandbox;
  const runtime = measureStarts(openRuntime(sandbox, options));
  // A worker that may not be used is not tried again and again.
  const isTried = runtime.describe().available || runtime.carrier === "process";
  const pool = createPool({
    runtime,
    spec: { memoryLimitBytes: limits.memoryBytes },
    min: isTried ? workers.min : 0,
    max: workers.max,
    idleTimeoutMs: workers.idleTimeoutMs,
    clock: options.clock,
    logger: options.logger,
  });
  return { runtime, pool };
}

function openQuickJs(sandbox: Config["sandbox"], options: OpenRuntimeOptions): Station {
  const { workers, light, limits } = sandbox;
  const { programsAtOnce, parked, runsPerProcess, isolation } = light;
  const runtime = measureStarts(
    // Programs reach nothing of the process, so there is nothing a broker could be asked.
    createQuickJsRuntime({
      ...sandboxTerms(sandbox, options),
      permissions: "flags",
      programsAtOnce,
      runsPerProcess,
    }),
  );
  const pool = createSharedPool({
    runtime,
    spec: { memoryLimitBytes: limits.memoryBytes },
    min: light.warm,
    max: light.processes,
    parkedProcesses: light.processes,
    programsAtOnce,
    parkedAtOnce: parked * programsAtOnce,
    isolation,
    idleTimeoutMs: workers.idleTimeoutMs,
    clock: options.clock,
    logger: options.logger,
  });
  return { runtime, pool };
}
