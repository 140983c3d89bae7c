/** Server-Sent Events however they are cut into pieces. */

import assert from "node:assert/strict";
import { EventBlocks } from "../../../src/client/event_blocks.ts";
import { readEvents } from "../../../src/client/read_events.ts";

const TEXT = ': alive\n\nid: 1\nevent: log\ndata: {"id":1,"type":"log","payload":{"x":"ä😀"}}\n\n' +
  ': alive\n\nid: 2\nevent: result\ndata: {"id":2,"type":"result","payload":{}}\n\n';

async function read(body: ReadableStream<Uint8Array>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const event of readEvents(body)) all.push(event);
  return all;
}

Deno.test("read events: pieces of any size give the same events", async () => {
  const bytes = new TextEncoder().encode(TEXT);
  for (const size of [1, 2, 3, 7, 1000]) {
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at += size));
      },
    });
    assert.deepEqual(await read(body), [
      { id: 1, type: "log", payload: { x: "ä😀" } },
      { id: 2, type: "result", payload: {} },
    ]);
  }
});

Deno.test("read events: a body that breaks off rejects, and one that is left is cancelled", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new TypeError("reset")),
  });
  await assert.rejects(read(broken), { message: "reset" });
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(TEXT)),
    cancel: () => void (isCancelled = true),
  });
  for await (const _event of readEvents(body)) break;
  assert.equal(isCancelled, true);
});

/** A body of pieces of `size` bytes; told how much of it was read. */
function pieces(bytes: Uint8Array<ArrayBuffer>, size: number, onRead = (_at: number) => {}) {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at += size));
      onRead(at);
    },
  }, { highWaterMark: 0 });
}

const unexpected = {
  name: "CodemodeClientError",
  code: "UNEXPECTED_ANSWER",
  message: "An event of the stream is not Code Mode's",
};

Deno.test("read events: what is no event is UNEXPECTED_ANSWER", async () => {
  const head = '"id":1,"type":"log"';
  const texts = ["null", "5", "[]", "{", '"x"', "{}", `{${head}}`, `{${head},"payload":null}`]
    .concat([`{${head},"payload":"x"}`, `{${head},"payload":[]}`])
    .concat(['{"id":{},"type":"log","payload":{}}', '{"id":1,"type":null,"payload":{}}']);
  for (const text of texts) {
    const bytes = new TextEncoder().encode(`data: ${text}\n\n`);
    await assert.rejects(read(pieces(bytes, 1_000)), unexpected, text);
  }
});

Deno.test("read events: an event that is too long ends the stream, and no more of it is read", async () => {
  const event = '{"id":1,"type":"log","payload":{}}';
  const bytes = new TextEncoder().encode(`data: ${event}\n\ndata: ${event} ${"a".repeat(100)}`);
  let read = 0;
  const events = readEvents(pieces(bytes, 1, (at) => read = at), { maxCharacters: 50 });
  assert.deepEqual((await events.next()).value, JSON.parse(event));
  await assert.rejects(events.next(), unexpected);
  assert.equal(read, "data: ".length + event.length + 2 + 51);
});

Deno.test("read events: the work does not grow with the number of pieces", () => {
  const seen: string[] = [];
  const blocks = new EventBlocks(4_000_000);
  for (let count = 0; count < 300_000; count += 1) seen.push(...blocks.push("a"));
  for (const text of ["\n", "\n", "b\n\nc\n", "\nd\n", "e\n", "\n\n\n"]) {
    seen.push(...blocks.push(text));
  }
  assert.deepEqual(seen.map((text) => text.slice(-3)), ["aaa", "b", "c", "d\ne", ""]);
  assert.equal(seen[0]?.length, 300_000);
});
