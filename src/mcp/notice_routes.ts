/**
 * Which request a notice of the server belongs to: progress by its token, log entries only while a
 * single request is under way, because the wire does not say whose they are. Read before the client
 * does, which forgets a request with its answer, and with it the notices that came in the same breath.
 */

import type { Clock } from "../base/clock.ts";
import { createLogMeter } from "./log_meter.ts";
import type { ExchangeOptions } from "./exchange_options.ts";
import { createProgressMeter } from "./progress_meter.ts";

/** A request under way; disposing it ends that. `token` is there when it wants to hear of progress. */
export interface NoticeRoute extends Disposable {
  readonly token?: string;
}

interface Listener {
  readonly token: string | undefined;
  readonly onProgress: ((params: unknown) => void) | undefined;
  readonly onLog: ((params: unknown) => void) | undefined;
}

/** The requests under way of one session. */
export class NoticeRoutes {
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();
  #opened = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open({ onProgress, onLog }: Pick<ExchangeOptions, "onProgress" | "onLog">): NoticeRoute {
    this.#opened += 1;
    const token = onProgress && `call-${this.#opened}`;
    const listener: Listener = {
      token,
      onProgress: onProgress && createProgressMeter(this.#clock, onProgress),
      onLog: onLog && createLogMeter(this.#clock, onLog),
    };
    this.#listeners.add(listener);
    return {
      ...(token === undefined ? {} : { token }),
      [Symbol.dispose]: () => void this.#listeners.delete(listener),
    };
  }

  /** Passes a message on if it is a notice for one that listens. */
  read(message: unknown): void {
    const { method, params } = Object(message) as { readonly [member: string]: unknown };
    if (method === "notifications/progress") {
      const token: unknown = Object(params).progressToken;
      if (typeof token !== "string") return;
      for (const each of this.#listeners) if (each.token === token) each.onProgress?.(params);
    }
    // SAFETY: with two requests under way it could be the other caller's
    // (test/unit/mcp/notice_routes_test.ts).
    if (method === "notifications/message" && this.#listeners.size === 1) {
      for (const each of this.#listeners) each.onLog?.(params);
    }
  }
}
