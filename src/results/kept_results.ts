/**
 * Whole results, kept for a while for those they belong to. A handle alone opens nothing: it must be
 * asked for by its principal, with no less granted than when it was kept. What does not fit the bounds drops the oldest, first its owner's.
 */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Metrics } from "../base/metrics.ts";
import { type Owner, reaches } from "../capability/mod.ts";
import type { ReadResult, ResultPage } from "../contract/mod.ts";
import { NameIndex } from "./name_index.ts";
import { readPage } from "./read_page.ts";
import { weigh } from "./weigh.ts";

/** What keeping the smallest result takes. */
const ENTRY_BYTES = 256;

/** How much is kept. */
export interface KeptResultsLimits {
  /** How long a result can be read. */
  readonly keepForMs: number;
  /** Estimated memory of one principal's results. */
  readonly bytesPerPrincipal: number;
  /** Estimated memory of all of them. */
  readonly bytes: number;
}

/** How a kept result is read; empty when the result is bigger than what may be kept. */
export interface KeptResult {
  readonly handle?: string;
  /** ISO 8601. */
  readonly expiresAt?: string;
  /** Estimated tokens of the whole. */
  readonly tokens?: number;
}

/** Keeps results. Disposing it forgets all of them. */
export interface KeptResults extends Disposable {
  /** Keeps a JSON value for `owner`; it must not be changed afterwards. */
  keep(value: unknown, owner: Owner): KeptResult;
  /**
   * A part of a result of `caller`. `RESULT_NOT_FOUND` when it has none by that handle, whether it was
   * dropped, never was, is another's or of a wider grant; `INVALID_REQUEST` when there is no such part.
   */
  read(handle: string, caller: Owner, reading?: ReadResult): ResultPage;
}

/** What results are kept with. */
export interface KeptResultsOptions {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly limits: KeptResultsLimits;
}

/** Creates a place to keep results in, in memory. */
export function createKeptResults(options: KeptResultsOptions): KeptResults {
  return new MemoryKeptResults(options);
}

interface Entry {
  readonly owner: Owner;
  readonly value: unknown;
  readonly names: NameIndex;
  readonly bytes: number;
  readonly expiresAtMs: number;
}

type DropReason = "expired" | "principal_limit" | "limit";

class MemoryKeptResults implements KeptResults {
  readonly #clock: Clock;
  readonly #limits: KeptResultsLimits;
  /** Oldest first, which is also the order in which they expire. */
  readonly #entries = new Map<string, Entry>();
  readonly #bytesOf = new Map<string, number>();
  readonly #dropped;
  readonly #reads;
  #bytes = 0;
  #timer: Disposable | undefined;
  #isDisposed = false;

  constructor({ clock, metrics, limits }: KeptResultsOptions) {
    this.#clock = clock;
    this.#limits = limits;
    this.#dropped = metrics.counter(
      "codemode_results_dropped_total",
      "Results that are kept no more, or were too big to keep, by reason",
    );
    this.#reads = metrics.counter("codemode_result_reads_total", "Reads of results, by outcome");
    const kept = metrics.gauge("codemode_results_kept", "Results that can be read");
    const bytes = metrics.gauge("codemode_results_kept_bytes", "Estimated memory of kept results");
    metrics.beforePrint(() => {
      kept.set(this.#entries.size);
      bytes.set(this.#bytes);
    });
  }

  keep(value: unknown, owner: Owner): KeptResult {
    const { keepForMs, bytesPerPrincipal } = this.#limits;
    const weight = weigh(value, Math.min(bytesPerPrincipal, this.#limits.bytes) - ENTRY_BYTES);
    if (this.#isDisposed || weight === undefined) {
      this.#dropped.increment({ reason: "too_big" });
      return {};
    }
    const { tokens } = weight;
    const bytes = ENTRY_BYTES + weight.bytes;
    this.#makeRoom(bytes, owner.id);
    const handle = newId("res");
    const expiresAtMs = this.#clock.now() + keepForMs;
    const names = new NameIndex();
    this.#entries.set(handle, { owner, value, names, bytes, expiresAtMs });
    this.#bytes += bytes;
    this.#bytesOf.set(owner.id, this.#heldBy(owner.id) + bytes);
    this.#timer ??= this.#clock.after(keepForMs, () => this.#expire());
    return { handle, expiresAt: new Date(expiresAtMs).toISOString(), tokens };
  }

  read(handle: string, caller: Owner, reading: ReadResult = {}): ResultPage {
    const entry = this.#entries.get(handle);
    // SAFETY: one answer for what is gone and what is another's, so that no handle can be probed.
    if (
      entry === undefined || !reaches(caller, entry.owner) || entry.expiresAtMs <= this.#clock.now()
    ) {
      this.#reads.increment({ outcome: "RESULT_NOT_FOUND" });
      throw new CodemodeError(
        "RESULT_NOT_FOUND",
        "There is no such result: it expired, made room for others, or was never yours",
      );
    }
    const page = readPage(entry.value, reading, entry.names);
    this.#reads.increment({ outcome: "OK" });
    return { ...page, expiresAt: new Date(entry.expiresAtMs).toISOString() };
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#entries.clear();
    this.#bytesOf.clear();
    this.#bytes = 0;
  }

  #makeRoom(bytes: number, principal: string): void {
    for (const [handle, entry] of this.#entries) {
      if (this.#heldBy(principal) + bytes <= this.#limits.bytesPerPrincipal) break;
      if (entry.owner.id === principal) this.#drop(handle, entry, "principal_limit");
    }
    for (const [handle, entry] of this.#entries) {
      if (this.#bytes + bytes <= this.#limits.bytes) break;
      this.#drop(handle, entry, "limit");
    }
  }

  #heldBy(principal: string): number {
    return this.#bytesOf.get(principal) ?? 0;
  }

  #drop(handle: string, { owner: { id: principal }, bytes }: Entry, reason: DropReason): void {
    this.#entries.delete(handle);
    this.#bytes -= bytes;
    const held = this.#heldBy(principal) - bytes;
    if (held > 0) this.#bytesOf.set(principal, held);
    else this.#bytesOf.delete(principal);
    this.#dropped.increment({ reason });
  }

  /** Drops what has expired and waits for the next. */
  #expire(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const [handle, entry] of this.#entries) {
      if (entry.expiresAtMs > now) {
        this.#timer = this.#clock.after(entry.expiresAtMs - now, () => this.#expire());
        return;
      }
      this.#drop(handle, entry, "expired");
    }
  }
}
