/**
 * The text of a stream as blocks, each of which an empty line ends. Takes time in proportion to the text
 * however it is cut into pieces, and holds no more than one block.
 */

const END = "\n\n";
/** Pieces that are joined at a time, so that small ones take little room. */
const MAX_PIECES = 1_024;

/** Cuts text into blocks. */
export class EventBlocks {
  readonly #maxCharacters: number;
  #joined: string[] = [];
  #pieces: string[] = [];
  #characters = 0;
  #endsLine = false;

  /** `maxCharacters` are those of the longest block. */
  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** The blocks that end in `text`. Throws a `RangeError` when one is too long. */
  *push(text: string): Generator<string, void, undefined> {
    let from = 0;
    if (this.#endsLine && text.startsWith("\n")) {
      yield this.#take().slice(0, -1);
      from = 1;
    }
    for (let end = text.indexOf(END, from); end !== -1; end = text.indexOf(END, from)) {
      this.#add(text.slice(from, end));
      yield this.#take();
      from = end + END.length;
    }
    this.#add(text.slice(from));
  }

  #add(piece: string): void {
    if (piece === "") return;
    this.#characters += piece.length;
    if (this.#characters > this.#maxCharacters) {
      throw new RangeError(`Cannot read the event: it is over ${this.#maxCharacters} characters`);
    }
    this.#endsLine = piece.endsWith("\n");
    if (this.#pieces.push(piece) < MAX_PIECES) return;
    this.#joined.push(this.#pieces.join(""));
    this.#pieces = [];
  }

  #take(): string {
    const block = this.#joined.join("") + this.#pieces.join("");
    this.#joined = [];
    this.#pieces = [];
    this.#characters = 0;
    this.#endsLine = false;
    return block;
  }
}
