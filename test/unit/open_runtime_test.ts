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
    canStartProcesses: () => hasProcesses,
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
