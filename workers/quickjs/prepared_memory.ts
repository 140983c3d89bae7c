/**
 * The memory that VMs are copies of. Two thirds of it are zeros, stack and free room that most programs
 * never reach; what is zero already is not written, so that a VM takes no more pages than it uses.
 */

/** Zeros are told from the rest in pieces of this size, a page. */
export const PIECE_BYTES = 4096;
const PIECE_WORDS = PIECE_BYTES / 4;

/** A part of a memory: where it begins and ends. */
type Part = readonly [from: number, to: number];

/** A memory to be copied. */
export class PreparedMemory {
  readonly bytes: Uint8Array;
  /** Where it is not zero; whole pieces. */
  readonly parts: readonly Part[];
  readonly #zeros: readonly Part[];

  /** `bytes` are whole pieces. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.parts = partsOf(bytes, false);
    this.#zeros = partsOf(bytes, true);
  }

  /** Makes the memory of the same size what this one is, whatever it was. */
  copyTo(memory: ArrayBufferLike): void {
    const bytes = new Uint8Array(memory);
    for (const [from, to] of this.parts) bytes.set(this.bytes.subarray(from, to), from);
    const words = new Uint32Array(memory);
    for (const [from, to] of this.#zeros) clear(bytes, words, from, to);
  }
}

/** Stretches of pieces that all are zero, or all are not. */
function partsOf(bytes: Uint8Array, isOfZeros: boolean): readonly Part[] {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const parts: Part[] = [];
  for (let from = 0; from < bytes.length;) {
    let to = from;
    while (to < bytes.length && isZero(words, to / 4) === isOfZeros) to += PIECE_BYTES;
    if (to > from) parts.push([from, to]);
    from = Math.max(to, from + PIECE_BYTES);
  }
  return parts;
}

/** Reading a page that nobody has written takes no memory; writing one does. */
function clear(bytes: Uint8Array, words: Uint32Array, from: number, to: number): void {
  for (let at = from; at < to; at += PIECE_BYTES) {
    if (!isZero(words, at / 4)) bytes.fill(0, at, at + PIECE_BYTES);
  }
}

function isZero(words: Uint32Array, from: number): boolean {
  let any = 0;
  for (let at = from; at < from + PIECE_WORDS; at += 8) {
    any |= words[at]! | words[at + 1]! | words[at + 2]! | words[at + 3]! |
      words[at + 4]! | words[at + 5]! | words[at + 6]! | words[at + 7]!;
  }
  return any === 0;
}
