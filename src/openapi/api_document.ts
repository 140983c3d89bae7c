/**
 * An OpenAPI document as data: its version, and what its references mean. Only references into the
 * document itself are followed; nothing is ever fetched or read for one.
 */

/** Any JSON object. */
export type JsonObject = { readonly [key: string]: unknown };

/** Why a document or a part of it cannot be used; for the operator. */
export class DocumentFault extends Error {
  override readonly name = "DocumentFault";
}

/** References that lead to nothing but another reference. */
const MAX_HOPS = 32;

/** Characters of a reference; each use of one goes along all of it. */
const MAX_REFERENCE = 4_096;

/** Characters of a reference that a message repeats. */
const MAX_SHOWN = 120;

/** A document of a version that is understood. */
export class ApiDocument {
  readonly root: JsonObject;
  /** Whether schemas are those of 3.0 and not JSON Schema 2020-12. */
  readonly isOld: boolean;

  /** Throws a {@link DocumentFault} for what is no OpenAPI 3.0 or 3.1 document. */
  constructor(value: unknown) {
    if (!isObject(value)) throw new DocumentFault("it is no OpenAPI document");
    const { openapi, swagger } = value;
    if (typeof swagger === "string") {
      throw new DocumentFault(`it is Swagger ${shown(swagger)}; convert it to OpenAPI 3`);
    }
    const minor = /^3\.([01])(?:\.|$)/.exec(typeof openapi === "string" ? openapi : "")?.[1];
    if (minor === undefined) {
      throw new DocumentFault(`its version is ${shown(String(openapi))}, not 3.0 or 3.1`);
    }
    this.root = value;
    this.isOld = minor === "0";
  }

  /** The object that `value` is or refers to. Throws a {@link DocumentFault}. */
  object(value: unknown, what: string): JsonObject {
    const found = this.follow(value);
    if (!isObject(found)) throw new DocumentFault(`${what} is no object`);
    return found;
  }

  /** What `value` refers to, or itself. */
  follow(value: unknown): unknown {
    let found = value;
    for (let hops = 0; hops <= MAX_HOPS; hops += 1) {
      if (!isObject(found) || typeof found["$ref"] !== "string") return found;
      found = this.target(found["$ref"]);
    }
    throw new DocumentFault("a reference leads in a circle");
  }

  /** What a reference means. Throws a {@link DocumentFault} for one that leaves the document. */
  target(reference: string): unknown {
    // SAFETY: a reference to a file or an address would read what is not the document's (test/unit/openapi).
    if (reference !== "#" && !reference.startsWith("#/")) {
      throw new DocumentFault(`the reference "${shown(reference)}" leaves the document`);
    }
    if (reference.length > MAX_REFERENCE) {
      throw new DocumentFault(`the reference "${shown(reference)}" is too long`);
    }
    let found: unknown = this.root;
    for (const token of tokensOf(reference)) {
      if (typeof found !== "object" || found === null || !Object.hasOwn(found, token)) {
        throw new DocumentFault(`the reference "${shown(reference)}" leads to nothing`);
      }
      found = (found as JsonObject)[token];
    }
    return found;
  }
}

/** The names a reference into a document goes along. */
export function tokensOf(reference: string): readonly string[] {
  return reference.split("/").slice(1).map((escaped) =>
    decode(escaped).replaceAll("~1", "/").replaceAll("~0", "~")
  );
}

/** Whether `value` is an object and no array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The entries of an object; none where it is something else. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}

/** The items of an array; none where it is something else. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text, or nothing where it is something else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function shown(text: string): string {
  return text.slice(0, MAX_SHOWN);
}
