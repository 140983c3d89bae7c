/**
 * A body as a hostile server sends it: each byte is a chunk of its own, and a view into one large buffer
 * that is used again for the next. Whoever keeps chunks instead of copies reads nonsense.
 */

/** The bytes of `text`, one at a time. */
export function tinyChunks(text: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  const shared = new Uint8Array(65_536);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === bytes.length) return controller.close();
      shared.fill(bytes[at]!, 0, 1);
      at += 1;
      controller.enqueue(shared.subarray(0, 1));
    },
  }, { highWaterMark: 0 });
}
