/** Room for all journals: what each has for certain, and where a principal's and everyone's ends. */

import assert from "node:assert/strict";
import { CallJournal } from "../../../src/continuation/call_journal.ts";
import { JournalRoom } from "../../../src/continuation/journal_room.ts";
import type { CallFrame } from "../../../src/protocol/frames.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const frame: CallFrame = { type: "call", id: 1, namespace: "memory", tool: "read", args: [] };

Deno.test("journal room: a principal's journals end at its part, others' go on", () => {
  const room = new JournalRoom({ maxLength: 100, maxLengthEach: 60, certainLength: 10 });
  const [one, two, three, four] = ["a", "a", "b", "c"].map((principal) => room.open(principal));
  assert.deepEqual([one!.grow(50), two!.grow(30), two!.grow(1)], [true, true, false]);
  assert.deepEqual([three!.grow(50), room.length], [true, 100]);
  assert.deepEqual([four!.grow(10), four!.grow(1), room.length], [true, false, 100]);
});

Deno.test("journal room: what is given back is there for others, once", () => {
  const room = new JournalRoom({ maxLength: 20, maxLengthEach: 20, certainLength: 0 });
  const one = room.open("a");
  const other = room.open("b");
  assert.deepEqual([one.grow(20), other.grow(1)], [true, false]);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  assert.deepEqual([room.length, other.grow(20), other.grow(1)], [0, true, false]);
});

Deno.test("journal room: a journal that finds no room is full, and leaves what it had", async () => {
  const room = new JournalRoom({ maxLength: 50, certainLength: 0, maxLengthEach: 50 });
  const journal = new CallJournal({
    clock: new FakeClock(),
    make: () => Promise.resolve({ ok: true, value: null }),
    share: room.open("a"),
  });
  const reader = journal.read(() => assert.fail("it diverged"));
  const fullAfter: boolean[] = [];
  for (const id of [1, 2]) {
    await reader.call({ ...frame, id });
    reader.replied({ ...frame, id }, "x".repeat(id * 25));
    fullAfter.push(journal.isFull);
  }
  assert.deepEqual([fullAfter, room.length], [[false, true], 0]);
  journal[Symbol.dispose]();
  assert.equal(room.length, 0);
});
