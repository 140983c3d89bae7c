/** Entries to stderr; stdout belongs to results. */

import process from "node:process";
import { formatEntry, type LogFormat } from "./log_format.ts";
import type { LogSink } from "./log.ts";

/** A sink that writes lines to stderr. */
export function createConsoleSink(format: LogFormat): LogSink {
  return {
    write: (entry) => void process.stderr.write(`${formatEntry(entry, format)}\n`),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
