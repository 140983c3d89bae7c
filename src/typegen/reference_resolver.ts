/**
 * Finds what a `$ref` means inside one schema document: JSON pointers, anchors and `$id`s. Nothing is
 * ever fetched; a reference that leaves the document resolves to nothing.
 */

/** A schema or any other JSON object. */
export type JsonObject = { readonly [keyword: string]: unknown };

/** Where a reference leads, with a name for it if it has one. */
export interface ResolvedReference {
  readonly schema: unknown;
  readonly name: string;
}

/** Objects looked at when ids and anchors are gathered. */
const MAX_INDEXED = 50_000;
const ROOT_BASE = "schema://document/";
/** Keywords whose values are data, not schemas. */
const DATA_KEYWORDS = new Set(["const", "default", "enum", "example", "examples"]);

/** Whether `value` is an object that is not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Resolves references of one document. The document is indexed at the first reference. */
export class ReferenceResolver {
  readonly #root: unknown;
  #bases: Map<object, string> | undefined;
  readonly #resources = new Map<string, unknown>();
  readonly #anchors = new Map<string, unknown>();

  readonly #most: number;

  /** `most` bounds the objects that are looked at for ids and anchors. */
  constructor(root: unknown, most: number = MAX_INDEXED) {
    this.#root = root;
    this.#most = Math.min(most, MAX_INDEXED);
  }

  /** What `reference`, found in the schema `from`, means; `undefined` when it is not in the document. */
  resolve(reference: string, from: object): ResolvedReference | undefined {
    const target = toUrl(reference, this.#baseOf(from));
    if (target === undefined) return undefined;
    const [resource = "", fragment = ""] = splitFragment(target);
    if (fragment === "" || fragment.startsWith("/")) return this.#follow(resource, fragment);
    const key = `${resource}#${decode(fragment) ?? fragment}`;
    return this.#anchors.has(key)
      ? { schema: this.#anchors.get(key), name: decode(fragment) ?? fragment }
      : undefined;
  }

  #follow(resource: string, pointer: string): ResolvedReference | undefined {
    if (!this.#resources.has(resource)) return undefined;
    let schema = this.#resources.get(resource);
    let name = pointer === "" ? resource.slice(resource.lastIndexOf("/") + 1) : "";
    for (const escaped of pointer.split("/").slice(1)) {
      const token = decode(escaped)?.replaceAll("~1", "/").replaceAll("~0", "~");
      if (token === undefined || typeof schema !== "object" || schema === null) return undefined;
      if (!Object.hasOwn(schema, token)) return undefined;
      schema = (schema as JsonObject)[token];
      name = token;
    }
    return { schema, name };
  }

  #baseOf(schema: object): string {
    return this.#index().get(schema) ?? ROOT_BASE;
  }

  #index(): Map<object, string> {
    if (this.#bases !== undefined) return this.#bases;
    const bases = new Map<object, string>();
    this.#bases = bases;
    this.#resources.set(ROOT_BASE, this.#root);
    const pending: { value: unknown; base: string }[] = [{ value: this.#root, base: ROOT_BASE }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { value, base } = next;
      if (typeof value !== "object" || value === null || bases.has(value)) continue;
      if (bases.size >= this.#most) break;
      const ownBase = isObject(value) ? this.#register(value, base) : base;
      bases.set(value, ownBase);
      for (const keyword in value) {
        if (bases.size + pending.length >= this.#most) break;
        if (DATA_KEYWORDS.has(keyword) || !Object.hasOwn(value, keyword)) continue;
        const child = (value as JsonObject)[keyword];
        if (typeof child === "object" && child !== null) {
          pending.push({ value: child, base: ownBase });
        }
      }
    }
    return bases;
  }

  /** Notes the ids and anchors of one schema; returns the base of the references in it. */
  #register(schema: JsonObject, base: string): string {
    const id = schema["$id"];
    const target = typeof id === "string" ? toUrl(id, base) ?? base : base;
    const [own, plain] = splitFragment(target);
    if (own !== base) this.#resources.set(own, schema);
    for (const anchor of [schema["$anchor"], schema["$dynamicAnchor"], plain]) {
      if (typeof anchor === "string" && anchor !== "") {
        this.#anchors.set(`${own}#${anchor}`, schema);
      }
    }
    return own;
  }
}

function splitFragment(url: string): [resource: string, fragment: string] {
  const at = url.indexOf("#");
  return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
}

function toUrl(reference: string, base: string): string | undefined {
  if (reference.startsWith("#")) return base + reference;
  try {
    return new URL(reference, base).href;
  } catch {
    return undefined;
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
