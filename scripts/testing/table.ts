/** Prints what a test run came to: a table of groups, and the one line that tools read. Pure. */

import type { Counts } from "./junit.ts";

/** One line of the table. */
export interface Row {
  readonly group: string;
  readonly counts: Counts;
  readonly durationMs: number;
}

/** The table of groups, one line each, columns aligned. */
export function printTable(rows: readonly Row[]): string {
  const head = ["group", "passed", "failed", "skipped", "seconds"];
  const lines = rows.map(({ group, counts, durationMs }) => [
    group,
    String(counts.passed),
    String(counts.failed),
    String(counts.skipped),
    (durationMs / 1000).toFixed(1),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0))
  );
  return [head, ...lines].map((line) => printLine(line, widths)).join("\n");
}

function printLine(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, column) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  ).join("  ");
}

/** The last line of a run: `12 passed, 0 failed`, with `, 3 skipped` only when there are some. */
export function printVerdict(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}
