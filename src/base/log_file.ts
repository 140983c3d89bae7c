/** Log entries to a file that is rotated by day, hour or size. */

import { formatEntry, type LogFormat } from "./log_format.ts";
import type { LogSink } from "./log.ts";
import { RotatingFile, type RotatingFileOptions } from "./rotating_file.ts";

/** Options of {@link createFileSink}. */
export interface FileSinkOptions
  extends Pick<RotatingFileOptions, "path" | "rotation" | "maxBytes" | "keep" | "onError"> {
  readonly format: LogFormat;
}

/** A sink that appends lines to `path`; disposing it writes what waits. */
export function createFileSink({ format, ...options }: FileSinkOptions): LogSink {
  const file = new RotatingFile({
    ...options,
    sayDropped: (dropped, time) =>
      formatEntry(
        { time, level: "warn", message: "log entries were dropped", fields: { dropped } },
        format,
      ),
  });
  return {
    write: (entry) => file.write(entry.time, formatEntry(entry, format)),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}
