/** Reads the audit log back: rotated files first, line by line, so that its size does not matter. */

import { createReadStream } from "node:fs";
import { dirname, join } from "node:path";
import { rotatedNames } from "../base/rotating_file.ts";

/** One entry as it was written. */
export type AuditLine = Readonly<Record<string, unknown>> & {
  readonly time: string;
  readonly type: string;
};

/** What to look for; what is absent matches everything. */
export interface AuditQuery {
  /** Milliseconds since the epoch, inclusive. */
  readonly since?: number;
  readonly until?: number;
  readonly principal?: string;
  readonly execution?: string;
  readonly type?: string;
  readonly outcome?: string;
  /** `tool` or `server.tool`. */
  readonly tool?: string;
}

/** Entries that match, oldest first; `onTorn` is told of each line that is no entry. */
export async function* readAudit(
  path: string,
  query: AuditQuery,
  onTorn: () => void,
): AsyncGenerator<AuditLine> {
  const rotated = await rotatedNames(path).catch(() => []);
  for (const file of [...rotated.map((name) => join(dirname(path), name)), path]) {
    for await (const text of linesOf(file)) {
      const line = parseLine(text);
      if (line === undefined) onTorn();
      else if (matches(line, query)) yield line;
    }
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file, "utf8");
  try {
    let rest = "";
    // Only a line feed ends a line: what else counts as one elsewhere may stand inside an entry.
    for await (const chunk of input as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      yield* lines.filter((line) => line !== "");
    }
    if (rest !== "") yield rest;
  } catch (error) {
    // A file that was just rotated away has been read under its new name.
    if ((error as { code?: unknown }).code !== "ENOENT") throw error;
  } finally {
    input.destroy();
  }
}

function parseLine(text: string): AuditLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    const isLine = typeof line === "object" && line !== null && "time" in line && "type" in line &&
      typeof line.time === "string" && typeof line.type === "string";
    return isLine ? line as AuditLine : undefined;
  } catch {
    return undefined;
  }
}

function matches(line: AuditLine, query: AuditQuery): boolean {
  const time = Date.parse(line.time);
  const { since = -Infinity, until = Infinity, tool } = query;
  const tools = [line["tool"], `${line["server"]}.${line["tool"]}`];
  return time >= since && time <= until &&
    (query.principal === undefined || line["principal"] === query.principal) &&
    (query.execution === undefined || line["executionId"] === query.execution) &&
    (query.type === undefined || line.type === query.type) &&
    (query.outcome === undefined ||
      (line["outcome"] ?? line["code"] ?? line["limit"]) === query.outcome) &&
    (tool === undefined || tools.includes(tool));
}
