/** Values of parameters as they are written, by style and explode (RFC 6570 as OpenAPI uses it). Pure. */

import type { Parameter } from "./operation.ts";

/** A name and a value, both percent-encoded. */
export type Pair = readonly [name: string, value: string];

/** A value of a query or a cookie as pairs; nothing for an empty list. */
export function toPairs(parameter: Parameter, value: unknown): readonly Pair[] {
  const { name, style, explode, isJson } = parameter;
  const encode = parameter.allowReserved ? encodeReserved : encodeURIComponent;
  const key = encodeURIComponent(name);
  if (isJson) return [[key, encode(JSON.stringify(value))]];
  if (Array.isArray(value)) {
    if (style === "deepObject" || (explode && style === "form")) {
      return value.map((item): Pair => [key, encode(scalarText(item))]);
    }
    const joined = value.map((item) => encode(scalarText(item))).join(SEPARATORS[style] ?? ",");
    return value.length === 0 ? [] : [[key, joined]];
  }
  if (!isRecord(value)) return [[key, encode(scalarText(value))]];
  if (style === "deepObject") return deepPairs(name, value, encode);
  const entries = Object.entries(value);
  if (explode && style === "form") {
    return entries.map(([member, inner]): Pair => [
      encodeURIComponent(member),
      encode(scalarText(inner)),
    ]);
  }
  const separator = SEPARATORS[style] ?? ",";
  const texts = entries.flatMap(([member, inner]) => [
    encodeURIComponent(member),
    encode(scalarText(inner)),
  ]);
  return entries.length === 0 ? [] : [[key, texts.join(separator)]];
}

/** A value of a path as text, percent-encoded, with what the style puts in front. */
export function toPathText(parameter: Parameter, value: unknown): string {
  const { name, style, explode } = parameter;
  const key = encodeURIComponent(name);
  if (parameter.isJson) return encodeURIComponent(JSON.stringify(value));
  if (style === "matrix") return matrixText(key, value, explode);
  const separator = style === "label" && explode ? "." : ",";
  const text = listText(value, explode, separator, encodeURIComponent);
  return style === "label" ? `.${text}` : text;
}

/** A value of a header as text; lists by commas. */
export function toHeaderText(parameter: Parameter, value: unknown): string {
  if (parameter.isJson) return JSON.stringify(value);
  return listText(value, parameter.explode, ",", (text) => text);
}

const SEPARATORS: Readonly<Partial<Record<Parameter["style"], string>>> = Object.freeze({
  form: ",",
  spaceDelimited: "%20",
  pipeDelimited: "%7C",
});

function listText(
  value: unknown,
  explode: boolean,
  separator: string,
  encode: (text: string) => string,
): string {
  if (Array.isArray(value)) return value.map((item) => encode(scalarText(item))).join(separator);
  if (!isRecord(value)) return encode(scalarText(value));
  const entries = Object.entries(value)
    .map(([name, inner]) => [encode(name), encode(scalarText(inner))] as const);
  return entries.map(([name, inner]) => explode ? `${name}=${inner}` : `${name},${inner}`)
    .join(separator);
}

function matrixText(key: string, value: unknown, explode: boolean): string {
  const encode = encodeURIComponent;
  if (Array.isArray(value) && explode) {
    return value.map((item) => `;${key}=${encode(scalarText(item))}`).join("");
  }
  if (isRecord(value) && explode) {
    return Object.entries(value)
      .map(([name, inner]) => `;${encode(name)}=${encode(scalarText(inner))}`).join("");
  }
  return `;${key}=${listText(value, false, ",", encode)}`;
}

function deepPairs(
  name: string,
  value: Readonly<Record<string, unknown>>,
  encode: (text: string) => string,
): readonly Pair[] {
  return Object.entries(value).flatMap(([member, inner]): readonly Pair[] => {
    const inside = `${name}[${member}]`;
    if (isRecord(inner)) return deepPairs(inside, inner, encode);
    const items = Array.isArray(inner) ? inner : [inner];
    return items.map((item): Pair => [encodeURIComponent(inside), encode(scalarText(item))]);
  });
}

/**
 * Percent-encoding that leaves reserved characters as they are.
 * SAFETY: not those that end the value: one could add a parameter of its own (test/unit/openapi).
 */
function encodeReserved(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /%(?:3A|2F|3F|5B|5D|40|21|24|27|28|29|2A|2C|3B)/g,
    (escaped) => decodeURIComponent(escaped),
  );
}

/** What has no text of its own is written as JSON. */
function scalarText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
