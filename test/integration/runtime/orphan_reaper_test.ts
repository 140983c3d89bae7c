/** What ends sandboxes when their service is gone: those on the list, and nobody else. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { OrphanReaper } from "../../../src/runtime/orphan_reaper.ts";
import { isAlive } from "../../harness/processes.ts";

/** A process in a group of its own, with a child. */
class Family implements AsyncDisposable {
  readonly #shell = spawn("/bin/sh", ["-c", "sleep 600 & echo $!; wait"], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  readonly ended: Promise<unknown> = once(this.#shell, "exit");
  readonly pid: number = this.#shell.pid!;
  child = NaN;

  static async start(): Promise<Family> {
    const family = new Family();
    const [line] = await once(family.#shell.stdout!, "data");
    family.child = Number(String(line));
    return family;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (await isAlive(this.child)) Deno.kill(this.child, "SIGKILL");
    await this.ended;
    this.#shell.stdout!.destroy();
  }
}

Deno.test("whoever is on the list when the pipe ends is killed, groups as a whole", async () => {
  const reaper = new OrphanReaper();
  await using alone = await Family.start();
  await using released = await Family.start();
  await using group = await Family.start();
  reaper.watch(alone.pid);
  const watch = reaper.watch(-released.pid);
  reaper.watch(-group.pid);
  watch[Symbol.dispose]();
  await reaper[Symbol.asyncDispose]();
  const killed = [null, "SIGKILL"];
  assert.deepEqual(await Promise.all([alone.ended, group.ended]), [killed, killed]);
  while (await isAlive(group.child)) await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual(
    await Promise.all([alone.child, released.pid, released.child].map(isAlive)),
    [true, true, true],
  );
});

Deno.test("nothing is started where nothing is watched, and closing twice is closing", async () => {
  const reaper = new OrphanReaper();
  await reaper[Symbol.asyncDispose]();
  const watch = reaper.watch(2 ** 22 + 1);
  watch[Symbol.dispose]();
  await reaper[Symbol.asyncDispose]();
  await reaper[Symbol.asyncDispose]();
});
