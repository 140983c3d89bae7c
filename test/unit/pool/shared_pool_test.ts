/** The pool of sandboxes that host many programs, over a fake runtime and a fake clock. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { createSharedPool, type SharedPoolOptions } from "../../../src/pool/mod.ts";
import type { HostingSandbox, SandboxSpec, SharedRuntime } from "../../../src/runtime/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const MEMORY = { memoryLimitBytes: 1 };
const ADA: SandboxSpec = { ...MEMORY, principal: "ada" };
const BOB: SandboxSpec = { ...MEMORY, principal: "bob" };
const never = new AbortController().signal;

class FakeSandbox implements HostingSandbox {
  readonly startupMs = 30;
  readonly active = 0;
  readonly runsSoFar = 0;
  parked = 0;
  grownBytes = 0;
  readonly gone: Promise<void>;
  isWorn = false;
  isBlocked = false;
  isGone = false;
  change = () => {};
  die: () => void = () => {};
  constructor(readonly spec: SandboxSpec) {
    this.gone = new Promise((resolve) => {
      this.die = () => {
        this.isGone = true;
        resolve();
      };
    });
  }
  onChange(listener: () => void): void {
    this.change = listener;
  }
  run(): never {
    throw new Error("not here");
  }
  [Symbol.asyncDispose](): Promise<void> {
    this.die();
    return this.gone;
  }
}

class FakeRuntime implements SharedRuntime {
  readonly name = "quickjs";
  readonly carrier = "process";
  readonly opened: FakeSandbox[] = [];
  isBroken = false;
  open(spec: SandboxSpec): Promise<HostingSandbox> {
    if (this.isBroken) return Promise.reject(new CodemodeError("SANDBOX_CRASHED", "broken"));
    const sandbox = new FakeSandbox(spec);
    this.opened.push(sandbox);
    return Promise.resolve(sandbox);
  }
  describe(): never {
    throw new Error("not here");
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

async function setUp(changes: Partial<SharedPoolOptions> = {}) {
  const runtime = new FakeRuntime();
  const clock = new FakeClock();
  const pool = createSharedPool({
    runtime,
    spec: MEMORY,
    min: 1,
    max: 2,
    programsAtOnce: 2,
    idleTimeoutMs: 1000,
    clock,
    ...changes,
  });
  await settle();
  return { runtime, clock, pool };
}

const places = (runtime: FakeRuntime, leases: readonly { readonly sandbox: unknown }[]) =>
  leases.map(({ sandbox }) => runtime.opened.indexOf(sandbox as FakeSandbox));

Deno.test("a principal shares a process with itself alone, unless isolation is shared", async () => {
  for (const isolation of ["strict", "shared"] as const) {
    const { runtime, clock, pool } = await setUp({ isolation });
    const checkouts = [ADA, ADA, BOB].map((spec) => pool.checkout(spec, never));
    await settle();
    // Another principal's process is needed at once, one beside their own only if it stays full.
    assert.equal(runtime.opened.length, isolation === "strict" ? 2 : 1);
    clock.advance(100);
    const leases = await Promise.all(checkouts);
    assert.deepEqual(places(runtime, leases), [0, 0, 1]);
    await leases[0]![Symbol.asyncDispose]();
    const next = isolation === "strict" ? [1] : [0];
    assert.deepEqual(places(runtime, [await pool.checkout(BOB, never)]), next);
    await pool[Symbol.asyncDispose]();
  }
});

Deno.test("a process is another principal's when the first one's programs are over", async () => {
  const { runtime, pool } = await setUp({ max: 1 });
  const first = await pool.checkout(ADA, never);
  const waiting = pool.checkout(BOB, never);
  await settle();
  assert.equal(pool.stats().waiting, 1);
  await first[Symbol.asyncDispose]();
  assert.deepEqual(places(runtime, [await waiting]), [0]);
  await pool[Symbol.asyncDispose]();
});

Deno.test("who waits for a process of its own is overtaken, but not for ever", async () => {
  const { pool } = await setUp({ max: 1 });
  let held = await pool.checkout(ADA, never);
  let isServed = false;
  const waiting = pool.checkout(BOB, never).then((lease) => {
    isServed = true;
    return lease;
  });
  let overtaken = 0;
  while (!isServed) {
    const next = pool.checkout(ADA, never);
    await settle();
    await held[Symbol.asyncDispose]();
    await settle();
    if (isServed) {
      await (await waiting)[Symbol.asyncDispose]();
      held = await next;
    } else {
      overtaken += 1;
      held = await next;
    }
  }
  assert.equal(overtaken, 32);
  await pool[Symbol.asyncDispose]();
});

Deno.test("busy processes bring another, which is dropped when it has been idle", async () => {
  const { runtime, clock, pool } = await setUp({ programsAtOnce: 8 });
  const leases = [];
  for (let count = 0; count < 4; count += 1) leases.push(await pool.checkout(ADA, never));
  clock.advance(99);
  await settle();
  assert.equal(runtime.opened.length, 1);
  clock.advance(1);
  await settle();
  assert.equal(runtime.opened.length, 2);
  leases.push(await pool.checkout(ADA, never));
  assert.deepEqual(places(runtime, leases), [0, 0, 0, 0, 1]);
  for (const lease of leases) await lease[Symbol.asyncDispose]();
  clock.advance(1001);
  await settle();
  assert.equal(runtime.opened.filter(({ isGone }) => isGone).length, 1);
  assert.equal(pool.stats().warm, 1);
  await pool[Symbol.asyncDispose]();
});

Deno.test("programs that wait for a reply bring no other process", async () => {
  const { runtime, clock, pool } = await setUp({ programsAtOnce: 8 });
  for (let count = 0; count < 6; count += 1) await pool.checkout(ADA, never);
  runtime.opened[0]!.parked = 6;
  clock.advance(100);
  await settle();
  assert.equal(runtime.opened.length, 1);
  runtime.opened[0]!.parked = 4;
  await pool.checkout(ADA, never);
  clock.advance(100);
  await settle();
  assert.equal(runtime.opened.length, 2);
  await pool[Symbol.asyncDispose]();
});

Deno.test("worn, blocked and gone processes take nothing more; worn and gone ones are replaced", async () => {
  const { runtime, pool } = await setUp();
  const [first] = runtime.opened;
  first!.isBlocked = true;
  const elsewhere = await pool.checkout(ADA, never);
  assert.deepEqual(places(runtime, [elsewhere]), [1]);
  first!.isBlocked = false;
  first!.isWorn = true;
  first!.change();
  await settle();
  assert.deepEqual([first!.isGone, runtime.opened.length], [true, 2]);
  runtime.opened[1]!.die();
  await settle();
  assert.equal(runtime.opened.length, 3);
  assert.deepEqual(places(runtime, [await pool.checkout(ADA, never)]), [2]);
  await pool[Symbol.asyncDispose]();
});

Deno.test("a full pool lets others wait, until there is room or they give up", async () => {
  const { pool } = await setUp({ max: 1, programsAtOnce: 1 });
  const first = await pool.checkout(ADA, never);
  const aborter = new AbortController();
  const given = pool.checkout(ADA, aborter.signal);
  const second = pool.checkout(ADA, never);
  aborter.abort("enough");
  await assert.rejects(given, { code: "CANCELLED" });
  assert.equal(pool.stats().waiting, 1);
  await first[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  assert.equal(pool.stats().running, 1);
  await (await second)[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
  await assert.rejects(pool.checkout(ADA, never), { code: "SHUTTING_DOWN" });
});

Deno.test("parked programs make room, as far as there is memory and only for so many", async () => {
  const { runtime, pool } = await setUp({ max: 1, parkedAtOnce: 2 });
  const [sandbox] = runtime.opened;
  const held = [await pool.checkout(ADA, never), await pool.checkout(ADA, never)];
  const waiting = pool.checkout(ADA, never);
  assert.equal(pool.stats().waiting, 1);
  sandbox!.parked = 1;
  sandbox!.grownBytes = 1; // What the one that runs leaves of the memory of two.
  sandbox!.change();
  assert.equal(pool.stats().waiting, 1);
  sandbox!.grownBytes = 0;
  sandbox!.change();
  held.push(await waiting);
  const another = pool.checkout(ADA, never);
  assert.equal(pool.stats().waiting, 1);
  sandbox!.parked = 3;
  sandbox!.change();
  held.push(await another);
  const last = pool.checkout(ADA, never);
  sandbox!.parked = 4;
  sandbox!.change();
  assert.deepEqual([pool.stats().running, pool.stats().waiting], [4, 1]);
  await held[0]![Symbol.asyncDispose]();
  await last;
  await pool[Symbol.asyncDispose]();
});

Deno.test("parked programs make no room where principals share processes", async () => {
  const { runtime, pool } = await setUp({ max: 1, parkedAtOnce: 2, isolation: "shared" });
  for (let count = 0; count < 2; count += 1) await pool.checkout(ADA, never);
  runtime.opened[0]!.parked = 2;
  const waiting = pool.checkout(ADA, never);
  assert.equal(pool.stats().waiting, 1);
  await pool[Symbol.asyncDispose]();
  await assert.rejects(waiting, { code: "SHUTTING_DOWN" });
});

Deno.test("processes of parked programs alone make room for others, but only for so many", async () => {
  const { runtime, pool } = await setUp({ max: 1, parkedProcesses: 1 });
  await pool.checkout(ADA, never);
  const waiting = pool.checkout(BOB, never);
  await settle();
  assert.equal(runtime.opened.length, 1);
  const [first] = runtime.opened;
  first!.parked = 1;
  first!.change();
  assert.deepEqual(places(runtime, [await waiting]), [1]);
  runtime.opened[1]!.parked = 1;
  const late = pool.checkout({ ...MEMORY, principal: "eve" }, never);
  await settle();
  assert.deepEqual([runtime.opened.length, pool.stats().waiting], [2, 1]);
  await pool[Symbol.asyncDispose]();
  await assert.rejects(late, { code: "SHUTTING_DOWN" });
});

Deno.test("a process that cannot be started is told to who waits, and tried again later", async () => {
  const { runtime, clock, pool } = await setUp({ min: 0 });
  runtime.isBroken = true;
  await assert.rejects(pool.checkout(ADA, never), { code: "SANDBOX_CRASHED", message: "broken" });
  runtime.isBroken = false;
  clock.advance(100);
  const lease = await pool.checkout(ADA, never);
  assert.deepEqual([lease.warm, runtime.opened.length], [false, 1]);
  await pool[Symbol.asyncDispose]();
});

Deno.test("another memory limit takes the place of an idle process", async () => {
  const { runtime, pool } = await setUp({ max: 1 });
  const lease = await pool.checkout({ ...ADA, memoryLimitBytes: 2 }, never);
  assert.deepEqual(runtime.opened.map(({ spec, isGone }) => [spec.memoryLimitBytes, isGone]), [
    [1, true],
    [2, false],
  ]);
  await lease[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
});

Deno.test("sizes that cannot be are refused", () => {
  const options = { runtime: new FakeRuntime(), spec: MEMORY, idleTimeoutMs: 1 };
  assert.throws(() => createSharedPool({ ...options, min: 2, max: 1, programsAtOnce: 0 }), {
    name: "RangeError",
    message:
      'Cannot size the pool as "max" must be an integer >= 1 and >= "min", and "programsAtOnce" >= 1: ' +
      "current values min=2, max=1, programsAtOnce=0",
  });
});
