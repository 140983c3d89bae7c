/** What a server tells of its progress, as it may be passed on: numbers that grow, not too often. */

import type { Clock } from "../base/clock.ts";
import { type Bucket, fullBucket, take, waitFor } from "../base/rate.ts";
import { readableText } from "./question.ts";

/** Progress of one call; the unit is the server's. */
export interface McpProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** Notices of one call that are passed on in a second; more are left out. */
export const MAX_PROGRESS_PER_SECOND = 20;

const MAX_MESSAGE_LENGTH = 512;

/** Takes what the client read of a `notifications/progress` and passes on what is one. */
export function createProgressMeter(
  clock: Clock,
  onProgress: (progress: McpProgress) => void,
): (notice: unknown) => void {
  let bucket: Bucket = fullBucket(MAX_PROGRESS_PER_SECOND, clock.monotonic());
  let last = -Infinity;
  return (notice) => {
    const read = readProgress(notice);
    if (!read || read.progress <= last) return;
    const now = clock.monotonic();
    if (waitFor(bucket, now) > 0) return;
    bucket = take(bucket, now).bucket;
    last = read.progress;
    onProgress(read);
  };
}

function readProgress(notice: unknown): McpProgress | undefined {
  if (typeof notice !== "object" || notice === null) return undefined;
  const { progress, total, message } = notice as Record<string, unknown>;
  if (!isNumber(progress)) return undefined;
  return Object.freeze({
    progress,
    ...(isNumber(total) ? { total } : {}),
    ...(typeof message === "string" ? { message: readableText(message, MAX_MESSAGE_LENGTH) } : {}),
  });
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
