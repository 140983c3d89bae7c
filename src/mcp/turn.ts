/** A request's place among those that a server takes at once: given up while somebody is asked. */

import type { CallGate } from "./call_gate.ts";

/** Whose place it is and how long it may wait for one. */
export interface TurnOptions {
  readonly principal: string;
  readonly signal: AbortSignal;
}

/** A place behind a gate; disposing it leaves. */
export class Turn implements Disposable {
  readonly #gate: CallGate;
  readonly #options: TurnOptions;
  #pass: Disposable | undefined;
  #openQuestions = 0;
  #isOver = false;

  private constructor(gate: CallGate, options: TurnOptions, pass: Disposable) {
    this.#gate = gate;
    this.#options = options;
    this.#pass = pass;
  }

  /** Waits for a place; rejects with the signal's reason. */
  static async take(gate: CallGate, options: TurnOptions): Promise<Turn> {
    return new Turn(gate, options, await gate.enter(options));
  }

  /** Others may have the place while `ask` goes on; then it waits for one again. */
  async without<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    this.#openQuestions += 1;
    this.#giveUp();
    try {
      return await ask();
    } finally {
      this.#openQuestions -= 1;
      await this.#takeAgain();
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#giveUp();
  }

  get #isWanted(): boolean {
    return this.#openQuestions === 0 && !this.#isOver && !this.#pass;
  }

  async #takeAgain(): Promise<void> {
    if (!this.#isWanted) return;
    const pass = await this.#gate.enter({ ...this.#options, isBack: true });
    // Another question may have come meanwhile, or the end.
    if (this.#isWanted) this.#pass = pass;
    else pass[Symbol.dispose]();
  }

  #giveUp(): void {
    this.#pass?.[Symbol.dispose]();
    this.#pass = undefined;
  }
}
