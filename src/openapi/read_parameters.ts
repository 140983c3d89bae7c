/** The parameters of an operation, its path's and its own, under distinct names for the input. */

import type { ApiDocument, JsonObject } from "./api_document.ts";
import { DocumentFault, entriesOf, isObject, itemsOf, textOf } from "./api_document.ts";
import type { Parameter, ParameterPlace, ParameterStyle } from "./operation.ts";

/** Parameters of one operation. */
const MAX_PARAMETERS = 128;

/** Headers a document has no say in, and those the host sets itself. */
const IGNORED_HEADERS = new Set(["accept", "content-type", "authorization"]);

/**
 * Headers that belong to the connection or name the host.
 * SAFETY: a `host` of its own would reach another site at the same address (test/integration/openapi).
 */
const REFUSED_HEADERS = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "cookie",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
const COOKIE_NAME = HEADER_NAME;

const STYLES: Readonly<Record<ParameterPlace, readonly ParameterStyle[]>> = Object.freeze({
  path: ["simple", "label", "matrix"],
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject"],
  header: ["simple"],
  cookie: ["form"],
});

/** A parameter and what the document says of its value. */
export interface ReadParameter {
  readonly parameter: Parameter;
  readonly schema: unknown;
  readonly description: string;
}

/**
 * All parameters; one of the operation replaces the path's of the same name and place. `hostSets`
 * names those that the host gives itself. Throws a `DocumentFault` for what cannot be sent.
 */
export function readParameters(
  document: ApiDocument,
  lists: readonly unknown[],
  hostSets: (place: ParameterPlace, name: string) => boolean,
): readonly ReadParameter[] {
  const found = new Map<string, JsonObject>();
  const items = lists.flatMap(itemsOf);
  if (items.length > 2 * MAX_PARAMETERS) throw tooMany();
  for (const item of items) {
    const given = document.object(item, "a parameter");
    found.set(`${textOf(given["in"])} ${textOf(given["name"])}`, given);
  }
  if (found.size > MAX_PARAMETERS) throw tooMany();
  const keys = new Set(["body"]);
  return [...found.values()].flatMap((given) => {
    const place = placeOf(given);
    const name = textOf(given["name"]);
    if (isIgnored(place, name) || hostSets(place, name)) return [];
    return [readParameter(given, place, keyFor(name, place, keys))];
  });
}

function tooMany(): DocumentFault {
  return new DocumentFault(`it has more than ${MAX_PARAMETERS} parameters`);
}

function placeOf(given: JsonObject): ParameterPlace {
  const place = given["in"];
  const name = textOf(given["name"]);
  if (!isPlace(place) || name === "") throw new DocumentFault("a parameter has no name or place");
  if (place === "header" && (!HEADER_NAME.test(name) || isRefused(name))) {
    throw new DocumentFault(`the header "${name.slice(0, 80)}" cannot be a parameter`);
  }
  if (place === "cookie" && !COOKIE_NAME.test(name)) {
    throw new DocumentFault("a cookie's name has characters that none may have");
  }
  return place;
}

function isPlace(place: unknown): place is ParameterPlace {
  return typeof place === "string" && Object.hasOwn(STYLES, place);
}

function isIgnored(place: ParameterPlace, name: string): boolean {
  return place === "header" && IGNORED_HEADERS.has(name.toLowerCase());
}

function isRefused(name: string): boolean {
  const lower = name.toLowerCase();
  return REFUSED_HEADERS.has(lower) || lower.startsWith("proxy-");
}

function keyFor(name: string, place: ParameterPlace, keys: Set<string>): string {
  let key = name;
  if (keys.has(key) || key === "__proto__") key = `${place}_${name}`;
  for (let count = 2; keys.has(key); count += 1) key = `${place}_${name}_${count}`;
  keys.add(key);
  return key;
}

function readParameter(given: JsonObject, place: ParameterPlace, key: string): ReadParameter {
  const [content] = entriesOf(given["content"]);
  const style = styleOf(given["style"], place);
  return {
    parameter: Object.freeze({
      key,
      name: textOf(given["name"]),
      in: place,
      required: place === "path" || given["required"] === true,
      style,
      explode: typeof given["explode"] === "boolean" ? given["explode"] : style === "form",
      allowReserved: given["allowReserved"] === true,
      isJson: content !== undefined && /[/+]json\b/i.test(content[0]),
    }),
    schema: content === undefined ? given["schema"] ?? true : schemaOf(content[1]),
    description: textOf(given["description"]),
  };
}

function schemaOf(media: unknown): unknown {
  return isObject(media) ? media["schema"] ?? true : true;
}

function styleOf(style: unknown, place: ParameterPlace): ParameterStyle {
  const fitting = STYLES[place];
  return fitting.find((one) => one === style) ?? fitting[0]!;
}
