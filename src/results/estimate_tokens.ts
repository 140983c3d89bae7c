/**
 * Tokens of a text, estimated in one pass without a tokenizer, and rather too many than too few. The
 * costs are set so that ordinary English, source code, JSON, identifiers and the larger scripts come
 * out at or above what the tokenizers o200k and cl100k make of them. All of them are sixteenths, so
 * that sums are exact and what was measured once measures the same again.
 */

/** Letters of a word that its first token covers. */
const LETTERS_OF_TOKEN = 4;
/** A word without a break that is longer than this is taken for a key, a hash or base64. */
const LONGEST_WORD = 20;
/** Each further character of such a word. */
const UNBROKEN_COST = 13 / 16;

/** How far a text was read, and what that part costs. */
export interface TokenScan {
  readonly tokens: number;
  /** The index after the last character that was read; never inside a surrogate pair. */
  readonly end: number;
}

/** Options of {@link scanTokens}. */
export interface TokenScanOptions {
  /** @default 0 */
  readonly from?: number;
  /** Characters at most. @default all */
  readonly maxLength?: number;
  /** Stops before the character that would cost more. @default no bound */
  readonly maxTokens?: number;
}

/** Tokens of `text`, rounded up. */
export function estimateTokens(text: string): number {
  return Math.ceil(scanTokens(text).tokens);
}

/** Reads `text` until a bound; the cost is that of the text inside a JSON string. */
export function scanTokens(text: string, options: TokenScanOptions = {}): TokenScan {
  const { from = 0, maxLength = Infinity, maxTokens = Infinity } = options;
  const last = Math.min(text.length, from + maxLength);
  const meter = new TokenMeter();
  let tokens = 0;
  let end = from;
  while (end < last) {
    const isPair = isPairAt(text, end);
    const cost = isPair ? meter.pair() : meter.next(text.charCodeAt(end));
    if (tokens + cost > maxTokens) break;
    tokens += cost;
    end += isPair ? 2 : 1;
  }
  return { tokens, end };
}

type Kind = "none" | "lower" | "upper" | "digit" | "mark" | "space";

/** Knows what stands before the next character, as far as its cost depends on that. */
class TokenMeter {
  #kind: Kind = "none";
  /** Characters of the same kind so far; of a word also its capital. */
  #run = 0;
  /** Letters and digits so far without a break. */
  #unbroken = 0;

  /** The cost of one more UTF-16 unit. */
  next(code: number): number {
    if (code >= 97 && code <= 122) return this.#letter("lower", 0.25);
    if (code === 32) return this.#space();
    if (code >= 65 && code <= 90) return this.#letter("upper", 0.5);
    if (code >= 48 && code <= 57) return this.#letter("digit", 7 / 16);
    if (code < 128) return this.#mark(code);
    return this.#break(costOfWide(code));
  }

  /** The cost of a surrogate pair, which is an emoji or a rare sign. */
  pair(): number {
    return this.#break(3.5);
  }

  #letter(kind: "lower" | "upper" | "digit", further: number): number {
    this.#unbroken += 1;
    // A capital begins the word that follows it.
    const goesOn = this.#kind === kind || (kind === "lower" && this.#kind === "upper");
    this.#run = goesOn ? this.#run + 1 : 1;
    const isCovered = kind === "lower" && this.#run <= LETTERS_OF_TOKEN;
    this.#kind = kind;
    const cost = this.#run === 1 ? 1 : isCovered ? 0 : further;
    return this.#unbroken > LONGEST_WORD ? Math.max(cost, UNBROKEN_COST) : cost;
  }

  #mark(code: number): number {
    const isRepeated = this.#kind === "mark";
    // Base64 goes on after these two; a path begins a new word.
    const unbroken = code === 43 || code === 47 ? this.#unbroken >> 1 : 0;
    this.#break(0);
    this.#kind = "mark";
    this.#unbroken = unbroken;
    if (code < 32 || code === 127) return isShortEscape(code) ? 1 : 5;
    const escaped = code === 34 || code === 92 ? 0.5 : 0;
    return escaped + (isRepeated ? 3 / 8 : 7 / 8);
  }

  /** Indentation is a token or two, however deep. */
  #space(): number {
    const isRepeated = this.#kind === "space";
    this.#break(0);
    this.#kind = "space";
    return isRepeated ? 1 / 8 : 1 / 4;
  }

  #break(cost: number): number {
    this.#kind = "none";
    this.#run = 0;
    this.#unbroken = 0;
    return cost;
  }
}

/** Whether JSON writes a control character in two characters and not in six. */
function isShortEscape(code: number): boolean {
  return (code >= 8 && code <= 10) || code === 12 || code === 13;
}

function costOfWide(code: number): number {
  if (code < 0x600) return 9 / 8;
  if (code >= 0x2010 && code <= 0x2040) return 1;
  if (code < 0x3000) return 2;
  if (code < 0xd800) return 1.5;
  // A surrogate without its other half is written as an escape of six characters.
  return code < 0xe000 ? 5 : 2;
}

function isPairAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 0xd800 || code > 0xdbff || index + 1 === text.length) return false;
  const next = text.charCodeAt(index + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}
