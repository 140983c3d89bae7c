/** Inputs made from a schema: what it asks for at least, or everything it names. */

/** A JSON Schema that is an object. */
type Schema = { readonly [keyword: string]: unknown };

const TEXTS: Readonly<Record<string, string>> = {
  uri: "https://example.com/",
  url: "https://example.com/",
  "date-time": "2024-01-01T00:00:00Z",
  date: "2024-01-01",
  time: "00:00:00Z",
  email: "someone@example.com",
  uuid: "3b241101-e2bb-4255-8caf-4136c566a962",
};
/** Nesting at which only what is required is filled in. */
const FULL_DEPTH = 4;

/** Makes values for one document, whose references it follows. */
export class Sampler {
  readonly #root: unknown;
  readonly #full: boolean;

  /** With `full`, optional properties are filled in too. */
  constructor(root: unknown, full: boolean) {
    this.#root = root;
    this.#full = full;
  }

  /** A value that the schema accepts, but for patterns, which are not read. */
  sample(schema: unknown = this.#root, depth: number = 0): unknown {
    const said = follow(schema, this.#root);
    if (Object.hasOwn(said, "const")) return said["const"];
    if (Array.isArray(said["enum"])) return said["enum"][0];
    const [branch] = [...listOf(said["anyOf"]), ...listOf(said["oneOf"])];
    const parts = [...(branch === undefined ? [] : [branch]), ...listOf(said["allOf"])]
      .map((part) => this.sample(part, depth + 1));
    if (parts.length === 0) return this.#sampleOfType(said, depth);
    if (!parts.every(isObject)) return parts[0];
    return Object.assign(this.#object(said, depth), ...parts);
  }

  #sampleOfType(said: Schema, depth: number): unknown {
    const type = Array.isArray(said["type"]) ? said["type"][0] : said["type"];
    if (type === "string") return textOf(said);
    if (type === "number" || type === "integer") return numberOf(said);
    if (type === "boolean") return true;
    if (type === "null") return null;
    if (type === "array") return this.#array(said, depth);
    return type === "object" || isObject(said["properties"])
      ? this.#object(said, depth)
      : "anything";
  }

  #object(said: Schema, depth: number): Record<string, unknown> {
    const properties = isObject(said["properties"]) ? said["properties"] : {};
    const required = new Set(listOf(said["required"]).map(String));
    const names = new Set([...this.#isFull(depth) ? Object.keys(properties) : [], ...required]);
    return Object.fromEntries(
      [...names].map((name) => [name, this.sample(properties[name] ?? {}, depth + 1)]),
    );
  }

  #array(said: Schema, depth: number): unknown[] {
    const places = listOf(said["prefixItems"] ?? said["items"]);
    if (places.length > 0) return places.map((place) => this.sample(place, depth + 1));
    const least = typeof said["minItems"] === "number" ? said["minItems"] : 0;
    const count = Math.max(least, this.#isFull(depth) ? 1 : 0);
    return Array.from({ length: count }, () => this.sample(said["items"] ?? {}, depth + 1));
  }

  #isFull(depth: number): boolean {
    return this.#full && depth < FULL_DEPTH;
  }
}

/** The schema a reference leads to; `{}` for one that says nothing. */
export function follow(schema: unknown, root: unknown): Schema {
  if (!isObject(schema)) return {};
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  let target: unknown = root;
  for (const token of reference.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    target = isObject(target) ? target[name] : {};
  }
  return follow(target, root);
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(said: Schema): string {
  const text = TEXTS[String(said["format"])] ?? "text";
  const least = typeof said["minLength"] === "number" ? said["minLength"] : 0;
  const most = typeof said["maxLength"] === "number" ? said["maxLength"] : Infinity;
  return text.padEnd(least, "x").slice(0, most);
}

function numberOf(said: Schema): number {
  const bound = (name: string) => typeof said[name] === "number" ? said[name] : undefined;
  const above = bound("exclusiveMinimum");
  const least = bound("minimum") ?? (above === undefined ? undefined : above + 1);
  if (least !== undefined) return Math.ceil(least);
  const most = bound("maximum") ?? bound("exclusiveMaximum");
  return most === undefined ? 1 : Math.min(1, Math.floor(most - 1));
}
