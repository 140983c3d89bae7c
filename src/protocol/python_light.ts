/**
 * Which programs the light engine of Python takes, and how they are put to it. It is a young engine of
 * its own making, so a program is taken only where it is known to do what CPython does: anything not
 * admitted here by name is not taken. Reads tokens; syntax is judged by the engine's own parser.
 */

import type { GuestNamespace } from "./frames.ts";
import { admitStatements } from "./python_admit.ts";
import { type PythonBrackets, readPythonBrackets } from "./python_brackets.ts";
import { isKnownAttribute, takesPlace } from "./python_attributes.ts";
import { type Division, isDivision, readDividedName, readDivision } from "./python_factors.ts";
import { isOrder, readComparison } from "./python_order.ts";
import { pythonPaths, type ToolPlace } from "./python_names.ts";
import { type PythonToken, readPythonTokens } from "./python_tokens.ts";

/** What is put in the place of a program's own text. */
export interface TextEdit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
  /** Where what it opens ends: of edits at one place the outer comes first. */
  readonly reach?: number;
}

/** A program for the light engine. Its lines are those of the program. */
export interface LightProgram {
  readonly code: string;
  /** What each function `__call<n>` calls. */
  readonly calls: readonly ToolPlace[];
}

/** A program, or what it needs that the light engine does not have. */
export type LightVerdict = LightProgram | { readonly lacks: string };

/** Longest program that is looked at. */
const MAX_LENGTH = 65_536;

/** Puts a program to the light engine, if it is one for it. */
export function toLightProgram(
  source: string,
  namespaces: readonly GuestNamespace[],
): LightVerdict {
  if (source.length > MAX_LENGTH) return { lacks: "room for so long a program" };
  const tokens = readPythonTokens(source);
  if (tokens === undefined) return { lacks: "an understanding of its text" };
  const lacks = admitStatements(tokens);
  if (lacks !== undefined) return { lacks: lacks.slice(0, MAX_LACKS) };
  return new Rewriter(source, tokens, namespaces).run();
}

/** Characters that are said of what is lacked. */
const MAX_LACKS = 200;
/** Tokens beyond its first that name a tool: two dots and two names. */
const MAX_PATH = 4;
/** Built-ins whose calls go to corrected ones: the engine's own differ in numbers. */
const CORRECTED: ReadonlySet<string> = new Set([
  "sum",
  "round",
  "int",
  "str",
  "print",
  "chr",
  "divmod",
]);
const TYPES: ReadonlySet<string> = new Set(["int", "str"]);

class Rewriter {
  readonly #source: string;
  readonly #tokens: readonly PythonToken[];
  readonly #brackets: PythonBrackets;
  readonly #paths: ReadonlyMap<string, ToolPlace>;
  readonly #heads: ReadonlySet<string>;
  readonly #edits: TextEdit[] = [];
  readonly #calls: ToolPlace[] = [];
  #lacks: string | undefined;

  constructor(
    source: string,
    tokens: readonly PythonToken[],
    namespaces: readonly GuestNamespace[],
  ) {
    this.#source = source;
    this.#tokens = tokens;
    this.#brackets = readPythonBrackets(tokens);
    this.#paths = pythonPaths(namespaces);
    this.#heads = new Set(["mcp", ...[...this.#paths.keys()].map((path) => path.split(".")[0]!)]);
  }

  run(): LightVerdict {
    for (const [at, token] of this.#tokens.entries()) {
      if (this.#lacks === undefined) this.#visit(token, at);
    }
    if (this.#lacks !== undefined) return { lacks: this.#lacks };
    return { code: applyEdits(this.#source, this.#edits), calls: this.#calls };
  }

  #visit(token: PythonToken, at: number): void {
    if (token.kind === "field") return this.#visitField(at);
    if (isOrder(token)) return this.#visitOrder(token, at);
    if (isDivision(token)) return this.#visitDivision(token, at);
    if (token.text === "%=" || token.text === "/=") return this.#visitDividing(token, at);
    if (token.kind !== "name" || this.#isArgumentName(at)) return;
    if (this.#text(at - 1) === ".") return this.#visitAttribute(token, at);
    if (this.#heads.has(token.text)) return this.#visitTool(at);
    if (CORRECTED.has(token.text)) this.#visitCorrected(token, at);
  }

  /** `name=` inside the brackets of a call. */
  #isArgumentName(at: number): boolean {
    const isInside = this.#tokens[at]!.depth > 0;
    return isInside && this.#text(at + 1) === "=" && "(,".includes(this.#text(at - 1) || "?");
  }

  #visitAttribute({ text }: PythonToken, at: number): void {
    let head = at - 2;
    while (this.#text(head - 1) === "." && this.#tokens[head]?.kind === "name") head -= 2;
    const owner = this.#text(head);
    if (this.#heads.has(owner)) return;
    if (!isKnownAttribute(head === at - 2 ? owner : "", text)) return this.#lack(`.${text}`);
    if (takesPlace(text) && this.#hasPlace(at + 1)) this.#lack(`.${text} from a place`);
    if (text === "loads" && owner === "json") this.#visitLoads(at);
  }

  #visitLoads(at: number): void {
    if (this.#text(at + 1) !== "(") return this.#lack("json.loads other than as a call");
    const start = this.#tokens[at - 2]!.start;
    this.#edit(start, this.#tokens[at]!.end - start, "__loads");
  }

  /** Whether a method is given more than what it looks for, and that could be empty. */
  #hasPlace(open: number): boolean {
    const depth = this.#tokens[open]!.depth + 1;
    const isLiteral = /^(["'])(?!\1)/.test(this.#text(open + 1));
    const end = this.#brackets.closing(open);
    const hasMore = this.#tokens.slice(open, end).some((token) =>
      token.depth === depth && (token.text === "," || token.text.startsWith("*"))
    );
    return hasMore && !(isLiteral && this.#text(open + 2) === ",");
  }

  #visitTool(at: number): void {
    const [path, last] = this.#readPath(at);
    const place = this.#paths.get(path);
    if (place === undefined || this.#text(last + 1) !== "(") {
      return this.#lack(`${path} other than as a call`);
    }
    const end = this.#brackets.closing(last + 1);
    if (this.#hasMapping(last + 1, end)) return this.#lack("** in calls of tools");
    const start = this.#tokens[at]!.start;
    const open = this.#tokens[last + 1]!.end;
    const name = `__call${this.#calls.push(place) - 1}`;
    this.#edit(start, open - start, `__tool(${name}(`);
    this.#edit(this.#tokens[end]!.start, 0, ")");
  }

  /** Whether arguments come out of a mapping, whose keys could be more than names. */
  #hasMapping(open: number, end: number): boolean {
    const depth = this.#tokens[open]!.depth + 1;
    return this.#tokens.slice(open, end).some((token, index) =>
      token.text === "**" && token.depth === depth && "(,".includes(this.#text(open + index - 1))
    );
  }

  #readPath(at: number): readonly [path: string, last: number] {
    let path = this.#text(at);
    let last = at;
    while (last < at + MAX_PATH && this.#isFollowed(last)) {
      if (this.#paths.has(path)) break;
      last += 2;
      path += `.${this.#text(last)}`;
    }
    return [path, last];
  }

  /** Whether a dot and a name stand behind a token. */
  #isFollowed(at: number): boolean {
    return this.#text(at + 1) === "." && this.#tokens[at + 2]?.kind === "name";
  }

  #visitCorrected({ text, start, end }: PythonToken, at: number): void {
    const isCall = this.#text(at + 1) === "(";
    if (!isCall && TYPES.has(text) && this.#isType(at)) return;
    if (!isCall && !["map", "key"].includes(this.#text(at - 2))) {
      return this.#lack(`${text} other than as a call`);
    }
    this.#edit(start, end - start, `__${text}`);
  }

  /** Whether a name is written where types are: in an annotation, or for `isinstance`. */
  #isType(at: number): boolean {
    if ([":", "->", "[", "|"].includes(this.#text(at - 1))) return true;
    const open = this.#brackets.around(at);
    const isAmong = this.#text(open - 1) === ",";
    return this.#text((isAmong ? this.#brackets.around(open) : open) - 1) === "isinstance";
  }

  #visitOrder(token: PythonToken, at: number): void {
    const found = readComparison(this.#tokens, at);
    if (found === undefined) return this.#lack("comparisons in a row");
    this.#call(found, token);
  }

  #visitDivision(token: PythonToken, at: number): void {
    const found = readDivision(this.#tokens, at);
    if (found === undefined) return this.#lack(`such operands of ${token.text}`);
    this.#call(found, token);
  }

  /** Puts a call of a function in the place of an operator. */
  #call({ name, first, last }: Division, { start, end }: PythonToken): void {
    this.#edit(first.start, 0, `${name}(`, last.end);
    this.#edit(start, end - start, ",");
    this.#edit(last.end, 0, ")");
  }

  #visitDividing({ text, start, end }: PythonToken, at: number): void {
    const found = readDividedName(this.#tokens, at);
    if (found === undefined) return this.#lack(`such operands of ${text}`);
    const [name, last] = found;
    this.#edit(start, end - start, `= ${text === "/=" ? "__div" : "__mod"}(${name.text},`);
    this.#edit(last.end, 0, ")");
  }

  /** A field without a format is printed as `str` prints it; one with a format only where that is known. */
  #visitField(at: number): void {
    const field = this.#tokens[at]!;
    const { text, start } = this.#tokens[this.#brackets.closing(at)]!;
    if (text === "=" || text === "!") return this.#lack("fields with = or ! in f-strings");
    const format = this.#source.slice(start + 1, this.#source.indexOf("}", start));
    if (/[cgGn]$/.test(format)) return this.#lack("such formats");
    const isTyped = /[bdeEfFosxX%]$/.test(format);
    const printer = text === "}" ? "__str(" : isTyped ? "__typed(" : "__untyped(";
    this.#edit(field.end, 0, printer, start);
    this.#edit(start, 0, ")");
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }

  #edit(at: number, remove: number, insert: string, reach = 0): void {
    this.#edits.push({ at, remove, insert, reach });
  }

  #lack(what: string): void {
    this.#lacks ??= what.slice(0, MAX_LACKS);
  }
}

function reachOf({ reach = 0 }: TextEdit): number {
  return reach;
}

/** What is put before something goes before what is put in its place. */
function isIn({ remove }: TextEdit): number {
  return remove > 0 ? 1 : 0;
}

/** Edits never overlap; those at one place are put in their order. */
function applyEdits(source: string, edits: readonly TextEdit[]): string {
  const ordered = [...edits].sort((one, other) =>
    one.at - other.at || isIn(one) - isIn(other) || reachOf(other) - reachOf(one)
  );
  let text = "";
  let from = 0;
  for (const { at, remove, insert } of ordered) {
    text += source.slice(from, at) + insert;
    from = at + remove;
  }
  return text + source.slice(from);
}
