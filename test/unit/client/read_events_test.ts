/** Server-Sent Events however they are cut into pieces. */

import assert from "node:assert/strict";
import { readEvents } from "../../../src/client/read_events.ts";

const TEXT = ': alive\n\nid: 1\nevent: log\ndata: {"id":1,"x":"ä😀"}\n\n' +
  ': alive\n\nid: 2\nevent: result\ndata: {"id":2}\n\n';

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
    assert.deepEqual(await read(body), [{ id: 1, x: "ä😀" }, { id: 2 }]);
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
