/** A few members of a JSON object, read from its text without making the rest of it. Pure. */

/** Characters of a member that is read. */
const MAX_LENGTH = 1_000;

const QUOTE = 34;
const LIST = 91;
const LIST_END = 93;
const OBJECT = 123;
const OBJECT_END = 125;

/** Members of the outermost object that are plain and short; total, whatever the text. */
export function readOutline(
  text: string,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === OBJECT || code === LIST) depth += 1;
    else if (code === OBJECT_END || code === LIST_END) depth -= 1;
    else if (code === QUOTE) {
      const end = endOfText(text, at);
      const name = depth === 1 ? names.find((one) => text.slice(at + 1, end) === one) : undefined;
      const value = name === undefined ? undefined : scalarAt(text, end + 1);
      if (name !== undefined && value !== undefined) found[name] = value;
      at = end;
    }
  }
  return found;
}

/** The place of the quote that ends the text which begins at `from`. */
function endOfText(text: string, from: number): number {
  for (let at = from + 1;; at += 1) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let start = at;
    while (text[start - 1] === "\\") start -= 1;
    if ((at - start) % 2 === 0) return at;
  }
}

const SCALAR = /^\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)\s*[,}]/;

/** The plain value after a name; undefined where there is none: a text in the place of a value. */
function scalarAt(text: string, from: number): unknown {
  const match = SCALAR.exec(text.slice(from, from + MAX_LENGTH));
  if (match === null) return undefined;
  try {
    return JSON.parse(match[1]!);
  } catch {
    return undefined;
  }
}
