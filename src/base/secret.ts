/** A value that never prints: logs, JSON, template strings and inspection all show `[secret]`. */

const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** Wraps a secret string; only {@link Secret.reveal} gives it back. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself. Call it where the secret is used, not where it is kept. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [INSPECT](): string {
    return "[secret]";
  }
}
