/** What a log keeps, and what each of its readers sees. */

import assert from "node:assert/strict";
import { EventLog, EventReader } from "../../../src/journal/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

function logOf(limits = { entries: 3, bytes: 1000 }) {
  const clock = new FakeClock();
  const log = new EventLog<string>(limits, clock);
  /** Everything that a reader who has seen `after` gets now. */
  const readAll = (after = 0) => {
    const seen: unknown[] = [];
    for (let at = after;;) {
      const read = log.read(at);
      if (read === undefined) return seen;
      at = read.id;
      seen.push("lost" in read ? { id: at, lost: read.lost } : { id: at, body: read.body });
    }
  };
  return { clock, log, readAll };
}

function readerOf(log: EventLog<string>, after = 0) {
  return new EventReader(log, after, (read) => "lost" in read ? `lost ${read.lost}` : read.body);
}

Deno.test("event log: entries of both kinds are read in the order they were added", () => {
  const { log, readAll, clock } = logOf();
  log.add("begins", 1);
  clock.advance(5);
  log.addDroppable("says", 1);
  log.add("calls", 1);
  log.end("ends", 1);
  assert.deepEqual(readAll(), [
    { id: 1, body: "begins" },
    { id: 2, body: "says" },
    { id: 3, body: "calls" },
    { id: 4, body: "ends" },
  ]);
  assert.deepEqual(readAll(2), [{ id: 3, body: "calls" }, { id: 4, body: "ends" }]);
  assert.deepEqual(log.read(1), { id: 2, at: 5, body: "says", bytes: 1 });
  assert.equal(log.read(99), undefined);
});

Deno.test("event log: beyond its entries the oldest that may be dropped are, and readers learn how many", () => {
  const { log, readAll } = logOf({ entries: 3, bytes: 1000 });
  log.add("begins", 1);
  for (let line = 1; line <= 5; line += 1) log.addDroppable(`line ${line}`, 1);
  log.add("calls", 1);
  const tail = [
    { id: 4, body: "line 3" },
    { id: 5, body: "line 4" },
    { id: 6, body: "line 5" },
    { id: 7, body: "calls" },
  ];
  assert.deepEqual(readAll(), [{ id: 1, body: "begins" }, { id: 3, lost: 2 }, ...tail]);
  assert.deepEqual(readAll(2), [{ id: 3, lost: 1 }, ...tail]);
  assert.deepEqual(readAll(3), tail);
});

Deno.test("event log: beyond its bytes too, and one entry that is larger alone is lost at once", () => {
  const { log, readAll } = logOf({ entries: 100, bytes: 10 });
  log.addDroppable("six", 6);
  log.addDroppable("four", 4);
  assert.equal(log.bytes, 10);
  log.addDroppable("one", 1);
  assert.equal(log.bytes, 5);
  assert.deepEqual(readAll(), [{ id: 1, lost: 1 }, { id: 2, body: "four" }, {
    id: 3,
    body: "one",
  }]);
  log.addDroppable("eleven", 11);
  assert.equal(log.bytes, 0);
  log.add("kept", 50);
  assert.deepEqual(readAll(), [{ id: 4, lost: 4 }, { id: 5, body: "kept" }]);
});

Deno.test("event log: a flood leaves no more behind than is kept", () => {
  const { log, readAll } = logOf({ entries: 3, bytes: 1000 });
  for (let line = 1; line <= 100_000; line += 1) log.addDroppable(`${line}`, 1);
  assert.equal(log.bytes, 3);
  assert.deepEqual(readAll(99_996), [
    { id: 99_997, lost: 1 },
    { id: 99_998, body: "99998" },
    { id: 99_999, body: "99999" },
    { id: 100_000, body: "100000" },
  ]);
});

Deno.test("event log: nothing is added after the end", () => {
  const { log } = logOf();
  log.end("ends", 1);
  log.add("late", 1);
  log.addDroppable("late", 1);
  log.end("again", 1);
  assert.equal(log.lastId, 1);
  assert.equal(log.bytes, 1);
});

Deno.test("event reader: what is there, what comes, and the end", async () => {
  const { log } = logOf();
  log.add("first", 1);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const body of readerOf(log)) seen.push(body);
  })();
  await settle();
  assert.deepEqual(seen, ["first"]);
  log.addDroppable("second", 1);
  await settle();
  assert.deepEqual(seen, ["first", "second"]);
  log.end("last", 1);
  await reading;
  assert.deepEqual(seen, ["first", "second", "last"]);
});

Deno.test("event reader: a slow one holds up nothing and learns what it has missed", async () => {
  const { log } = logOf();
  const slow = readerOf(log);
  log.addDroppable("1", 1);
  assert.deepEqual(await slow.next(), { done: false, value: "1" });
  for (let line = 2; line <= 50; line += 1) log.addDroppable(`${line}`, 1);
  log.end("end", 1);
  const rest: string[] = [];
  for await (const body of slow) rest.push(body);
  assert.deepEqual(rest, ["lost 46", "48", "49", "50", "end"]);
});

Deno.test("event reader: leaving wakes who waits, and those who ask at once are served in turn", async () => {
  const { log } = logOf();
  const reader = readerOf(log);
  const [one, two, three] = [reader.next(), reader.next(), reader.next()];
  log.add("a", 1);
  log.add("b", 1);
  assert.deepEqual(await Promise.all([one, two]), [
    { done: false, value: "a" },
    { done: false, value: "b" },
  ]);
  await reader.return();
  assert.deepEqual(await three, { done: true, value: undefined });
  assert.deepEqual(await reader.next(), { done: true, value: undefined });
});
