/** Lets promises settle between the steps of a fake clock. */

import type { FakeClock } from "./fake_clock.ts";

/** Lets everything that is ready to happen happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** Lets `durationMs` pass a millisecond at a time, settling after each. */
export async function pass(clock: FakeClock, durationMs: number): Promise<void> {
  await settle();
  for (let step = 0; step < durationMs; step += 1) {
    clock.advance(1);
    await settle();
  }
}
