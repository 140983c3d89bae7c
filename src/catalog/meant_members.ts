/** For whoever misspelt a member of a tool's input: the name that was probably meant, beside the faults. */

import { nearestName } from "../base/nearest.ts";
import type { JsonSchema } from "../contract/mod.ts";
import { type SchemaIssue, unwantedMember } from "./schema_validators.ts";

/** Members that are looked at, names they are compared with, and characters of either: all may be hostile. */
const MAX_MEMBERS = 3;
const MAX_NAMES = 100;
const MAX_LENGTH = 64;

/** The faults, and for members that the schema does not list the absent ones they are written like. */
export function withMeantMembers(
  issues: readonly SchemaIssue[],
  schema: JsonSchema,
  input: Readonly<Record<string, unknown>>,
): readonly SchemaIssue[] {
  const all = [...issues];
  const more: SchemaIssue[] = [];
  for (const [member, meant] of misspelt(schema, input)) {
    const hint = `(did you mean ${JSON.stringify(meant)}?)`;
    const unwanted = unwantedMember(member);
    const at = all.findIndex(({ path, message }) => path === "" && message === unwanted);
    if (at >= 0) all[at] = { path: "", message: `${unwanted} ${hint}` };
    else more.push({ path: "", message: `was given ${JSON.stringify(member)} ${hint}` });
  }
  return [...more, ...all];
}

function misspelt(
  schema: JsonSchema,
  input: Readonly<Record<string, unknown>>,
): readonly (readonly [string, string])[] {
  const properties = typeof schema === "object" ? schema["properties"] : undefined;
  if (typeof properties !== "object" || properties === null) return [];
  const absent = Object.keys(properties).slice(0, MAX_NAMES).filter((name) =>
    name.length <= MAX_LENGTH && !Object.hasOwn(input, name)
  );
  const unknown = Object.keys(input).filter((name) => !Object.hasOwn(properties, name));
  return unknown.slice(0, MAX_MEMBERS).flatMap((name) => {
    const near = name.length > MAX_LENGTH ? undefined : nearestName(name, absent);
    return near === undefined ? [] : [[name, near] as const];
  });
}
