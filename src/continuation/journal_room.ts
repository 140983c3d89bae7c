/**
 * Room for the journals of all programs together: each has some for certain, so that nobody is left
 * without by what others keep; beyond that a principal has a part of the whole.
 */

/** Options of {@link JournalRoom}. */
export interface JournalRoomOptions {
  /** Characters of all journals, beyond what each has for certain. @default 134217728 */
  readonly maxLength?: number;
  /** Characters of one principal's journals, likewise. @default a quarter of `maxLength` */
  readonly maxLengthEach?: number;
  /** Characters that each journal has for certain. @default 524288 */
  readonly certainLength?: number;
}

/** What one journal takes of the room. Disposing it gives all of it back. */
export interface JournalShare extends Disposable {
  /** Takes that many characters more; false where there is no room for them. */
  grow(length: number): boolean;
}

const MAX_LENGTH = 128 * 1024 * 1024;
const CERTAIN_LENGTH = 512 * 1024;

/** The room. */
export class JournalRoom {
  readonly #maxLength: number;
  readonly #maxLengthEach: number;
  readonly #certainLength: number;
  readonly #taken = new Map<string, number>();
  #length = 0;

  constructor(options: JournalRoomOptions = {}) {
    this.#maxLength = options.maxLength ?? MAX_LENGTH;
    this.#maxLengthEach = options.maxLengthEach ?? this.#maxLength / 4;
    this.#certainLength = options.certainLength ?? CERTAIN_LENGTH;
  }

  /** Characters taken now beyond what journals have for certain. */
  get length(): number {
    return this.#length;
  }

  /** Begins a journal of a principal's. */
  open(principal: string): JournalShare {
    let held = 0;
    let beyond = 0;
    return {
      grow: (length) => {
        const wanted = Math.max(0, held + length - this.#certainLength) - beyond;
        if (wanted > 0 && !this.#take(principal, wanted)) return false;
        held += length;
        beyond += wanted;
        return true;
      },
      [Symbol.dispose]: () => {
        this.#give(principal, beyond);
        [held, beyond] = [0, 0];
      },
    };
  }

  #take(principal: string, length: number): boolean {
    const taken = (this.#taken.get(principal) ?? 0) + length;
    // SAFETY: programs that are sent much at the same time must not fill the service's memory
    // (test/unit/continuation: journal_room).
    if (taken > this.#maxLengthEach || this.#length + length > this.#maxLength) return false;
    this.#taken.set(principal, taken);
    this.#length += length;
    return true;
  }

  #give(principal: string, length: number): void {
    const left = (this.#taken.get(principal) ?? 0) - length;
    if (left > 0) this.#taken.set(principal, left);
    else this.#taken.delete(principal);
    this.#length -= length;
  }
}
