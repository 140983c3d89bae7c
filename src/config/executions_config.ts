/** `executions`: what an operator can say of those that are watched, asked about and kept. */

import { z } from "zod";
import { duration, patience, positive, size, whole } from "./values.ts";

/** What is kept of executions, and how long their questions wait. */
export interface ExecutionsConfig {
  /** What is kept of executions that have ended. */
  readonly kept: {
    /** @default 300000 */
    readonly ageMs: number;
    /** @default 1000 */
    readonly count: number;
    /** @default 67108864 */
    readonly bytes: number;
  };
  /** Logs and progress of one execution that a reader who comes late still gets. */
  readonly events: {
    /** @default 2000 */
    readonly entries: number;
    /** @default 1048576 */
    readonly bytes: number;
  };
  /** What servers may ask in the middle of one execution's calls. */
  readonly questions: {
    /** How long one waits for its answer. @default 600000 */
    readonly timeoutMs: number;
    /** Questions open at the same time. @default 8 */
    readonly open: number;
    /** Questions in all. @default 64 */
    readonly total: number;
  };
}

/** The section's shape and defaults. */
export const ExecutionsSchema = z.strictObject({
  kept: z.strictObject({
    age: duration.default(300_000),
    count: whole.default(1000),
    bytes: size.default(67_108_864),
  }).prefault({}),
  events: z.strictObject({
    entries: whole.default(2000),
    bytes: size.default(1_048_576),
  }).prefault({}),
  questions: z.strictObject({
    timeout: patience.default(600_000),
    open: positive.default(8),
    total: positive.default(64),
  }).prefault({}),
});
