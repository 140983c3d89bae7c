/**
 * The audit log: one JSON line for each entry, appended in order, in a file of the owner's alone.
 * Entries are redacted here once more: their texts are bounded, and nothing but their own fields goes
 * out.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { RotatingFile } from "../base/rotating_file.ts";
import { type AuditEntry, AuditEntrySchema, type AuditSink } from "../contract/mod.ts";

/** Characters of one text of an entry. */
const MAX_TEXT = 2048;

/** Options of {@link createAuditLog}. */
export interface AuditLogOptions {
  /** Absolute; a folder that is missing is made. */
  readonly path: string;
  /** Bytes of one file. */
  readonly maxBytes: number;
  /** Rotated files kept. */
  readonly keep: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An audit log; disposing it writes what waits. */
export interface AuditLog extends AuditSink, AsyncDisposable {}

/** Opens the log. What cannot be written is counted in the log itself and told to the logger once. */
export function createAuditLog({ clock, logger, ...file }: AuditLogOptions): AuditLog {
  const lines = new RotatingFile({
    ...file,
    rotation: "size",
    isPrivate: true,
    onError: (error) => logger.error("the audit log cannot be written", { error }),
    sayDropped: (count, time) => print(time, { type: "dropped", count }),
  });
  return {
    record(entry) {
      const parsed = AuditEntrySchema.safeParse(entry);
      if (!parsed.success) return logger.error("an audit entry has no known form", { entry });
      const time = clock.now();
      lines.write(time, print(time, parsed.data));
    },
    [Symbol.asyncDispose]: () => lines[Symbol.asyncDispose](),
  };
}

function print(time: number, entry: AuditEntry | { type: "dropped"; count: number }): string {
  return JSON.stringify({ time: new Date(time).toISOString(), ...entry }, shorten);
}

function shorten(_key: string, value: unknown): unknown {
  return typeof value === "string" && value.length > MAX_TEXT
    ? `${value.slice(0, MAX_TEXT)}…`
    : value;
}
