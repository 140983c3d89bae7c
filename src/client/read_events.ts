/** Server-Sent Events as the service writes them, read one by one as they arrive. */

import type { ExecutionEvent } from "../contract/mod.ts";

/** Silence after which a connection is taken to be lost: the service says something every 15 seconds. */
const SILENCE_MS = 60_000;

/** The events of a body; ends where it ends, rejects when it breaks off or falls silent. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ExecutionEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await unlessSilent(reader.read());
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = toEvent(block);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => {}); // It is broken already.
  }
}

/** The event of one block; undefined for comments. */
function toEvent(block: string): ExecutionEvent | undefined {
  const data = block.split("\n").filter((line) => line.startsWith("data:"))
    .map((line) => line.slice("data:".length));
  return data.length === 0 ? undefined : JSON.parse(data.join("\n")) as ExecutionEvent;
}

function unlessSilent<T>(read: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TypeError("The stream fell silent")), SILENCE_MS);
    read.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
