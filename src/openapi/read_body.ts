/** The body of a request: the one content type it is sent with, and the schema of its value. */

import type { JsonSchema } from "../contract/mod.ts";
import { type ApiDocument, DocumentFault, entriesOf, isObject, textOf } from "./api_document.ts";
import type { JsonObject } from "./api_document.ts";
import type { BodyKind, RequestBody } from "./operation.ts";
import { type OpenSchema, plainSchema, type SchemaConverter } from "./schema_converter.ts";

/** The member of the input that is the body. */
export const BODY_KEY = "body";

/** Best first: what a program can write most exactly. */
const KINDS: readonly (readonly [BodyKind, RegExp])[] = Object.freeze([
  ["json", /^application\/(?:[\w.+-]+\+)?json\b/i],
  ["form", /^application\/x-www-form-urlencoded\b/i],
  ["multipart", /^multipart\/form-data\b/i],
  ["text", /^(?:text\/|application\/(?:[\w.+-]+\+)?(?:xml|yaml)\b)/i],
  ["binary", /./],
]);

/** Characters of a content type that is sent as it is. */
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,128}(?:;\s*[\w-]+=[\w!#$&^.+"/-]+)*$/;

/** A body and the schema of its value. */
export interface ReadBody {
  readonly body: RequestBody;
  readonly schema: OpenSchema;
  readonly description: string;
}

/** The body, or nothing where there is none. Throws a `DocumentFault`. */
export function readBody(
  document: ApiDocument,
  given: unknown,
  converter: SchemaConverter,
): ReadBody | undefined {
  if (given === undefined) return undefined;
  const { content, required, description } = document.object(given, "the body");
  const chosen = choose(entriesOf(content));
  if (chosen === undefined) return undefined;
  const [kind, contentType, media] = chosen;
  const schema = isObject(media) ? media["schema"] ?? true : true;
  return {
    body: Object.freeze({
      key: BODY_KEY,
      kind,
      contentType,
      required: required === true,
      files: kind === "multipart" ? filesOf(document, schema, media) : new Map<string, string>(),
    }),
    schema: schemaFor(kind, schema, converter),
    description: textOf(description),
  };
}

function choose(
  content: readonly (readonly [string, unknown])[],
): readonly [BodyKind, string, unknown] | undefined {
  for (const [kind, pattern] of KINDS) {
    const found = content.find(([type]) => pattern.test(type));
    if (found === undefined) continue;
    const type = found[0].includes("*") ? OF_ANY[kind] : found[0].trim();
    if (!MEDIA_TYPE.test(type)) throw new DocumentFault("a content type cannot be sent");
    return [kind, type, found[1]];
  }
  return undefined;
}

/** What is sent where any type will do. */
const OF_ANY: Readonly<Record<BodyKind, string>> = Object.freeze({
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
  text: "text/plain",
  binary: "application/octet-stream",
});

const BASE64: JsonSchema = Object.freeze({
  type: "string",
  contentEncoding: "base64",
  description: "Bytes as base64",
});

function schemaFor(kind: BodyKind, schema: unknown, converter: SchemaConverter): OpenSchema {
  if (kind === "binary") return plainSchema(BASE64);
  const converted = converter.convert(schema);
  if (converted.schema !== true) return converted;
  const usual = kind === "text" ? "string" : kind === "json" ? undefined : "object";
  return usual === undefined ? converted : plainSchema({ type: usual });
}

/** Parts whose schema or encoding says that they are bytes. */
function filesOf(
  document: ApiDocument,
  schema: unknown,
  media: unknown,
): ReadonlyMap<string, string> {
  const encodings = isObject(media) ? media["encoding"] : undefined;
  const files = new Map<string, string>();
  const object = document.follow(schema);
  for (const [name, inner] of entriesOf(isObject(object) ? object["properties"] : undefined)) {
    const type = encodingOf(encodings, name);
    const part = document.follow(inner);
    const item = isObject(part) && part["type"] === "array" ? document.follow(part["items"]) : part;
    if (isObject(item) && isBytes(item)) files.set(name, type ?? "application/octet-stream");
  }
  return files;
}

function isBytes(schema: JsonObject): boolean {
  const { format, contentMediaType, contentEncoding } = schema;
  return format === "binary" || format === "byte" || typeof contentEncoding === "string" ||
    (typeof contentMediaType === "string" && !/^text\/|json\b/i.test(contentMediaType));
}

function encodingOf(encodings: unknown, name: string): string | undefined {
  if (!isObject(encodings) || !Object.hasOwn(encodings, name)) return undefined;
  const encoding = encodings[name];
  const type = isObject(encoding) ? encoding["contentType"] : undefined;
  return typeof type === "string" && MEDIA_TYPE.test(type) ? type : undefined;
}
