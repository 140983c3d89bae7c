/** One JSON document of the issuer: bounded in time and size, never from another address. */

import { readBounded, TooManyBytes } from "../base/bounded_bytes.ts";
import type { Clock } from "../base/clock.ts";

/** Limits and means of a request. */
export interface FetchJsonOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * The document at `url`. Rejects for anything but a 200 with JSON within the limits; the timeout
 * covers the body too. Redirects are refused: keys come from where the operator said.
 */
export async function fetchJson(url: string, options: FetchJsonOptions): Promise<unknown> {
  const { fetch, clock, timeoutMs, maxBytes } = options;
  const abort = new AbortController();
  using _timer = clock.after(
    timeoutMs,
    () => abort.abort(new TypeError(`no complete answer within ${timeoutMs} ms`)),
  );
  const response = await fetch(url, {
    headers: { accept: "application/json" },
    redirect: "error",
    signal: abort.signal,
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new TypeError(`answered ${response.status}`);
  }
  return JSON.parse(await readText(response, maxBytes));
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  try {
    const bytes = await readBounded(response.body, maxBytes);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TooManyBytes)) throw error;
    throw new RangeError(`answered with more than ${maxBytes} bytes`);
  }
}
