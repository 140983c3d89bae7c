/**
 * The events of an execution as Server-Sent Events. The next event is taken when the last one was, so a
 * reader that is slow, or stops, holds up nothing and nothing piles up for it.
 */

import { atTime } from "../base/at_time.ts";
import type { Clock } from "../base/clock.ts";
import { createDeferred } from "../base/deferred.ts";
import type { Place } from "../base/places.ts";
import type { ExecutionEvent } from "../contract/mod.ts";

/** Silence after which a comment says that the stream is alive. */
const KEEP_ALIVE_MS = 15_000;
const ENCODER = new TextEncoder();
const KEEP_ALIVE = ENCODER.encode(": alive\n\n");

const HEADERS = Object.freeze({
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
});

/** What a stream needs. */
export interface EventStreamOptions {
  readonly executionId: string;
  readonly clock: Clock;
  /** Aborts when the reader is gone. */
  readonly signal: AbortSignal;
  /** When the reader's credential ends, and the stream with it. @default never */
  readonly expiresAt: number | undefined;
  /** Told when the reader has gone, or may not read on, before the last event was taken. */
  readonly onLeft: () => void;
  /** Given back when the stream is over, however it ends. */
  readonly place: Place;
}

/** The answer that streams `events`. */
export function eventStream(
  events: AsyncIterableIterator<ExecutionEvent>,
  { executionId, clock, signal, expiresAt, onLeft, place }: EventStreamOptions,
): Response {
  let isOver = false;
  let expiry: Disposable | undefined;
  const finish = () => {
    isOver = true;
    signal.removeEventListener("abort", leave);
    expiry?.[Symbol.dispose]();
    place[Symbol.dispose]();
  };
  const leave = () => {
    if (isOver) return;
    finish();
    void events.return?.();
    onLeft();
  };
  let next: Promise<IteratorResult<ExecutionEvent>> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start() {
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave, { once: true });
      expiry = atTime(clock, expiresAt, leave);
    },
    async pull(controller) {
      next ??= events.next();
      const read = await unlessSilent(clock, next);
      if (read === undefined) return controller.enqueue(KEEP_ALIVE);
      next = undefined;
      if (!read.done) return controller.enqueue(ENCODER.encode(toMessage(read.value)));
      finish();
      controller.close();
    },
    cancel: leave,
  }, { highWaterMark: 0 });
  return new Response(body, { headers: streamHeaders(executionId) });
}

/** What an answer of events begins with. */
export function streamHeaders(executionId: string): Readonly<Record<string, string>> {
  return { ...HEADERS, "x-execution-id": executionId };
}

/** One message: the event, under its type and its id. JSON has no line breaks of its own. */
export function toMessage(event: ExecutionEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Undefined when nothing has come for a while. */
async function unlessSilent<T>(clock: Clock, next: Promise<T>): Promise<T | undefined> {
  const { promise: silence, resolve } = createDeferred<undefined>();
  using _timer = clock.after(KEEP_ALIVE_MS, () => resolve(undefined));
  return await Promise.race([next, silence]);
}
