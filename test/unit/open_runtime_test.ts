/** Which carrier a configuration comes to. */

import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/log.ts";
import { parseConfig } from "../../src/config/mod.ts";
import { openRuntime } from "../../src/open_runtime.ts";

async function choose(sandbox: Record<string, unknown>, hasProcesses: boolean): Promise<string> {
  const config = parseConfig({ sandbox }, "/srv");
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  await using runtime = openRuntime(config.sandbox, {
    logger,
    clock: systemClock,
    whyNoProcesses: () => hasProcesses ? undefined : "there are none",
  });
  return `${runtime.carrier}: ${warnings.join()}`;
}

const TRUSTED = "worker: programs run in workers of this service: one that never yields keeps a " +
  "core, one that fills the heap ends the service";
const UNTRUSTED = "worker: no process can be started here and workers do not hold hostile " +
  "programs; set sandbox.trustWorkers: true to run trusted ones";

Deno.test("a process is the default, a worker is chosen or where nothing else is", async () => {
  assert.deepEqual(
    await Promise.all([
      choose({}, false),
      choose({ trustWorkers: true }, true),
      choose({ carrier: "auto", trustWorkers: true }, true),
      choose({ carrier: "auto", trustWorkers: true }, false),
      choose({ carrier: "auto" }, false),
      choose({ carrier: "worker", trustWorkers: true }, true),
    ]),
    ["process: ", "process: ", "process: ", TRUSTED, UNTRUSTED, TRUSTED],
  );
});

Deno.test("a worker nobody has trusted is a fault of the configuration", () => {
  assert.throws(() => parseConfig({ sandbox: { carrier: "worker" } }, "/srv"), (error: unknown) => {
    const { code, details } = error as { code: string; details: { problems: unknown[] } };
    assert.equal(code, "CONFIG_INVALID");
    assert.deepEqual(details.problems.map((one) => (one as { path: string }).path), [
      "sandbox.carrier",
    ]);
    return true;
  });
});

Deno.test("what is said of the sandbox reaches its runtime", async () => {
  const describe = async (sandbox: Record<string, unknown>) => {
    const config = parseConfig({ sandbox }, "/srv");
    const options = { logger: silentLogger, clock: systemClock };
    await using runtime = openRuntime(config.sandbox, options);
    const { available, reason, permissions, cpuShare } = runtime.describe();
    return { available, reason, permissions, cpuShare };
  };
  const missing = (name: string) => ({
    available: false,
    reason: `The sandbox wrapper "${name}" is missing or cannot be executed`,
    permissions: undefined,
    cpuShare: "none",
  });
  const limits = { cpuQuota: 1 };
  assert.deepEqual(
    await Promise.all([
      describe({ limits, permissions: "flags" }),
      describe({ limits, permissions: "broker" }),
      describe({ limits, wrapper: ["/no/wrapper", "-x"] }),
      describe({ limits, wrapper: ["./no/wrapper"] }),
    ]),
    [
      { available: true, reason: undefined, permissions: "flags", cpuShare: "none" },
      { available: true, reason: undefined, permissions: "broker", cpuShare: "none" },
      missing("/no/wrapper"),
      missing("/srv/no/wrapper"),
    ],
  );
});

Deno.test("a wrapper in front of workers is a fault of the configuration", () => {
  const sandbox = { carrier: "worker", trustWorkers: true, wrapper: ["bwrap"] };
  assert.throws(() => parseConfig({ sandbox }, "/srv"), (error: unknown) => {
    const { problems } = (error as { details: { problems: unknown[] } }).details;
    assert.deepEqual(problems.map((one) => (one as { path: string }).path), ["sandbox.wrapper"]);
    return true;
  });
});
