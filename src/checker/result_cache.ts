/** Remembers results by their request, least recently used first out, bounded in entries and bytes. */

import { ambientKey } from "./ambient.ts";
import type { CheckerRequest, CheckResult } from "./check_request.ts";

interface Entry {
  readonly result: CheckResult;
  readonly bytes: number;
}

/** Bounds of a {@link ResultCache}. */
export interface ResultCacheLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** A cache of check results. */
export class ResultCache {
  readonly #entries = new Map<string, Entry>();
  readonly #limits: ResultCacheLimits;
  #bytes = 0;

  constructor(limits: ResultCacheLimits) {
    this.#limits = limits;
  }

  /** The result of an equal request. */
  get(request: CheckerRequest): CheckResult | undefined {
    const key = keyOf(request);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.result;
  }

  /** Keeps `result`; what is larger than the whole cache is not kept. */
  set(request: CheckerRequest, result: CheckResult): void {
    const key = keyOf(request);
    this.#delete(key);
    const bytes = 2 * (key.length + JSON.stringify(result).length);
    if (bytes > this.#limits.bytes || this.#limits.entries < 1) return;
    this.#entries.set(key, { result, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.entries && this.#bytes <= this.#limits.bytes) break;
      this.#delete(oldest);
    }
  }

  /** Bytes kept, keys included. */
  get bytes(): number {
    return this.#bytes;
  }

  #delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}

function keyOf({ code, language, declarations, ambient, mode }: CheckerRequest): string {
  return `${declarations.hash} ${language} ${mode} ${ambientKey(ambient)} ${code}`;
}
