/** The record of one execution's calls: what the answer shows of them, and what watchers are told. */

import type { Clock } from "../base/clock.ts";
import { roundMs } from "../base/round_ms.ts";
import type { CallRecord, Tool } from "../contract/mod.ts";
import type { CallHooks } from "./direct_calls.ts";

/** What an execution's watchers are told of its calls, and how they are asked. */
export interface CallLink {
  /** A call begins; the number that names it. */
  started(server: string, tool: string, input: unknown): number;
  ended(call: number, record: CallRecord): void;
  /** Where what the server says and asks in the middle of a call goes. */
  hear(call: number, signal: AbortSignal): CallHooks;
  /** Makes a call where its own requests are known to belong to it. */
  within<Answer>(call: number, make: () => Promise<Answer>): Promise<Answer>;
}

/** A call on record. */
export interface OpenRecord {
  /** Its name in {@link CallLink}. */
  readonly call: number;
  readonly server: string;
  readonly tool: string;
  readonly startedAt: number;
  status: CallRecord["status"];
  endedAt?: number;
  error?: string;
}

/** The calls of one execution. */
export class CallRecords {
  readonly #clock: Clock;
  readonly #link: CallLink | undefined;
  readonly #records: OpenRecord[] = [];
  #hasEnded = false;

  constructor(clock: Clock, link: CallLink | undefined) {
    this.#clock = clock;
    this.#link = link;
  }

  /** Begins a record, as one that is `queued`. */
  open(tool: Pick<Tool, "server" | "name">, input: unknown): OpenRecord {
    const record: OpenRecord = {
      call: this.#link?.started(tool.server, tool.name, input) ?? 0,
      server: tool.server,
      tool: tool.name,
      startedAt: this.#clock.monotonic(),
      status: "queued",
    };
    this.#records.push(record);
    return record;
  }

  /** Ends a record now. */
  close(record: OpenRecord): CallRecord {
    record.endedAt = this.#clock.monotonic();
    this.#tellEnd(record, record.endedAt);
    return toCallRecord(record, record.endedAt);
  }

  /** The calls so far, as they are now. */
  list(): CallRecord[] {
    const now = this.#clock.monotonic();
    return this.#records.map((record) => toCallRecord(record, now));
  }

  /** Nothing is told of calls any more; those without an end are told as they are. */
  end(): void {
    const now = this.#clock.monotonic();
    for (const record of this.#records) {
      if (record.endedAt === undefined) this.#tellEnd(record, now);
    }
    this.#hasEnded = true;
  }

  #tellEnd(record: OpenRecord, now: number): void {
    if (this.#hasEnded) return;
    const { error, ...told } = toCallRecord(record, now);
    // A call that was left has no error of its own, whichever end is heard of first.
    const hasError = record.status === "error" && error !== undefined;
    this.#link?.ended(record.call, hasError ? { ...told, error } : told);
  }
}

function toCallRecord(record: OpenRecord, now: number): CallRecord {
  return {
    server: record.server,
    tool: record.tool,
    status: record.status,
    duration: roundMs((record.endedAt ?? now) - record.startedAt),
    ...(record.error === undefined ? {} : { error: record.error }),
  };
}
