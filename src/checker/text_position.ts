/** Positions and snippets of submitted text. */

/** The start of a place and its end, as the contract's diagnostics have them. */
export interface TextRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Characters of one line that a snippet shows. */
export const SNIPPET_WIDTH = 120;
/** Characters kept before the caret when a line is cut. */
const SNIPPET_LEAD = 40;

/** Text that answers where an offset is. */
export class PositionedText {
  readonly #text: string;
  readonly #lineStarts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (const match of text.matchAll(/\r\n|[\r\n\u2028\u2029]/g)) {
      this.#lineStarts.push(match.index + match[0].length);
    }
  }

  /** Lines and columns of `start` to `end`; an empty range covers one column. */
  rangeOf(start: number, end: number): TextRange {
    const from = this.#positionOf(start);
    const to = this.#positionOf(Math.max(end, start));
    const empty = to.line === from.line && to.column === from.column;
    return {
      line: from.line,
      column: from.column,
      endLine: to.line,
      endColumn: empty ? to.column + 1 : to.column,
    };
  }

  /** The line of `range` with carets under it, cut to {@link SNIPPET_WIDTH} around the place. */
  snippetOf(range: TextRange): string {
    const line = this.#lineText(range.line);
    const start = range.column - 1;
    const end = range.endLine === range.line
      ? range.endColumn - 1
      : Math.max(line.length, start + 1);
    const from = Math.max(0, Math.min(start - SNIPPET_LEAD, line.length - SNIPPET_WIDTH));
    const to = from + SNIPPET_WIDTH;
    const head = from > 0 ? "…" : "";
    const shown = head + printable(line.slice(from, to)) + (line.length > to ? "…" : "");
    const indent = head.replace("…", " ") + line.slice(from, start).replace(/[^\t]/g, " ");
    return `${shown}\n${indent}${"^".repeat(Math.max(1, Math.min(end, to) - start))}`;
  }

  #positionOf(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  #lineText(line: number): string {
    const text = this.#text.slice(this.#lineStarts[line - 1], this.#lineStarts[line]);
    return text.replace(/[\r\n\u2028\u2029]+$/, "");
  }
}

/** One unit stays one unit, so that carets stay under their place. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  const visible = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\uFFFD");
  return visible.toWellFormed();
}
