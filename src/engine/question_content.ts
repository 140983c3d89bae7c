/** Whether the answer to a form is what the form asked for: a flat object of the asked primitives. */

import type { QuestionAnswer } from "../contract/mod.ts";

/** One fault of an answer. */
export interface ContentIssue {
  readonly path: string;
  readonly message: string;
}

type Content = NonNullable<QuestionAnswer["content"]>;
type Field = Readonly<Record<string, unknown>>;

/** Faults of `content`; none when it matches. The schema is a server's word and is read as far as it is known. */
export function contentIssues(schema: unknown, content: Content): readonly ContentIssue[] {
  const { properties, required } = asRecord(schema);
  const fields = asRecord(properties);
  const missing = (Array.isArray(required) ? required : [])
    .filter((name): name is string => typeof name === "string" && !Object.hasOwn(content, name))
    .map((name) => ({ path: name, message: "is required" }));
  const wrong = Object.entries(content).flatMap(([path, value]) => {
    const message = Object.hasOwn(fields, path)
      ? faultOf(asRecord(fields[path]), value)
      : "is not asked for";
    return message === undefined ? [] : [{ path, message }];
  });
  return [...missing, ...wrong];
}

function faultOf(field: Field, value: Content[string]): string | undefined {
  const type = typeOf(value);
  const isAsked = field["type"] === type || (field["type"] === "number" && type === "integer");
  if (typeof field["type"] === "string" && !isAsked) return `must be of type ${field["type"]}`;
  if (typeof value === "string") return faultOfText(field, value);
  if (typeof value === "number") return faultOfNumber(field, value);
  return Array.isArray(value) ? faultOfList(field, value) : undefined;
}

function faultOfText(field: Field, value: string): string | undefined {
  const choices = choicesOf(field);
  if (choices !== undefined && !choices.includes(value)) return oneOf(choices);
  return outside(field, "Length", [...value].length, "characters") ?? faultOfFormat(field, value);
}

function faultOfFormat({ format }: Field, value: string): string | undefined {
  if (format === "email" && !/^[^\s@]{1,64}@[^\s@]{1,255}$/.test(value)) return "must be an email";
  if (format === "uri" && !URL.canParse(value)) return "must be a URI";
  const isDate = /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
  if (format === "date" && !isDate) return "must be a date such as 2026-01-31";
  const isTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value));
  if (format === "date-time" && !isTime) return "must be a time such as 2026-01-31T12:00:00Z";
  return undefined;
}

function faultOfNumber(field: Field, value: number): string | undefined {
  const { minimum, maximum } = field;
  if (typeof minimum === "number" && value < minimum) return `must be at least ${minimum}`;
  if (typeof maximum === "number" && value > maximum) return `must be at most ${maximum}`;
  return undefined;
}

function faultOfList(field: Field, values: readonly string[]): string | undefined {
  const choices = choicesOf(asRecord(field["items"]));
  if (choices !== undefined && !values.every((value) => choices.includes(value))) {
    return `may hold only ${choices.join(", ")}`.slice(0, 200);
  }
  return outside(field, "Items", values.length, "values");
}

function outside(
  field: Field,
  what: "Length" | "Items",
  count: number,
  unit: string,
): string | undefined {
  const least = field[`min${what}`];
  const most = field[`max${what}`];
  if (typeof least === "number" && count < least) return `must have at least ${least} ${unit}`;
  if (typeof most === "number" && count > most) return `must have at most ${most} ${unit}`;
  return undefined;
}

/** The texts that may be chosen, in either way of listing them. */
function choicesOf(field: Field): readonly string[] | undefined {
  if (Array.isArray(field["enum"])) return field["enum"].filter((one) => typeof one === "string");
  const listed = field["oneOf"] ?? field["anyOf"];
  if (!Array.isArray(listed)) return undefined;
  const values = listed.map((one) => asRecord(one)["const"]);
  return values.filter((value) => typeof value === "string");
}

function oneOf(choices: readonly string[]): string {
  return `must be one of ${choices.join(", ")}`.slice(0, 200);
}

function typeOf(value: Content[string]): string {
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function asRecord(value: unknown): Field {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Field : {};
}
