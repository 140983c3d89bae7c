/**
 * Hides from an answer what the host has sent to prove itself. An API may repeat it, plainly or in
 * another spelling; one that wants to tell it can always do so, see docs/SECURITY.md.
 */

import { Buffer } from "node:buffer";
import { numberOf, SHORTEST_SECRET, spellingsOf } from "./secret_spellings.ts";
import { unescapeOnce } from "./unescape.ts";

/** What stands in place of a secret. */
const HIDDEN = "[secret]";
/** Escapes within escapes that are undone. */
const MAX_LAYERS = 3;
/** Characters of a spelling that are looked for at once. */
const HEAD = 64;
/** Characters compared beyond heads; from then on a head is taken for the whole. */
const MAX_COMPARED = 16_777_216;

interface Range {
  readonly from: number;
  readonly to: number;
}

interface Sought {
  readonly spellings: readonly string[];
  /** Finds where any of them may begin: most texts have none, and are gone through once. */
  readonly begins: RegExp;
}

/** Secrets, and what hides them. */
export class SecretScreen {
  readonly #secrets = new Set<string>();
  readonly #numbers = new Set<number>();
  #sought: Sought | undefined;

  /** Hides these from now on; what is shorter than eight characters is left as it is. */
  add(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      if (secret.length < SHORTEST_SECRET) continue;
      this.#secrets.add(secret);
      const number = numberOf(secret);
      if (number !== undefined) this.#numbers.add(number);
    }
    this.#sought = undefined;
  }

  /** The same value without secrets in its texts, keys, numbers and bytes. */
  hide(value: unknown): unknown {
    if (this.#secrets.size === 0) return value;
    if (typeof value === "string") return this.hideText(value);
    if (typeof value === "number") return this.#isSecret(value) ? HIDDEN : value;
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Uint8Array) return this.#hideBytes(value);
    if (Array.isArray(value)) return value.map((item) => this.hide(item));
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [this.hideText(key), this.hide(inner)]),
    );
  }

  /** The text without secrets. */
  hideText(text: string): string {
    if (this.#secrets.size === 0 || text.length < SHORTEST_SECRET) return text;
    const ranges = this.#find(text);
    if (ranges.length === 0) return text;
    const parts: string[] = [];
    let at = 0;
    for (const { from, to } of merged(ranges)) {
      parts.push(text.slice(at, from), HIDDEN);
      at = to;
    }
    return parts.join("") + text.slice(at);
  }

  /** A failure that says no secret, for the log: addresses are quoted by those who cannot reach them. */
  hideError(error: unknown): Error {
    const { name, message, code } = error instanceof Error
      ? error as Error & { readonly code?: unknown }
      : { name: "Error", message: String(error), code: undefined };
    const hidden = new Error(this.hideText(message));
    hidden.name = name;
    return typeof code === "string" ? Object.assign(hidden, { code }) : hidden;
  }

  #isSecret(number: number): boolean {
    return this.#numbers.has(Math.abs(number)) || this.#secrets.has(String(number));
  }

  #hideBytes(bytes: Uint8Array): Uint8Array {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    const hidden = this.hideText(text);
    return hidden === text ? bytes : new Uint8Array(Buffer.from(hidden, "latin1"));
  }

  #find(text: string): readonly Range[] {
    const ranges = this.#findIn(text);
    let view = unescapeOnce(text);
    for (let layer = 0; view !== undefined && layer < MAX_LAYERS; layer += 1) {
      const { starts } = view;
      for (const { from, to } of this.#findIn(view.text)) {
        ranges.push({ from: starts[from] ?? 0, to: starts[to] ?? text.length });
      }
      const next = unescapeOnce(view.text);
      view = next &&
        { text: next.text, starts: next.starts.map((at) => starts[at] ?? text.length) };
    }
    return ranges;
  }

  #findIn(text: string): Range[] {
    const { spellings, begins } = this.#sought ??= soughtFor(this.#secrets);
    const ranges: Range[] = [];
    if (text.length < SHORTEST_SECRET || !begins.test(text)) return ranges;
    let compared = 0;
    for (const spelling of spellings) {
      const head = spelling.slice(0, HEAD);
      for (let from = text.indexOf(head); from >= 0;) {
        const isAll = compared > MAX_COMPARED || text.startsWith(spelling, from);
        // A secret that repeats itself must not cost its length at every character.
        if (!isAll) compared += spelling.length;
        const to = isAll ? Math.min(from + spelling.length, text.length) : from + 1;
        if (isAll) ranges.push({ from, to });
        from = text.indexOf(head, to);
      }
    }
    return ranges;
  }
}

function soughtFor(secrets: ReadonlySet<string>): Sought {
  const spellings = [...new Set([...secrets].flatMap(spellingsOf))];
  const heads = spellings.map((one) =>
    one.slice(0, SHORTEST_SECRET).replaceAll(
      /[^]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    )
  );
  return { spellings, begins: new RegExp(heads.join("|")) };
}

/** The same places, in order and apart. */
function merged(ranges: readonly Range[]): readonly Range[] {
  const apart: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last === undefined || range.from > last.to) apart.push(range);
    else apart[apart.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
  }
  return apart;
}
