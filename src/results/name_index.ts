/**
 * Names of the objects of one value, listed once where they are very many: an engine lists the names
 * of a small object for nothing, and takes tens of milliseconds for those of a big one each time.
 */

/** From so many names on they are kept. */
const MANY = 1_000;

/** Lists names of the objects of one value that does not change. */
export class NameIndex {
  readonly #names = new Map<object, readonly string[]>();

  /** The object's own names in order. */
  of(record: object): readonly string[] {
    const known = this.#names.get(record);
    if (known !== undefined) return known;
    const names = Object.keys(record);
    if (names.length >= MANY) this.#names.set(record, names);
    return names;
  }
}
