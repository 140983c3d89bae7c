/** How many characters data of a schema would take, found without writing them. */

/** Measures data; each object once, however often it is met. */
export class SchemaMeter {
  readonly #limit: number;
  readonly #known = new WeakMap<object, number>();

  /** What takes more than `limit` is not measured to its end. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** About as many characters as JSON has for `value`; anything above the limit is above it. */
  measure(value: unknown): number {
    if (typeof value !== "object" || value === null) return sizeOf(value);
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const size = this.#walk(value);
    this.#known.set(value, size);
    return size;
  }

  #walk(value: object): number {
    let size = 0;
    const rest: unknown[] = [value];
    while (rest.length > 0 && size <= this.#limit) {
      const item = rest.pop();
      size += sizeOf(item);
      if (typeof item !== "object" || item === null) continue;
      // Each entry takes a character at least, so a longer list need not be gone through.
      const entries = Array.isArray(item) ? item.length : Object.keys(item).length;
      if (entries > this.#limit) return this.#limit + 1;
      for (const key in item) {
        if (!Object.hasOwn(item, key)) continue;
        if (!Array.isArray(item)) size += key.length + MARKS;
        rest.push((item as Readonly<Record<string, unknown>>)[key]);
      }
    }
    return size;
  }
}

/** Quotes, a colon and a comma. */
const MARKS = 4;

function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length + 3;
  return typeof value === "object" && value !== null ? 3 : String(value).length + 1;
}
