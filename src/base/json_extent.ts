/**
 * How much there is in a JSON text, counted before it is parsed: an engine takes a second and more to
 * build objects of a million different names, whatever the bytes, and nobody else is served meanwhile.
 * One pass over the characters, which agrees with a parser up to the first fault. Runs on the host only.
 */

/** Bounds of one value. */
export interface JsonExtent {
  /** Members and elements, all levels together. */
  readonly nodes: number;
  /** Different names of members; the same names in another order are different ones. */
  readonly names: number;
  /** Levels of lists and objects. */
  readonly depth: number;
}

/** What any JSON from outside may have; a result of 100,000 rows with 8 columns has its room. */
export const MAX_EXTENT: JsonExtent = Object.freeze({
  nodes: 1_000_000,
  names: 100_000,
  depth: 10_000,
});

/** In a text up to so long there is never more than {@link MAX_EXTENT} of anything but depth. */
export const EXCESS_FREE_LENGTH: number = freeLength(MAX_EXTENT);

/** What is too much, as a sentence goes on after "it has". */
export interface JsonExcess {
  readonly kind: keyof JsonExtent;
  readonly limit: number;
  /** What there is too much of, and what helps. */
  readonly reason: string;
}

/** What of the text is more than `max`, or `undefined`. Text that is no JSON is the parser's to refuse. */
export function findExcess(text: string, max: JsonExtent = MAX_EXTENT): JsonExcess | undefined {
  if (text.length <= freeLength(max)) return undefined;
  const kind = new Scan(text, max).run();
  return kind === undefined ? undefined : { kind, limit: max[kind], reason: reasonOf(kind, max) };
}

/** The shortest element takes two characters, a member five, and no short text is deep enough to hurt. */
function freeLength({ nodes, names, depth }: JsonExtent): number {
  return Math.min(nodes * 2, names * 5, depth * 50);
}

function reasonOf(kind: keyof JsonExtent, max: JsonExtent): string {
  if (kind === "depth") return `it nests deeper than ${max.depth} levels`;
  if (kind === "nodes") {
    return `it has more than ${max.nodes} members and elements; take it in parts, or as text`;
  }
  return `it has more than ${max.names} different names of members; ` +
    "take it in parts, or as a list of pairs";
}

const QUOTE = 34;
const COMMA = 44;
const LIST = 91;
const BACKSLASH = 92;
const LIST_END = 93;
const OBJECT = 123;
const OBJECT_END = 125;

/** One pass over one text. */
class Scan {
  readonly #text: string;
  readonly #max: JsonExtent;
  /** Of each open object a hash of its names so far; of each open list 0. */
  readonly #open: Int32Array;
  readonly #names: NameSet;
  #depth = 0;
  #nodes = 1;

  constructor(text: string, max: JsonExtent) {
    this.#text = text;
    this.#max = max;
    this.#open = new Int32Array(max.depth + 1);
    this.#names = new NameSet(max.names);
  }

  run(): keyof JsonExtent | undefined {
    const text = this.#text;
    let isName = false;
    let last = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code <= 32) continue;
      const isEnd = code === LIST_END || code === OBJECT_END;
      if ((last === LIST || last === OBJECT) && !isEnd) this.#nodes += 1;
      if (code === QUOTE) {
        at = isName ? this.#readName(at + 1) : this.#skipText(at + 1);
        if (this.#names.isFull) return "names";
        isName = false;
      } else if (code === COMMA) {
        this.#nodes += 1;
        isName = this.#open[this.#depth] !== 0;
      } else if (code === LIST || code === OBJECT) {
        if (this.#depth === this.#max.depth) return "depth";
        this.#depth += 1;
        isName = code === OBJECT;
        this.#open[this.#depth] = isName ? 1 : 0;
      } else if (isEnd) {
        if (this.#depth === 0) return undefined;
        this.#depth -= 1;
      }
      if (this.#nodes > this.#max.nodes) return "nodes";
      last = code;
    }
    return undefined;
  }

  /** Adds one name to the object it is in; gives the place of the quote that ends it. */
  #readName(from: number): number {
    const text = this.#text;
    const { seed, factor } = this.#names;
    let hash = this.#open[this.#depth]! ^ seed;
    let at = from;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      hash = Math.imul(hash ^ code, factor);
      if (code === BACKSLASH) at += 1;
    }
    hash = finish(hash);
    this.#open[this.#depth] = hash;
    this.#names.add(hash);
    return at;
  }

  #skipText(from: number): number {
    const text = this.#text;
    for (let at = from;; at += 1) {
      at = text.indexOf('"', at);
      if (at < 0) return text.length;
      let start = at;
      while (start > from && text.charCodeAt(start - 1) === BACKSLASH) start -= 1;
      if ((at - start) % 2 === 0) return at;
    }
  }
}

/** Spreads a hash over all its bits; never 0 or 1, which mean a list and an object without names. */
function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  const spread = mixed ^ (mixed >>> 13);
  return spread >>> 1 === 0 ? 2 : spread;
}

/** Counts different hashes up to a bound; of a hundred thousand names one or two may share theirs. */
class NameSet {
  // SAFETY: other numbers for each text, so that nobody can look for names that count as one.
  readonly seed: number = anyInteger();
  readonly factor: number = anyInteger() | 0x01000193;
  readonly #max: number;
  readonly #table: Int32Array;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
    this.#table = new Int32Array(2 ** Math.ceil(Math.log2(max * 2 + 2)));
  }

  get isFull(): boolean {
    return this.#count > this.#max;
  }

  add(hash: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let slot = hash & mask;
    while (table[slot] !== 0) {
      if (table[slot] === hash) return;
      slot = (slot + 1) & mask;
    }
    table[slot] = hash;
    this.#count += 1;
  }
}

function anyInteger(): number {
  return Math.trunc(Math.random() * 2 ** 32) | 0;
}
