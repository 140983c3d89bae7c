/** Entries as lines: JSON for machines, text for people. One entry is one line, whatever it holds. */

import type { LogEntry } from "./log.ts";

/** How entries are written. */
export type LogFormat = "json" | "text";

/** Longest line; the rest is cut and said to be. */
const MAX_LINE = 16_384;
/** Deepest chain of causes shown. */
const MAX_CAUSES = 5;

/** Longest message in a line that had to be cut. */
const MAX_CUT_MESSAGE = 1024;

/** What ends a line or steers a terminal: C0, C1, line separators, marks of text direction. */
const STEERING =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** One line without its line feed. Control characters are escaped, so no field can forge a line. */
export function formatEntry(entry: LogEntry, format: LogFormat): string {
  return format === "json" ? formatJson(entry) : formatText(entry);
}

function formatJson({ time, level, message, fields }: LogEntry): string {
  const head = { time: new Date(time).toISOString(), level, message };
  const shown = escape(JSON.stringify({ ...head, ...besideHead(plain(fields), head) }));
  if (shown.length <= MAX_LINE) return shown;
  const cut = { ...head, message: message.slice(0, MAX_CUT_MESSAGE), cut: shown.length };
  return escape(JSON.stringify(cut));
}

/** The fields under names of their own: none passes for the time, the level or the message, none is lost. */
function besideHead(fields: Record<string, unknown>, head: object): Record<string, unknown> {
  const named = Object.entries(fields).map(([name, value]) =>
    [Object.hasOwn(head, name) ? `field.${name}` : name, value] as const
  );
  return Object.fromEntries(named);
}

function formatText({ time, level, message, fields }: LogEntry): string {
  const pairs = Object.entries(plain(fields))
    .map(([name, value]) => `${inline(name)}=${inline(value)}`);
  const head = [new Date(time).toISOString(), level.toUpperCase().padEnd(5), message];
  const line = escape([...head, ...pairs].join(" "));
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE)}… (${line.length} characters)`;
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
  return text.replace(STEERING, (found) => {
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
