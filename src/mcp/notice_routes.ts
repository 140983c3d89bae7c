/**
 * Which request a notice of the server belongs to: progress by its token, log entries only while a
 * single request is under way and none was given up lately, because the wire does not say whose they
 * are; the others are counted. Read before the client does, which forgets a request with its answer,
 * and with it the notices that came in the same breath.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { AbandonedRequests } from "./abandoned_requests.ts";
import { createLogMeter } from "./log_meter.ts";
import type { ExchangeOptions } from "./exchange_options.ts";
import { createProgressMeter } from "./progress_meter.ts";

/** How long a request that was given up may still be the one a server logs for, if it is not answered. */
export const LOG_PATIENCE_MS = 600_000;

/** Least time between two lines of the operator's log about entries that are nobody's. */
const TELL_EVERY_MS = 60_000;

/** What the routes of a session are made with. */
export interface NoticeRoutesOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly abandoned: AbandonedRequests;
}

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
  readonly #options: NoticeRoutesOptions;
  readonly #listeners = new Set<Listener>();
  #opened = 0;
  #unclaimed = 0;
  #toldAt = -Infinity;

  constructor(options: NoticeRoutesOptions) {
    this.#options = options;
  }

  open({ onProgress, onLog }: Pick<ExchangeOptions, "onProgress" | "onLog">): NoticeRoute {
    const { clock } = this.#options;
    this.#opened += 1;
    const token = onProgress && `call-${this.#opened}`;
    const listener: Listener = {
      token,
      onProgress: onProgress && createProgressMeter(clock, onProgress),
      onLog: onLog && createLogMeter(clock, onLog),
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
    if (method === "notifications/message") this.#readEntry(params);
  }

  // SAFETY: with two requests under way, or one that was given up, it could be the other caller's
  // (test/unit/mcp/notice_routes_test.ts).
  #readEntry(params: unknown): void {
    const { newestMs = Infinity } = this.#options.abandoned;
    const [only, ...others] = this.#listeners;
    if (only && others.length === 0 && newestMs >= LOG_PATIENCE_MS) only.onLog?.(params);
    else this.#count();
  }

  #count(): void {
    const { clock, logger } = this.#options;
    this.#unclaimed += 1;
    if (clock.monotonic() - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = clock.monotonic();
    logger.debug("MCP server logged what belongs to no single call", { count: this.#unclaimed });
    this.#unclaimed = 0;
  }
}
