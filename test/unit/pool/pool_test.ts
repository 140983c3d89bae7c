/** The pool over a fake runtime and a fake clock. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { Metrics } from "../../../src/base/metrics.ts";
import { createPool, type PoolOptions } from "../../../src/pool/mod.ts";
import type { Runtime, Sandbox, SandboxSpec } from "../../../src/runtime/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { pass, settle } from "../../harness/settle.ts";

const SPEC: SandboxSpec = { memoryLimitBytes: 1 };
const OTHER: SandboxSpec = { memoryLimitBytes: 2 };
const STARTUP_MS = 30;
const never = new AbortController().signal;

class FakeSandbox implements Sandbox {
  readonly startupMs = STARTUP_MS;
  readonly gone: Promise<void>;
  die: () => void = () => {};
  constructor(readonly id: number, readonly spec: SandboxSpec) {
    this.gone = new Promise((resolve) => this.die = resolve);
  }
  run(): never {
    throw new Error("not here");
  }
  [Symbol.asyncDispose](): Promise<void> {
    this.die();
    return this.gone;
  }
}

/** Starts take {@link STARTUP_MS} of the fake clock; counts how many exist at the same time. */
class FakeRuntime implements Runtime {
  readonly name = "deno";
  readonly carrier = "process";
  readonly opened: FakeSandbox[] = [];
  alive = 0;
  most = 0;
  isBroken = false;
  constructor(readonly clock: FakeClock) {}
  async open(spec: SandboxSpec): Promise<Sandbox> {
    this.alive += 1;
    this.most = Math.max(this.most, this.alive);
    await new Promise<void>((resolve) => this.clock.after(STARTUP_MS, resolve));
    if (this.isBroken) {
      this.alive -= 1;
      throw new CodemodeError("SANDBOX_CRASHED", "broken");
    }
    const sandbox = new FakeSandbox(this.opened.length + 1, spec);
    this.opened.push(sandbox);
    void sandbox.gone.then(() => this.alive -= 1);
    return sandbox;
  }
  describe(): never {
    throw new Error("not here");
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

function setUp(changes: Partial<PoolOptions> = {}) {
  const clock = new FakeClock();
  const runtime = new FakeRuntime(clock);
  const pool = createPool({
    runtime,
    spec: SPEC,
    min: 2,
    max: 3,
    idleTimeoutMs: 1000,
    clock,
    ...changes,
  });
  return { clock, runtime, pool };
}

Deno.test("fills to min, gives warm ones at once, refills after the run", async () => {
  const { clock, runtime, pool } = setUp();
  await pass(clock, STARTUP_MS);
  assert.deepEqual(pool.stats(), {
    warm: 2,
    starting: 0,
    running: 0,
    ending: 0,
    waiting: 0,
    target: 2,
  });
  const lease = await pool.checkout(SPEC, never);
  assert.deepEqual([lease.warm, lease.waitedMs, lease.startupMs], [true, 0, 0]);
  await lease[Symbol.asyncDispose]();
  await lease[Symbol.asyncDispose]();
  await settle();
  assert.equal(pool.stats().running, 0);
  await pass(clock, 1 + STARTUP_MS);
  assert.equal(pool.stats().warm, 2);
  assert.equal(runtime.opened.length, 3);
  await pool[Symbol.asyncDispose]();
  assert.deepEqual([runtime.alive, clock.pending], [0, 0]);
});

Deno.test("a long run does not hold up the refill", async () => {
  const { clock, pool } = setUp();
  await pass(clock, STARTUP_MS);
  const lease = await pool.checkout(SPEC, never);
  await pass(clock, 10 + STARTUP_MS);
  assert.deepEqual([pool.stats().warm, pool.stats().running], [2, 1]);
  await lease[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
});

Deno.test("another spec starts cold and is never kept", async () => {
  const { clock, runtime, pool } = setUp();
  await pass(clock, STARTUP_MS);
  const asked = pool.checkout(OTHER, never);
  await pass(clock, STARTUP_MS);
  const lease = await asked;
  assert.deepEqual([lease.warm, lease.waitedMs, lease.startupMs], [false, 0, STARTUP_MS]);
  assert.equal((lease.sandbox as FakeSandbox).spec, OTHER);
  await lease[Symbol.asyncDispose]();
  await pass(clock, 100);
  assert.equal(pool.stats().warm, 2);
  assert.equal(runtime.opened.length, 3);
  await pool[Symbol.asyncDispose]();
});

Deno.test("never more than max; who waits is served in order", async () => {
  const { clock, runtime, pool } = setUp();
  await pass(clock, STARTUP_MS);
  const order: number[] = [];
  const leases = [1, 2, 3, 4, 5].map((id) =>
    pool.checkout(SPEC, never).then((lease) => {
      order.push(id);
      return lease;
    })
  );
  await pass(clock, STARTUP_MS);
  assert.deepEqual(order, [1, 2, 3]);
  assert.equal(pool.stats().waiting, 2);
  await (await leases[0]!)[Symbol.asyncDispose]();
  await pass(clock, STARTUP_MS + 5);
  assert.deepEqual(order, [1, 2, 3, 4]);
  const fourth = await leases[3]!;
  assert.deepEqual([fourth.warm, fourth.startupMs], [false, STARTUP_MS]);
  assert.equal(fourth.waitedMs, STARTUP_MS);
  await (await leases[1]!)[Symbol.asyncDispose]();
  await pass(clock, STARTUP_MS);
  assert.deepEqual(order, [1, 2, 3, 4, 5]);
  assert.equal(runtime.most, 3);
  for (const lease of leases) await (await lease)[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
  assert.equal(runtime.alive, 0);
});

Deno.test("a warm sandbox makes room for another spec when the pool is full", async () => {
  const { clock, runtime, pool } = setUp({ min: 2, max: 2 });
  await pass(clock, STARTUP_MS);
  const asked = pool.checkout(OTHER, never);
  await pass(clock, STARTUP_MS);
  const lease = await asked;
  assert.equal((lease.sandbox as FakeSandbox).spec, OTHER);
  assert.deepEqual([pool.stats().warm, runtime.most], [1, 2]);
  await lease[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
});

Deno.test("an abort takes the waiter out; its sandbox goes to the next or stays warm", async () => {
  const { clock, runtime, pool } = setUp({ min: 0, max: 1 });
  const aborter = new AbortController();
  const first = pool.checkout(SPEC, aborter.signal);
  const second = pool.checkout(SPEC, never);
  aborter.abort("gave up");
  await assert.rejects(first, { code: "CANCELLED", message: "The execution was cancelled" });
  await pass(clock, STARTUP_MS);
  const lease = await second;
  assert.equal(runtime.opened.length, 1);
  await lease[Symbol.asyncDispose]();
  await assert.rejects(pool.checkout(SPEC, aborter.signal), { code: "CANCELLED" });
  await pool[Symbol.asyncDispose]();
});

Deno.test("an abort of another spec's waiter ends its sandbox", async () => {
  const { clock, runtime, pool } = setUp({ min: 0 });
  const aborter = new AbortController();
  const asked = pool.checkout(OTHER, aborter.signal);
  aborter.abort();
  await assert.rejects(asked, { code: "CANCELLED" });
  await pass(clock, STARTUP_MS);
  assert.deepEqual([runtime.opened.length, runtime.alive, pool.stats().warm], [1, 0, 0]);
  await pool[Symbol.asyncDispose]();
});

Deno.test("use together raises the stock, idleness lowers it to min again", async () => {
  const { clock, pool } = setUp({ min: 1, max: 6 });
  await pass(clock, STARTUP_MS);
  const asked = [1, 2, 3].map(() => pool.checkout(SPEC, never));
  await pass(clock, STARTUP_MS);
  for (const lease of asked) await (await lease)[Symbol.asyncDispose]();
  await pass(clock, 5 * STARTUP_MS);
  assert.deepEqual([pool.stats().warm, pool.stats().target], [3, 3]);
  await pass(clock, 1100);
  assert.deepEqual([pool.stats().warm, pool.stats().target], [1, 1]);
  await pool[Symbol.asyncDispose]();
  assert.equal(clock.pending, 0);
});

Deno.test("a warm sandbox that died is replaced", async () => {
  const { clock, runtime, pool } = setUp();
  await pass(clock, STARTUP_MS);
  runtime.opened[0]!.die();
  await settle();
  assert.equal(pool.stats().warm, 1);
  await pass(clock, 100 + STARTUP_MS);
  assert.equal(pool.stats().warm, 2);
  await pool[Symbol.asyncDispose]();
});

Deno.test("starts that fail are tried again later and later, and asking tells why", async () => {
  const { clock, runtime, pool } = setUp({ min: 1, max: 1 });
  runtime.isBroken = true;
  await pass(clock, STARTUP_MS);
  await pass(clock, 99);
  assert.equal(pool.stats().starting, 0);
  await pass(clock, 1);
  assert.equal(pool.stats().starting, 1);
  const asked = assert.rejects(pool.checkout(SPEC, never), {
    code: "SANDBOX_CRASHED",
    message: "broken",
  });
  await pass(clock, STARTUP_MS);
  await asked;
  runtime.isBroken = false;
  await pass(clock, 1000);
  assert.equal(pool.stats().warm, 1);
  await pool[Symbol.asyncDispose]();
});

Deno.test("disposal refuses who waits, ends what runs to start, and nothing is left", async () => {
  const { clock, runtime, pool } = setUp({ min: 0, max: 1 });
  const first = pool.checkout(SPEC, never);
  const second = pool.checkout(SPEC, never);
  const refused = Promise.all(
    [first, second].map((asked) => assert.rejects(asked, { code: "SHUTTING_DOWN" })),
  );
  const closed = pool[Symbol.asyncDispose]();
  await pass(clock, STARTUP_MS);
  await closed;
  await refused;
  assert.deepEqual([runtime.alive, clock.pending], [0, 0]);
  await assert.rejects(pool.checkout(SPEC, never), { code: "SHUTTING_DOWN" });
});

Deno.test("metrics show the pool by state", async () => {
  const metrics = new Metrics();
  const { clock, pool } = setUp({ metrics });
  await pass(clock, STARTUP_MS);
  assert.ok(metrics.print().includes('codemode_sandboxes{state="warm"} 2'));
  await pool[Symbol.asyncDispose]();
});

Deno.test("sizes that make no sense are refused", () => {
  assert.throws(() => setUp({ min: 4, max: 2 }), {
    name: "RangeError",
    message:
      'Cannot size the pool as "max" must be an integer >= 1 and >= "min": current values min=4, max=2',
  });
});
