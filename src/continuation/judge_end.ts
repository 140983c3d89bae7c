/** How a program's stay in a sandbox is judged, and how it ends where no sandbox is left for it. */

import { CodemodeError } from "../base/errors.ts";
import type { EngineName } from "../contract/mod.ts";
import type { Outcome, RunReport } from "../runtime/mod.ts";
import type { JournalReader } from "./call_journal.ts";
import { NOTHING_USED } from "./usage_sum.ts";

/** No place was free on a light engine. */
export const BUSY: RunReport = Object.freeze<RunReport>({
  outcome: { kind: "yielded", reason: "busy", what: "no place was free" },
  usage: NOTHING_USED,
  droppedLogs: 0,
});

/** What it did otherwise than before, at its end. */
export function judgeEnd(
  { outcome, queuedCalls = [] }: RunReport,
  reader: JournalReader,
): CodemodeError | undefined {
  return outcome.kind === "stopped" ? undefined : reader.judgeEnd(queuedCalls);
}

/** The end of a program that was given up and cannot be continued. */
export function stopped(
  { reason, what }: Extract<Outcome, { kind: "yielded" }>,
  isFull: boolean,
): Outcome {
  const why = isFull
    ? "it has made more calls, or got longer replies, than are kept for that"
    : "no sandbox is left for it";
  const error = new CodemodeError(
    "CONTINUATION_FAILED",
    `The program could not be continued in another sandbox (${what}): ${why}`,
    { details: { reason: isFull ? "full" : reason } },
  );
  return { kind: "stopped", error };
}

/** There is no such engine. */
export function absent(runtime: EngineName): CodemodeError {
  return new CodemodeError("RUNTIME_UNAVAILABLE", `Runtime ${runtime} is not here`);
}
