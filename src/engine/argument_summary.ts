/** The input of a call as an observer sees it: short JSON, whatever its size, and without secrets. */

/** Characters of a summary. */
const MAX_SUMMARY = 200;
/** Characters of a text that are looked at: enough that what is masked is seen as a whole. */
const MAX_LOOKED_AT = 2000;
const MASK = "[secret]";

const SECRET_NAME =
  /pass(?:word|wd|phrase|code)|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|credential|authorization|cookie|signature|session[-_ ]?id|^(?:auth|pwd|pin|otp|cvv|ssn)$/i;
/** How many there are of something is no secret. */
const COUNT_NAME = /tokens$/i;

const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = Object.freeze([
  [/\b(bearer|basic)\s+\S+/gi, `$1 ${MASK}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, MASK],
  [/\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[a-z])[-_][\w-]{8,}/g, MASK],
  [/(\/\/)[^\s/@]+@/g, `$1${MASK}@`],
  [
    /([?&#;](?:[\w.-]*(?:token|key|secret|passw|sig|auth|credential|code)[\w.-]*)=)[^&#;\s]*/gi,
    `$1${MASK}`,
  ],
]);

/** `input` as JSON of at most 200 characters; what its name or its form says is a secret is masked. */
// SAFETY: events reach whoever watches an execution, and its logs (test/unit/engine: argument_summary).
export function summarizeArguments(input: unknown): string {
  const printer = new Printer();
  printer.print(input);
  return cut(printer.text);
}

/** Prints until the text is long enough; every level adds a character, so depth is bounded too. */
class Printer {
  text = "";

  print(value: unknown): void {
    if (typeof value === "string") this.text += JSON.stringify(masked(value));
    else if (Array.isArray(value)) this.#array(value);
    else if (value instanceof Uint8Array) this.text += `"[${value.length} bytes]"`;
    else if (typeof value === "object" && value !== null) this.#object(value);
    else this.text += typeof value === "bigint" ? `${value}` : JSON.stringify(value) ?? "null";
  }

  get #isFull(): boolean {
    return this.text.length > MAX_SUMMARY;
  }

  #array(values: readonly unknown[]): void {
    const [name] = values;
    // Headers come as pairs.
    const isSecretPair = values.length === 2 && typeof name === "string" && isSecret(name, "");
    this.text += "[";
    for (let index = 0; index < values.length && !this.#isFull; index += 1) {
      if (index > 0) this.text += ",";
      this.print(isSecretPair && index === 1 ? MASK : values[index]);
    }
    this.text += "]";
  }

  #object(value: object): void {
    let separator = "";
    this.text += "{";
    for (const name of Object.keys(value)) {
      if (this.#isFull) break;
      const inner = (value as Readonly<Record<string, unknown>>)[name];
      this.text += `${separator}${JSON.stringify(name.slice(0, MAX_SUMMARY))}:`;
      this.print(isSecret(name, inner) ? MASK : inner);
      separator = ",";
    }
    this.text += "}";
  }
}

function isSecret(name: string, value: unknown): boolean {
  if (typeof value === "number" && COUNT_NAME.test(name)) return false;
  return value !== null && value !== undefined && SECRET_NAME.test(name.slice(0, MAX_SUMMARY));
}

function masked(text: string): string {
  return SECRET_TEXTS.reduce(
    (shown, [pattern, mask]) => shown.replace(pattern, mask),
    text.slice(0, MAX_LOOKED_AT),
  ).slice(0, MAX_SUMMARY);
}

function cut(text: string): string {
  if (text.length <= MAX_SUMMARY) return text;
  // No half of a pair is left at the end.
  return `${text.slice(0, MAX_SUMMARY - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
