/** The door of what happened, kept: logs of events, and the executions that can be asked about. */

export { EventLog, type EventLogLimits, type LogEntry, type LostEntries } from "./event_log.ts";
export { EventReader, type Read } from "./event_reader.ts";
export { type KeepLimits, type Kept, KeptExecutions, type Page } from "./kept_executions.ts";
