/**
 * Structured logs: a level, a message that never varies, and fields that do. Sinks decide where
 * entries go; formatting and file rotation live in `log_format.ts` and `log_file.ts`.
 */

/** Levels in rising order of weight. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Fields of an entry; values are JSON or objects that know how to become JSON. In lines of JSON a field
 * named `time`, `level` or `message` stands as `field.…`.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/** One entry. `time` is milliseconds since the Unix epoch. */
export interface LogEntry {
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Takes entries somewhere. `write` must not throw and must not block. */
export interface LogSink extends AsyncDisposable {
  write(entry: LogEntry): void;
}

/** What the rest of the house logs through. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each of its entries. */
  child(fields: LogFields): Logger;
}

/** A logger that drops entries below `level` and gives the rest to every sink. */
export function createLogger(
  sinks: readonly Pick<LogSink, "write">[],
  level: LogLevel = "info",
  bound: LogFields = {},
): Logger {
  const threshold = LOG_LEVELS.indexOf(level);
  const emit = (entryLevel: LogLevel, message: string, fields: LogFields = {}) => {
    if (LOG_LEVELS.indexOf(entryLevel) < threshold) return;
    const entry = { time: Date.now(), level: entryLevel, message, fields: { ...bound, ...fields } };
    for (const sink of sinks) sink.write(entry);
  };
  return {
    debug: (message, fields) => emit("debug", message, fields),
    info: (message, fields) => emit("info", message, fields),
    warn: (message, fields) => emit("warn", message, fields),
    error: (message, fields) => emit("error", message, fields),
    child: (fields) => createLogger(sinks, level, { ...bound, ...fields }),
  };
}

/** A logger that drops everything. */
export const silentLogger: Logger = createLogger([]);
