/** Answers that are watched while they are read: what they hold is given back, and some of them end early. */

import { atTime } from "../base/at_time.ts";
import type { Clock } from "../base/clock.ts";
import type { Caller } from "../engine/mod.ts";

/** The same response, which tells when its body was read to the end or given up. */
export function whenSent(response: Response, over: () => void): Response {
  return watch(response, () => over);
}

/** The same response, whose body ends at the latest when the caller's credential does. */
export function untilExpiry(response: Response, { expiresAt }: Caller, clock: Clock): Response {
  if (expiresAt === undefined) return response;
  return watch(response, (end) => {
    const timer = atTime(clock, expiresAt, end);
    return () => timer[Symbol.dispose]();
  });
}

/** `begin` gets what ends the body, and gives what is called when it has ended, however it did. */
function watch(response: Response, begin: (end: () => void) => () => void): Response {
  const { body, status, headers } = response;
  if (body === null) {
    begin(() => {})();
    return response;
  }
  const reader = body.getReader();
  // Who reads then sees the end, as if there had been no more.
  const over = begin(() => void reader.cancel().catch(() => {}));
  const watched = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        over();
        controller.close();
      } catch (error) {
        over();
        controller.error(error);
      }
    },
    async cancel(reason) {
      over();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return new Response(watched, { status, headers });
}
