/** Which tools of a server are known to ask in the middle of calls; it stays known while sessions come and go. */

/** Names of tools, or of other requests of the protocol in which the server has asked. */
export class AskingTools {
  readonly #names = new Set<string>();
  readonly #onLearned: () => void;

  /** `onLearned` is told when there is one more. */
  constructor(onLearned: () => void = () => {}) {
    this.#onLearned = onLearned;
  }

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  has(tool: string): boolean {
    return this.#names.has(tool);
  }

  add(tool: string): void {
    if (this.#names.has(tool)) return;
    this.#names.add(tool);
    this.#onLearned();
  }
}
