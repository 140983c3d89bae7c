/** Events as Server-Sent Events: their form, their pace, their end. */

import assert from "node:assert/strict";
import { type Place, Places } from "../../../src/base/places.ts";
import type { ExecutionEvent } from "../../../src/contract/mod.ts";
import { eventStream } from "../../../src/http/event_stream.ts";
import { EventLog, EventReader } from "../../../src/journal/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

function streamOf(expiresAt?: number) {
  const clock = new FakeClock();
  const log = new EventLog<string>({ entries: 100, bytes: 1e6 }, clock);
  let taken = 0;
  let left = 0;
  const places = new Places({ all: 1, perPrincipal: 1 });
  const events = new EventReader<string, ExecutionEvent>(log, 0, (read) => {
    taken += 1;
    const message = "body" in read ? read.body : "lost";
    const head = { id: read.id, executionId: "exec_1", timestamp: "t" };
    return { ...head, type: "log", payload: { level: "log", message } };
  });
  const gone = new AbortController();
  const response = eventStream(events, {
    executionId: "exec_1",
    clock,
    signal: gone.signal,
    expiresAt,
    onLeft: () => void (left += 1),
    place: places.take("alice") as Place,
  });
  const reader = response.body!.getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  const counts = () => ({ taken, left, places: places.taken });
  return { clock, log, response, reader, next, gone, counts };
}

const message = (id: number, text: string) =>
  `id: ${id}\nevent: log\ndata: {"id":${id},"executionId":"exec_1","timestamp":"t","type":"log",` +
  `"payload":{"level":"log","message":${JSON.stringify(text)}}}\n\n`;

Deno.test("event stream: each event is one message, and the stream ends with the last", async () => {
  const { log, next, reader, response, counts, clock } = streamOf();
  log.add("one\nline\r\ndata: two", 1);
  log.end("end", 1);
  assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assert.equal(await next(), message(1, "one\nline\r\ndata: two"));
  assert.equal(await next(), message(2, "end"));
  assert.deepEqual(await reader.read(), { done: true, value: undefined });
  assert.deepEqual([counts().left, counts().places, clock.pending], [0, 0, 0]);
});

Deno.test("event stream: nothing is taken ahead of its reader", async () => {
  const { log, next, reader, counts } = streamOf();
  for (let line = 0; line < 50; line += 1) log.addDroppable("x", 1);
  await settle();
  assert.equal(counts().taken, 0);
  await next();
  await settle();
  assert.deepEqual(counts(), { taken: 1, left: 0, places: 1 });
  await reader.cancel();
});

Deno.test("event stream: silence is broken by a comment, and loses no event", async () => {
  const { clock, log, next, reader } = streamOf();
  const silent = next();
  await settle();
  clock.advance(15_000);
  assert.equal(await silent, ": alive\n\n");
  const spoken = next();
  await settle();
  log.add("at last", 1);
  assert.equal(await spoken, message(1, "at last"));
  await reader.cancel();
});

Deno.test("event stream: a reader that goes away is told of once, however it goes", async () => {
  const cancelled = streamOf();
  await cancelled.reader.cancel();
  cancelled.gone.abort();
  assert.deepEqual(cancelled.counts(), { taken: 0, left: 1, places: 0 });
  const aborted = streamOf();
  const waiting = aborted.reader.read();
  await settle();
  aborted.gone.abort();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  assert.deepEqual([aborted.counts(), aborted.clock.pending], [
    { taken: 0, left: 1, places: 0 },
    0,
  ]);
});

Deno.test("event stream: it ends with its reader's credential, as if the reader had gone", async () => {
  const { clock, log, next, reader, counts } = streamOf(5000);
  log.add("in time", 1);
  assert.equal(await next(), message(1, "in time"));
  const waiting = reader.read();
  await settle();
  clock.advance(4999);
  await settle();
  assert.equal(counts().left, 0);
  clock.advance(1);
  assert.deepEqual(await waiting, { done: true, value: undefined });
  log.add("too late", 1);
  assert.deepEqual([counts(), clock.pending], [{ taken: 1, left: 1, places: 0 }, 0]);
});

Deno.test("event stream: who does not read when the credential ends reads nothing after it", async () => {
  const { clock, log, reader, counts } = streamOf(5000);
  log.add("never read", 1);
  await settle();
  clock.advance(5000);
  assert.deepEqual(counts(), { taken: 0, left: 1, places: 0 });
  assert.deepEqual(await reader.read(), { done: true, value: undefined });
  assert.equal(clock.pending, 0);
});

Deno.test("event stream: a stream that is over waits for no credential's end", async () => {
  const [ended, left] = [streamOf(5000), streamOf(5000)];
  ended.log.end("end", 1);
  await ended.next();
  assert.equal((await ended.reader.read()).done, true);
  await left.reader.cancel();
  assert.deepEqual([ended.clock.pending, left.clock.pending], [0, 0]);
  const gone = streamOf(5000);
  gone.gone.abort();
  assert.deepEqual([gone.counts().left, gone.clock.pending], [1, 0]);
});
