/**
 * What is read of an object of a document, read once: references let one object stand in thousands of
 * places, and each would cost all of it again.
 */

/** Results by the objects they were read of; failures too. */
export class Once<Result> {
  readonly #known = new WeakMap<object, () => Result>();

  /** The result of `read` for `of`; what is no object is read each time. */
  get(of: unknown, read: () => Result): Result {
    if (typeof of !== "object" || of === null) return read();
    const known = this.#known.get(of) ?? outcomeOf(read);
    this.#known.set(of, known);
    return known();
  }
}

function outcomeOf<Result>(read: () => Result): () => Result {
  try {
    const result = read();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
