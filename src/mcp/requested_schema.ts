/**
 * Reads the form of a question: a flat object of strings, numbers, booleans and choices, made anew of
 * the keywords the protocol has for it. What a server adds to that is left out; what it cannot have is
 * refused. Pure.
 */

/** The schema of a form as JSON Schema, or why there is none. */
export type RequestedSchema =
  | { readonly schema: Readonly<Record<string, unknown>> }
  | { readonly refused: string };

/** Fields of one form. */
export const MAX_FIELDS = 64;

/** Choices of one field. */
export const MAX_CHOICES = 256;

/** Characters of one text in a form: names, titles, descriptions, choices. */
export const MAX_FIELD_TEXT = 1024;

const FORMATS = ["email", "uri", "date", "date-time"];
const COUNTS = ["minLength", "maxLength", "minItems", "maxItems"];
const BOUNDS = ["minimum", "maximum"];

/** Judges the `requestedSchema` of a question. */
export function readRequestedSchema(raw: unknown): RequestedSchema {
  if (!isRecord(raw) || raw["type"] !== "object" || !isRecord(raw["properties"])) {
    return { refused: "its form is not the schema of an object" };
  }
  const names = Object.keys(raw["properties"]);
  if (names.length > MAX_FIELDS) {
    return { refused: `its form has ${names.length} fields, more than ${MAX_FIELDS}` };
  }
  const fields: [string, Readonly<Record<string, unknown>>][] = [];
  for (const name of names) {
    if (!isName(name)) return { refused: "a field of its form has a name that is not allowed" };
    const field = readField(raw["properties"][name]);
    if (!field) {
      const shown = JSON.stringify(name.slice(0, 64));
      return { refused: `its field ${shown} is no text, number, boolean or choice` };
    }
    fields.push([name, field]);
  }
  const required = Array.isArray(raw["required"])
    ? names.filter((name) => (raw["required"] as unknown[]).includes(name))
    : [];
  return {
    schema: Object.freeze({ type: "object", properties: Object.fromEntries(fields), required }),
  };
}

function readField(raw: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isRecord(raw)) return undefined;
  const field = typed(raw);
  if (!field) return undefined;
  for (const keyword of ["title", "description"]) {
    if (isText(raw[keyword])) field[keyword] = raw[keyword];
  }
  return Object.freeze(field);
}

/** The keywords of the field's type; nothing for a type that a form cannot have. */
function typed(raw: Record<string, unknown>): Record<string, unknown> | undefined {
  switch (raw["type"]) {
    case "boolean":
      return withDefault({ type: "boolean" }, raw, (value) => typeof value === "boolean");
    case "number":
    case "integer":
      return withDefault({ type: raw["type"], ...numbers(raw, BOUNDS) }, raw, Number.isFinite);
    case "string":
      return textField(raw);
    case "array":
      return listField(raw);
    default:
      return undefined;
  }
}

function textField(raw: Record<string, unknown>): Record<string, unknown> | undefined {
  const choices = readChoices(raw, "oneOf");
  if (!choices) return undefined;
  const { format } = raw;
  const field = {
    type: "string",
    ...choices,
    ...numbers(raw, COUNTS.slice(0, 2)),
    ...(typeof format === "string" && FORMATS.includes(format) ? { format } : {}),
  };
  return withDefault(field, raw, isText);
}

function listField(raw: Record<string, unknown>): Record<string, unknown> | undefined {
  if (!isRecord(raw["items"])) return undefined;
  const choices = readChoices(raw["items"], "anyOf");
  if (!choices || Object.keys(choices).length === 0) return undefined;
  const items = "enum" in choices ? { type: "string", ...choices } : choices;
  const field = { type: "array", items, ...numbers(raw, COUNTS.slice(2)) };
  return withDefault(field, raw, isTextList);
}

/** `enum`, with `enumNames` of older servers, or titled constants; nothing when they are malformed. */
function readChoices(
  raw: Record<string, unknown>,
  titledBy: "oneOf" | "anyOf",
): Record<string, unknown> | undefined {
  const titled = raw[titledBy];
  if (titled !== undefined) {
    if (!Array.isArray(titled) || titled.length === 0 || titled.length > MAX_CHOICES) {
      return undefined;
    }
    const choices = titled.map(readConstant);
    return choices.includes(undefined) ? undefined : { [titledBy]: choices };
  }
  if (raw["enum"] === undefined) return {};
  if (!isTextList(raw["enum"]) || raw["enum"].length === 0) return undefined;
  const names = raw["enumNames"];
  return {
    enum: [...raw["enum"]],
    ...(isTextList(names) && names.length === raw["enum"].length ? { enumNames: [...names] } : {}),
  };
}

function readConstant(raw: unknown): Record<string, string> | undefined {
  if (!isRecord(raw) || !isText(raw["const"])) return undefined;
  return { const: raw["const"], ...(isText(raw["title"]) ? { title: raw["title"] } : {}) };
}

function numbers(raw: Record<string, unknown>, keywords: readonly string[]) {
  return Object.fromEntries(
    keywords.filter((keyword) => Number.isFinite(raw[keyword])).map((keyword) => [
      keyword,
      raw[keyword],
    ]),
  );
}

function withDefault(
  field: Record<string, unknown>,
  raw: Record<string, unknown>,
  fits: (value: unknown) => boolean,
): Record<string, unknown> {
  return fits(raw["default"]) ? { ...field, default: raw["default"] } : field;
}

function isName(name: string): boolean {
  return name.length > 0 && name.length <= 128 && name !== "__proto__" && name.isWellFormed();
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_FIELD_TEXT && value.isWellFormed();
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= MAX_CHOICES && value.every(isText);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
