/**
 * Whether an answer is one to its question. Doors ask before they take an answer, the connection asks
 * again before it sends one. Pure.
 */

import type { Question, QuestionAnswer } from "./question.ts";

/** The answer as it is sent, with the form's own defaults in place of what was left out, or what is wrong with it. */
export type AnswerVerdict = { readonly answer: QuestionAnswer } | { readonly issue: string };

type Field = Readonly<Record<string, unknown>>;

/** Judges an answer by the form of its question. */
export function checkAnswer(
  question: Pick<Question, "mode" | "requestedSchema">,
  { action, content }: QuestionAnswer,
): AnswerVerdict {
  if (action !== "accept" || question.mode === "url") return { answer: Object.freeze({ action }) };
  const { properties, required } = formOf(question.requestedSchema);
  const filled: [string, NonNullable<QuestionAnswer["content"]>[string]][] = [];
  for (const [name, field] of Object.entries(properties)) {
    const value = content && Object.hasOwn(content, name) ? content[name] : field["default"];
    if (value === undefined) {
      if (required.includes(name)) return { issue: `"${name}" is missing` };
      continue;
    }
    const issue = issueOf(field, value);
    if (issue !== undefined) return { issue: `"${name}" ${issue}` };
    filled.push([name, value as (typeof filled)[number][1]]);
  }
  const unknown = Object.keys(content ?? {}).find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined) return { issue: `the form has no "${unknown.slice(0, 64)}"` };
  return { answer: Object.freeze({ action, content: Object.fromEntries(filled) }) };
}

function formOf(schema: Question["requestedSchema"]): {
  readonly properties: Readonly<Record<string, Field>>;
  readonly required: readonly string[];
} {
  const { properties = {}, required = [] } = schema ?? {};
  return {
    properties: properties as Readonly<Record<string, Field>>,
    required: required as readonly string[],
  };
}

function issueOf(field: Field, value: unknown): string | undefined {
  switch (field["type"]) {
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "integer":
      return Number.isInteger(value) ? numberIssue(field, Number(value)) : "must be a whole number";
    case "number":
      return Number.isFinite(value) ? numberIssue(field, Number(value)) : "must be a number";
    case "array":
      return listIssue(field, value);
    default:
      return typeof value === "string" ? textIssue(field, value) : "must be a string";
  }
}

function numberIssue({ minimum, maximum }: Field, value: number): string | undefined {
  if (typeof minimum === "number" && value < minimum) return `must be at least ${minimum}`;
  if (typeof maximum === "number" && value > maximum) return `must be at most ${maximum}`;
  return undefined;
}

function textIssue(field: Field, value: string): string | undefined {
  const { minLength, maxLength } = field;
  const length = [...value].length;
  if (typeof minLength === "number" && length < minLength) {
    return `must have at least ${minLength} characters`;
  }
  if (typeof maxLength === "number" && length > maxLength) {
    return `must have at most ${maxLength} characters`;
  }
  return choiceIssue(field, value);
}

function listIssue({ items, minItems, maxItems }: Field, value: unknown): string | undefined {
  if (!Array.isArray(value)) return "must be a list of choices";
  if (typeof minItems === "number" && value.length < minItems) {
    return `must have at least ${minItems} choices`;
  }
  if (typeof maxItems === "number" && value.length > maxItems) {
    return `must have at most ${maxItems} choices`;
  }
  return value.map((choice) => choiceIssue(items as Field, choice)).find((issue) => issue);
}

function choiceIssue(field: Field, value: unknown): string | undefined {
  const titled = field["oneOf"] ?? field["anyOf"];
  const choices = Array.isArray(titled)
    ? titled.map((choice: Field) => choice["const"])
    : field["enum"];
  if (!Array.isArray(choices) || choices.includes(value)) return undefined;
  return "must be one of the choices";
}
