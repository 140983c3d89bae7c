/** `codemode audit`: who did what, as the audit log has it. */

import { type AuditLine, type AuditQuery, readAudit } from "../audit/mod.ts";
import { CodemodeError } from "../base/errors.ts";
import { nearestName } from "../base/nearest.ts";
import { printableJson } from "../base/printable.ts";
import { parseDuration } from "../config/mod.ts";
import { AuditEntrySchema } from "../contract/mod.ts";
import { type Command, type Invocation, text, whole } from "./command.ts";
import { configOf } from "./with_app.ts";

/** Entries shown when it is not said how many. */
const LIMIT = 50;

/** Types of entries; `dropped` is the log's own. */
const AUDIT_TYPES: readonly string[] = Object.freeze([
  ...AuditEntrySchema.options.map(({ shape }) => shape.type.value),
  "dropped",
]);

/** Fields that every entry has or that stand elsewhere in its line. */
const NOT_DETAILS: ReadonlySet<string> = new Set(["time", "type", "principal", "executionId"]);

/** The verb. */
export const audit: Command = {
  name: "audit",
  summary: "Show what the audit log has",
  usage:
    "[--since 1h] [--until TIME] [--principal ID] [--execution ID] [--type T] [--outcome CODE] " +
    "[--tool NAME] [--limit N] [--json]",
  flags: {
    since: { type: "string" },
    until: { type: "string" },
    principal: { type: "string" },
    execution: { type: "string" },
    type: { type: "string" },
    outcome: { type: "string" },
    tool: { type: "string" },
    limit: { type: "string" },
  },
  help: [
    "--since, --until  an age such as 1h, or a time such as 2026-01-31T12:00:00Z",
    "--type            such as execution.ended, call.ended, access.decided, request.refused",
    "--outcome         OK or an error code, of executions, refusals and limits",
    "--tool            tool or server.tool",
    `--limit           newest entries shown (default ${LIMIT})`,
  ],
  async run(invocation) {
    const { audit } = await configOf(invocation);
    if (audit === undefined) {
      throw new CodemodeError("INVALID_REQUEST", "The configuration has no audit log (audit.path)");
    }
    const limit = whole(invocation, "limit") ?? LIMIT;
    let torn = 0;
    const newest: AuditLine[] = [];
    for await (const line of readAudit(audit.path, queryOf(invocation), () => torn++)) {
      newest.push(line);
      if (newest.length > limit) newest.shift();
    }
    show(newest, invocation);
    if (torn > 0) invocation.output.note(`${torn} lines could not be read`);
    return 0;
  },
};

function queryOf(invocation: Invocation): AuditQuery {
  const since = timeOf(invocation, "since");
  const until = timeOf(invocation, "until");
  const names = ["principal", "execution", "type", "outcome", "tool"] as const;
  const given = names.map((name) => [name, text(invocation, name)] as const)
    .filter(([, value]) => value !== undefined);
  assertType(text(invocation, "type"));
  return {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...Object.fromEntries(given),
  };
}

/** A misspelt type would find nothing, which reads as if nothing had happened. */
function assertType(type: string | undefined): void {
  if (type === undefined || AUDIT_TYPES.includes(type)) return;
  const near = nearestName(type, AUDIT_TYPES);
  const hint = near === undefined ? `one of ${AUDIT_TYPES.join(", ")}` : `did you mean "${near}"?`;
  throw new CodemodeError("INVALID_REQUEST", `--type is "${type}", which no entry has; ${hint}`);
}

function timeOf(invocation: Invocation, flag: string): number | undefined {
  const given = text(invocation, flag);
  if (given === undefined) return undefined;
  const age = parseDuration(given);
  const time = age === undefined ? Date.parse(given) : Date.now() - age;
  if (!Number.isNaN(time)) return time;
  const expected = "neither an age such as 1h nor a time such as 2026-01-31T12:00:00Z";
  throw new CodemodeError("INVALID_REQUEST", `--${flag} is "${given}", ${expected}`);
}

function show(lines: readonly AuditLine[], { output, values }: Invocation): void {
  if (values["json"]) {
    return lines.forEach((line) => output.print(printableJson(JSON.stringify(line))));
  }
  for (const line of lines) {
    const details = Object.entries(line).filter(([name]) => !NOT_DETAILS.has(name))
      .map(([name, value]) => `${name}=${printValue(value)}`);
    const who = [line["principal"], line["executionId"]].filter((one) => one !== undefined)
      .map(printValue);
    output.print(
      [printValue(line.time), printValue(line.type).padEnd(18), ...who, ...details].join("  "),
    );
  }
}

/** What was written may come from anybody, so anything but plain words is quoted. */
function printValue(value: unknown): string {
  return typeof value === "string" && /^[\w.:/@*+-]+$/.test(value)
    ? value
    : printableJson(JSON.stringify(value));
}
