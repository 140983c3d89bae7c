/** Entries as lines: JSON for machines, text for people. One entry is one line, whatever it holds. */

import type { LogEntry } from "./log.ts";

/** How entries are written. */
export type LogFormat = "json" | "text";

/** Longest line; the rest is cut and said to be. */
const MAX_LINE = 16_384;
/** Deepest chain of causes shown. */
const MAX_CAUSES = 5;

/** One line without its line feed. Control characters are escaped, so no field can forge a line. */
export function formatEntry(entry: LogEntry, format: LogFormat): string {
  const line = format === "json" ? formatJson(entry) : formatText(entry);
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE)}… (${line.length} characters)`;
}

function formatJson({ time, level, message, fields }: LogEntry): string {
  const shown = JSON.stringify({
    time: new Date(time).toISOString(),
    level,
    message,
    ...plain(fields),
  });
  if (shown.length <= MAX_LINE) return shown;
  return JSON.stringify({ time: new Date(time).toISOString(), level, message, cut: shown.length });
}

function formatText({ time, level, message, fields }: LogEntry): string {
  const pairs = Object.entries(plain(fields)).map(([name, value]) => `${name}=${inline(value)}`);
  return [new Date(time).toISOString(), level.toUpperCase().padEnd(5), escape(message), ...pairs]
    .join(" ");
}

function plain(fields: LogEntry["fields"]): Record<string, unknown> {
  try {
    return JSON.parse(JSON.stringify(fields, replaceErrors));
  } catch {
    return { fields: "(not serialisable)" };
  }
}

function replaceErrors(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Error ? describeError(value, 0) : value;
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code: unknown = Reflect.get(error, "code");
  return {
    name,
    message,
    ...(typeof code === "string" ? { code } : {}),
    ...(depth === 0 && stack !== undefined ? { stack } : {}),
    ...(cause instanceof Error && depth < MAX_CAUSES
      ? { cause: describeError(cause, depth + 1) }
      : {}),
  };
}

function inline(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "undefined";
  return /^[\w.:/@-]+$/.test(text) ? text : JSON.stringify(text);
}

function escape(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
