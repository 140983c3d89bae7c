/** What an operation answers: the schema of its JSON, and which statuses have it. */

import type { ApiDocument } from "./api_document.ts";
import { entriesOf, isObject } from "./api_document.ts";
import type { JsonSchema } from "../contract/mod.ts";
import { type OpenSchema, plainSchema, type SchemaConverter } from "./schema_converter.ts";

/** The schema of successful answers. */
export interface ReadResponses {
  readonly outputSchema?: JsonSchema;
  /** Statuses whose answers it describes. */
  readonly describedStatuses: ReadonlySet<string>;
}

/** Characters of schemas that are compared by their text. */
const MAX_COMPARED_SIZE = 4_096;

const SUCCESS = /^2(?:\d\d|XX)$/i;

/**
 * One schema for all successful answers that are JSON; `null` is among them where one has no body.
 * Without such a schema, or with an answer that is something else, nothing is said.
 */
export function readResponses(
  document: ApiDocument,
  responses: unknown,
  converter: SchemaConverter,
): ReadResponses {
  const successes = entriesOf(responses).filter(([status]) => SUCCESS.test(status))
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([status, response]) => [status, mediaOf(document, response)] as const);
  const schemas: OpenSchema[] = [];
  const statuses = new Set<string>();
  for (const [status, { json, isEmpty }] of successes) {
    if (json !== undefined) schemas.push(converter.convert(json));
    else if (isEmpty) schemas.push(plainSchema(NOTHING));
    else return { describedStatuses: new Set() };
    statuses.add(status.toUpperCase());
  }
  const outputSchema = schemas.every(({ schema }) => schema === NOTHING)
    ? undefined
    : converter.complete(eitherOf(schemas));
  return outputSchema === undefined || outputSchema === true
    ? { describedStatuses: new Set() }
    : { outputSchema, describedStatuses: statuses };
}

const NOTHING: JsonSchema = Object.freeze({ type: "null" });

function mediaOf(
  document: ApiDocument,
  given: unknown,
): { readonly json: unknown; readonly isEmpty: boolean } {
  const response = document.follow(given);
  const content = entriesOf(isObject(response) ? response["content"] : undefined);
  const json = content.find(([type]) => /^application\/(?:[\w.+-]+\+)?json\b/i.test(type));
  const schema = json !== undefined && isObject(json[1]) ? json[1]["schema"] ?? true : undefined;
  return { json: schema, isEmpty: content.length === 0 };
}

function eitherOf(schemas: readonly OpenSchema[]): OpenSchema {
  const [first] = schemas;
  if (schemas.length === 1 && first) return first;
  const distinct = [...new Map(schemas.map((one) => [identityOf(one), one])).values()];
  const [only] = distinct;
  if (distinct.length === 1 && only) return only;
  return {
    schema: { anyOf: distinct.map(({ schema }) => schema) },
    uses: new Set(distinct.flatMap(({ uses }) => [...uses])),
    size: distinct.reduce((sum, one) => sum + one.size, 0),
  };
}

/** What is said twice is said once; two long ones are not compared, and one object is itself. */
function identityOf({ schema, size }: OpenSchema): unknown {
  return size <= MAX_COMPARED_SIZE ? JSON.stringify(schema) : schema;
}
