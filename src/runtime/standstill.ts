/** Time of a program that is nobody's: while a person is asked, none of its budgets is spent. */

/** Says whether a program's time stands still; whoever asks turns it on, whatever counts listens. */
export class Standstill {
  readonly #listeners = new Set<(isOn: boolean) => void>();
  #reasons = 0;

  get isOn(): boolean {
    return this.#reasons > 0;
  }

  /** Time stands still until this and all others are disposed. */
  begin(): Disposable {
    let isOver = false;
    this.#change(1);
    return {
      [Symbol.dispose]: () => {
        if (!isOver) this.#change(-1);
        isOver = true;
      },
    };
  }

  onChange(listener: (isOn: boolean) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #change(by: 1 | -1): void {
    const before = this.isOn;
    this.#reasons += by;
    if (this.isOn === before) return;
    for (const listener of [...this.#listeners]) listener(this.isOn);
  }
}
