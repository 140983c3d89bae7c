/** What a server logs during a request, as it may be passed on: bounded, and not too often. */

import type { Clock } from "../base/clock.ts";
import { type Bucket, fullBucket, take, waitFor } from "../base/rate.ts";

/** Levels of the protocol, which are those of RFC 5424. */
export const LOG_LEVELS = Object.freeze(
  [
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
  ] as const,
);

export type McpLogLevel = (typeof LOG_LEVELS)[number];

/** One entry; `data` is JSON of the server's choice. */
export interface McpLogEntry {
  readonly level: McpLogLevel;
  readonly logger?: string;
  readonly data: unknown;
}

/** Entries of one request that are passed on in a second; more are left out. */
export const MAX_ENTRIES_PER_SECOND = 50;

/** Characters of an entry's data as JSON; a longer one is left out. */
export const MAX_DATA_LENGTH = 8 * 1024;

const MAX_LOGGER_LENGTH = 256;

/** Takes the parameters of a `notifications/message` and passes on what is one. */
export function createLogMeter(
  clock: Clock,
  onLog: (entry: McpLogEntry) => void,
): (notice: unknown) => void {
  let bucket: Bucket = fullBucket(MAX_ENTRIES_PER_SECOND, clock.monotonic());
  return (notice) => {
    const now = clock.monotonic();
    if (waitFor(bucket, now) > 0) return;
    bucket = take(bucket, now).bucket;
    const entry = readEntry(notice);
    if (entry) onLog(entry);
  };
}

function readEntry(notice: unknown): McpLogEntry | undefined {
  const { level, logger, data } = Object(notice) as { readonly [member: string]: unknown };
  if (!isLevel(level) || data === undefined) return undefined;
  if (JSON.stringify(data).length > MAX_DATA_LENGTH) return undefined;
  const isNamed = typeof logger === "string" && logger.length <= MAX_LOGGER_LENGTH;
  return Object.freeze({ level, ...(isNamed ? { logger } : {}), data });
}

function isLevel(level: unknown): level is McpLogLevel {
  return LOG_LEVELS.some((known) => known === level);
}
