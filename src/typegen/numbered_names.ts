/** Names that nobody has: one that is wanted again gets a number. Takes as long for the last as for the first. */

/** The names of one place. */
export class NumberedNames {
  readonly #taken: Set<string>;
  readonly #isForbidden: (name: string) => boolean;
  /** Of each name that was wanted again, the last number it got: none below is free any more. */
  readonly #numbers = new Map<string, number>();

  /** `taken` are names that are somebody's already; `isForbidden` tells of names that nobody may have. */
  constructor(
    taken: Iterable<string> = [],
    isForbidden: (name: string) => boolean = () => false,
  ) {
    this.#taken = new Set(taken);
    this.#isForbidden = isForbidden;
  }

  /** `wanted`, or `wanted` with `joiner` and the least free number from 2 on. */
  reserve(wanted: string, joiner = ""): string {
    let name = wanted;
    // SAFETY: trying all numbers each time takes minutes where thousands of types want one name
    // (test/unit/typegen: numbered_names).
    let number = this.#numbers.get(wanted) ?? 1;
    while (this.#taken.has(name) || this.#isForbidden(name)) {
      number += 1;
      name = `${wanted}${joiner}${number}`;
    }
    this.#numbers.set(wanted, number);
    this.#taken.add(name);
    return name;
  }
}
