/** Server-Sent Events as the service writes them, read one by one as they arrive. */

import type { ExecutionEvent } from "../contract/mod.ts";
import { CodemodeClientError } from "./client_error.ts";
import { EventBlocks } from "./event_blocks.ts";

/** Silence after which a connection is taken to be lost: the service says something every 15 seconds. */
const SILENCE_MS = 60_000;

/** Characters of the longest event: results are at most this long. */
const MAX_EVENT = 64 * 1024 * 1024;

/**
 * The events of a body; ends where it ends, rejects when it breaks off or falls silent, and with
 * `UNEXPECTED_ANSWER` for what is no event.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  { maxCharacters = MAX_EVENT }: { readonly maxCharacters?: number } = {},
): AsyncGenerator<ExecutionEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const blocks = new EventBlocks(maxCharacters);
  try {
    for (;;) {
      const { done, value } = await unlessSilent(reader.read());
      if (done) return;
      for (const block of blocks.push(decoder.decode(value, { stream: true }))) {
        const event = toEvent(block);
        if (event !== undefined) yield event;
      }
    }
  } catch (error) {
    throw error instanceof RangeError ? unexpected(error) : error;
  } finally {
    await reader.cancel().catch(() => {}); // It is broken already.
  }
}

/** The event of one block; undefined for comments. */
function toEvent(block: string): ExecutionEvent | undefined {
  const data = block.split("\n").filter((line) => line.startsWith("data:"))
    .map((line) => line.slice("data:".length));
  if (data.length === 0) return undefined;
  let event: unknown;
  try {
    event = JSON.parse(data.join("\n"));
  } catch (cause) {
    throw unexpected(cause);
  }
  if (isEvent(event)) return event;
  throw unexpected();
}

function isEvent(value: unknown): value is ExecutionEvent {
  if (!isRecord(value)) return false;
  const { id, type, payload } = value;
  return Number.isSafeInteger(id) && typeof type === "string" && isRecord(payload);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unexpected(cause?: unknown): CodemodeClientError {
  return new CodemodeClientError("UNEXPECTED_ANSWER", "An event of the stream is not Code Mode's", {
    status: 200,
    cause,
  });
}

function unlessSilent<T>(read: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TypeError("The stream fell silent")), SILENCE_MS);
    read.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
