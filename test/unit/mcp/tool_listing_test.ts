import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import type { Session } from "../../../src/mcp/session.ts";
import { ToolListing } from "../../../src/mcp/tool_listing.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { pass, settle } from "../../harness/settle.ts";

interface Answer {
  readonly isComplete: boolean;
  readonly weight: number;
}

/** A listing whose server gives these answers; the last one again and again. */
function start(...answers: (Answer | Error)[]) {
  const clock = new FakeClock();
  const asked: number[] = [];
  const session = {
    explain: (error: unknown) => error,
    listTools() {
      const answer = answers[Math.min(asked.length, answers.length - 1)]!;
      asked.push(clock.monotonic());
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ tools: [], ...answer });
    },
  } as unknown as Session;
  const logger = createLogger([], "error");
  const listing = new ToolListing("s", {
    clock,
    logger,
    timeoutMs: 1_000,
    onToolsChanged: () => {},
  });
  return { clock, asked, listing, session };
}

const LIGHT: Answer = { isComplete: true, weight: 0 };

/** When the list is asked for, while a change is told each millisecond. */
async function askedDuring(durationMs: number, ...answers: (Answer | Error)[]): Promise<number[]> {
  const { clock, asked, listing, session } = start(...answers);
  await listing.follow(session);
  for (let step = 0; step < durationMs; step += 1) {
    void listing.changed();
    await pass(clock, 1);
  }
  listing.leave();
  await settle();
  assert.equal(clock.pending, 0);
  return asked;
}

Deno.test("changes told again and again are followed less and less often", async () => {
  assert.deepEqual(await askedDuring(2_000, LIGHT), [0, 100, 300, 700, 1_500]);
});

Deno.test("a heavy list, one that is too long, and none at all are left alone for longer", async () => {
  const heavy: Answer = { isComplete: true, weight: 4 * 2 ** 20 };
  assert.deepEqual(await askedDuring(600, heavy), [0, 500]);
  assert.deepEqual(await askedDuring(1_100, { isComplete: false, weight: 0 }), [0, 1_000]);
  assert.deepEqual(await askedDuring(1_100, new Error("no list")), [0, 1_000]);
});

Deno.test("after a calm the next change is followed at once, and rests are short again", async () => {
  const { clock, asked, listing, session } = start(LIGHT);
  await listing.follow(session);
  for (let burst = 0; burst < 2; burst += 1) {
    for (const _ of [1, 2, 3]) void listing.changed();
    await pass(clock, 1_000);
  }
  assert.deepEqual(asked, [0, 100, 1_000, 1_100]);
  listing.leave();
});

Deno.test("the longest rest is a minute", async () => {
  const { clock, asked, listing, session } = start({ isComplete: false, weight: 0 });
  await listing.follow(session);
  for (let step = 0; step < 300; step += 1) {
    for (const _ of [1, 2]) void listing.changed();
    await settle();
    clock.advance(1_000);
    await settle();
  }
  assert.deepEqual(asked.map((ms) => ms / 1_000), [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  listing.leave();
});
