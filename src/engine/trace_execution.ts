/** Makes spans of the events of one execution, as they are written down. */

import type { EventLog } from "../journal/mod.ts";
import type { ExecutionTrace, Telemetry } from "../trace/mod.ts";
import type { Beginning } from "./executions.ts";
import type { Happening } from "./happening.ts";

/** Begins the trace of an execution, which ends with its log; nothing where nobody collects. */
export function traceExecution(
  telemetry: Telemetry | undefined,
  beginning: Pick<Beginning, "executionId" | "language" | "trace">,
  log: EventLog<Happening>,
): ExecutionTrace | undefined {
  const spans = telemetry?.execution(beginning, beginning.trace);
  if (spans === undefined) return undefined;
  let after = log.lastId;
  log.onChange(() => {
    for (let read = log.read(after); read !== undefined; read = log.read(after)) {
      after = read.id;
      if ("body" in read) spans.hear(read.body);
    }
  });
  return spans;
}
