/**
 * The table of attacks in `docs/SECURITY.md`, made from the attack suite. Without `--write` it fails
 * when the document differs.
 *
 * deno run --allow-read --allow-write scripts/threat_table.ts [--write]
 */

import process from "node:process";
import { inMode, MODES, type ThreatEnd } from "../test/escape/threat.ts";
import { THREATS } from "../test/escape/threats.ts";

const DOCUMENT = new URL("../docs/SECURITY.md", import.meta.url);
const BEGIN = "<!-- attacks: made by scripts/threat_table.ts -->";
const END = "<!-- /attacks -->";

/** The document with the table as the suite has it. */
export function withTable(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end === -1) {
    throw new TypeError(`Cannot place the table: ${BEGIN} … ${END} is missing`);
  }
  return `${text.slice(0, begin)}${BEGIN}\n\n${table()}\n\n${text.slice(end)}`;
}

function verdictOf({ verdict, reason }: ThreatEnd): string {
  return reason === undefined ? verdict : `${verdict}: ${reason}`;
}

function table(): string {
  const rows = THREATS.map((threat) => [
    `\`${threat.id}\``,
    threat.vector,
    ...MODES.map((mode) => verdictOf(inMode(threat, mode))),
    `\`${threat.defence}\``,
  ]);
  const head = ["attack", "what it tries", ...MODES.map(({ name }) => name), "defence"];
  // Padded as the formatter pads, so that the two agree.
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

if (import.meta.main) {
  const text = Deno.readTextFileSync(DOCUMENT);
  const made = withTable(text);
  if (process.argv.includes("--write")) Deno.writeTextFileSync(DOCUMENT, made);
  else if (made !== text) {
    console.error(
      "docs/SECURITY.md differs from the suite: deno run -A scripts/threat_table.ts --write",
    );
    process.exitCode = 1;
  }
}
