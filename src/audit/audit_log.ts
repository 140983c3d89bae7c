/**
 * The audit log: one JSON line for each entry, appended in order, in a file of the owner's alone.
 * Entries are redacted here once more: their texts are bounded, and nothing but their own fields goes
 * out.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { KeyedBuckets } from "../base/keyed_buckets.ts";
import { printableJson } from "../base/printable.ts";
import { RotatingFile } from "../base/rotating_file.ts";
import { type AuditEntry, AuditEntrySchema, type AuditSink } from "../contract/mod.ts";

/** Characters of one text of an entry. */
const MAX_TEXT = 2048;
/** Characters of all texts of one field. */
const MAX_FIELD = 4096;
/** Items of one list of an entry. */
const MAX_ITEMS = 32;

/** Refusals of one principal that are written: a burst, and then so many a second. */
const REFUSALS = Object.freeze({ burst: 100, perSecond: 1, maxKeys: 1000 });

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
  const refusals = new KeyedBuckets(REFUSALS);
  let skipped = 0;
  const write = (entry: AuditEntry) => {
    const time = clock.now();
    lines.write(time, print(time, entry));
  };
  const saySkipped = () => {
    const time = clock.now();
    if (skipped > 0) lines.write(time, print(time, { type: "dropped", count: skipped }));
    skipped = 0;
  };
  return {
    record(entry) {
      const parsed = AuditEntrySchema.safeParse(entry);
      if (!parsed.success) return logger.error("an audit entry has no known form", { entry });
      if (parsed.data.type !== "request.refused") return write(parsed.data);
      // SAFETY: strangers are refused as often as they like, and files are rotated away by what is
      // written (test/integration/audit).
      if (refusals.take(parsed.data.principal, clock.monotonic()) > 0) return void skipped++;
      saySkipped();
      write(parsed.data);
    },
    async [Symbol.asyncDispose]() {
      saySkipped();
      await lines[Symbol.asyncDispose]();
    },
  };
}

function print(time: number, entry: AuditEntry | { type: "dropped"; count: number }): string {
  const fields = Object.entries({ time: new Date(time).toISOString(), ...entry })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value, shortened())}`);
  // SAFETY: callers choose names and paths, and readers take some characters for the end of a line or
  // obey them on a terminal (test/integration/audit).
  return printableJson(`{${fields.join(",")}}`);
}

/**
 * A replacer that cuts texts, and leaves out items when a field has enough of them: one entry of a
 * caller's making must not push those of others out of the log.
 */
function shortened(): (key: string, value: unknown) => unknown {
  let left = MAX_FIELD;
  const cut = (text: string) => {
    const most = Math.min(MAX_TEXT, left);
    left -= Math.min(text.length, most);
    return text.length > most ? `${text.slice(0, most)}…` : text;
  };
  return (_key, value) => {
    if (Array.isArray(value) && value.length > MAX_ITEMS) {
      return [...value.slice(0, MAX_ITEMS), `… ${value.length - MAX_ITEMS} more`];
    }
    return typeof value === "string" ? cut(value) : value;
  };
}
