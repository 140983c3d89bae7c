/**
 * Statements and names that the light engine of Python is known to treat as CPython does. Findings of
 * the differences are in `docs/decisions/`; a test runs each rule against programs on both sides.
 */

import { type PythonBrackets, readPythonBrackets } from "./python_brackets.ts";
import { isKnownText, unescapeText } from "./python_text.ts";
import type { PythonToken } from "./python_tokens.ts";

/** What a program needs that it would not find, in words of a sentence "it has no …". */
export function admitStatements(tokens: readonly PythonToken[]): string | undefined {
  return new Admission(tokens).run();
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const NO_KEYWORDS = words("class yield del with");
/** Names that exist in CPython and not, or otherwise, in the engine. */
const NO_NAMES = words(
  "set frozenset type id hash repr ascii format hasattr getattr setattr delattr vars dir callable object super " +
    "property staticmethod classmethod iter next open input eval exec compile globals locals bytearray memoryview " +
    "complex pow slice bytes breakpoint help aiter anext copyright credits license quit exit Ellipsis NotImplemented " +
    "McpToolError fetch files env return_exceptions match case",
);
const MODULES = words("json math asyncio typing");
const ASYNCIO = words("gather run");
/** Exceptions both engines raise at the same places. */
const CAUGHT = words("ValueError KeyError IndexError ZeroDivisionError LookupError");
/** Functions whose value can be read twice in the engine, and once in CPython. */
const LAZY = words("zip map filter enumerate reversed");
/** What reads all of such a value at once. */
const READERS = words("list tuple dict sum sorted min max join print any all");

class Admission {
  readonly #tokens: readonly PythonToken[];
  readonly #brackets: PythonBrackets;
  #asyncNames: ReadonlySet<string> = new Set();

  constructor(tokens: readonly PythonToken[]) {
    this.#tokens = tokens;
    this.#brackets = readPythonBrackets(tokens);
  }

  run(): string | undefined {
    this.#asyncNames = this.#findAsyncNames();
    for (let at = 0; at < this.#tokens.length; at += 1) {
      const lacks = this.#judge(this.#tokens[at]!, at);
      if (lacks !== undefined) return lacks;
    }
    return this.#judgeEnd();
  }

  #judge(token: PythonToken, at: number): string | undefined {
    if (token.text === "{" && this.#isSet(at)) return "sets in CPython's order";
    if (token.kind === "text") return judgeText(token.text);
    if (token.text === "**" || token.text === "**=") return this.#judgePower(at);
    if (token.kind !== "name") return undefined;
    if (token.text.startsWith("__")) return token.text;
    if (NO_KEYWORDS.has(token.text)) return `'${token.text}' statements`;
    if (token.text === "import" || token.text === "from") return this.#judgeImport(at);
    if (token.text === "except") return this.#judgeExcept(at);
    if (token.text === "for") return this.#judgeFor(at);
    return this.#judgeName(token.text, at);
  }

  /** Powers of floats differ in their last digit, and can be complex. */
  #judgePower(at: number): string | undefined {
    const isMapping = ["(", "{", ","].includes(this.#text(at - 1));
    const isWhole = [at - 1, at + 1].every((index) => /^\d+$/.test(this.#text(index)));
    return isMapping || isWhole ? undefined : "such powers";
  }

  #judgeName(name: string, at: number): string | undefined {
    const isAttribute = this.#text(at - 1) === ".";
    if (isAttribute) {
      const isAsyncio = this.#text(at - 2) === "asyncio";
      return isAsyncio && !ASYNCIO.has(name) ? `asyncio.${name}` : undefined;
    }
    const isArgument = this.#text(at + 1) === "=" && this.#tokens[at]!.depth > 0;
    if (NO_NAMES.has(name) && !(isArgument && name !== "return_exceptions")) return name;
    if (LAZY.has(name) && !this.#isReadAtOnce(at)) return `${name} other than read at once`;
    if (this.#asyncNames.has(name)) return this.#judgeAsync(name, at);
    return undefined;
  }

  /** A function of the program's own is awaited where it is called: the engine runs one at a time. */
  #judgeAsync(name: string, at: number): string | undefined {
    const before = this.#text(at - 1);
    const isDefined = before === "def";
    const isAwaited = before === "await" && this.#text(at + 1) === "(";
    const isRun = before === "(" && this.#text(at - 2) === "run" &&
      this.#text(at - 4) === "asyncio";
    return isDefined || isAwaited || isRun ? undefined : `${name}(…) at the same time as others`;
  }

  #findAsyncNames(): ReadonlySet<string> {
    const names = new Set<string>();
    this.#tokens.forEach(({ text }, at) => {
      if (text === "def" && this.#text(at - 1) === "async") names.add(this.#text(at + 1));
    });
    return names;
  }

  #judgeImport(at: number): string | undefined {
    const isFirst = at === 0 || this.#tokens[at - 1]!.kind === "line" || this.#text(at - 1) === ";";
    if (!isFirst) return this.#text(at) === "from" ? undefined : this.#judgeFrom(at);
    const name = this.#text(at + 1);
    if (!MODULES.has(name)) return `the module ${name}`;
    const isPlain = this.#text(at) === "from" || this.#isLineEnd(at + 2);
    return isPlain ? undefined : "imports by other names";
  }

  /** `from json import …`: the names must be the module's own. */
  #judgeFrom(at: number): string | undefined {
    const isFrom = this.#text(at - 2) === "from";
    return isFrom && this.#text(at - 1) === "typing" ? undefined : "imports of names from modules";
  }

  #judgeExcept(at: number): string | undefined {
    for (let index = at + 1; index < this.#tokens.length; index += 1) {
      const { text } = this.#tokens[index]!;
      if (text === ":" && index > at + 1) return undefined;
      if (!["(", ",", ")"].includes(text) && !CAUGHT.has(text)) break;
    }
    return "exceptions in all that CPython says of them";
  }

  /** `for` in brackets of a call makes a value that is read once in CPython. */
  #judgeFor(at: number): string | undefined {
    const open = this.#brackets.around(at);
    if (this.#text(open) !== "(") return undefined;
    return this.#isReader(open - 1) ? undefined : "generators";
  }

  #isReader(at: number): boolean {
    return READERS.has(this.#text(at)) || this.#text(at) === "*";
  }

  #isReadAtOnce(at: number): boolean {
    const before = this.#text(at - 1);
    if (before === "in" || before === "*") return true;
    return before === "(" && this.#isReader(at - 2);
  }

  /** A display in braces without a colon at its top. */
  #isSet(at: number): boolean {
    const { depth } = this.#tokens[at]!;
    if (this.#text(at + 1) === "}" || this.#text(at + 1) === "**") return false;
    for (let index = at + 1; index < this.#tokens.length; index += 1) {
      const token = this.#tokens[index]!;
      if (token.depth === depth) return true;
      if (token.depth !== depth + 1) continue;
      if (token.text === "lambda") return true;
      if (token.text === ":") return false;
    }
    return true;
  }

  /** The value of a last statement that has branches is one that the engine does not keep. */
  #judgeEnd(): string | undefined {
    const starts = this.#tokens.filter(({ kind, depth, start }, at) =>
      kind !== "line" && depth === 0 && this.#isAtMargin(at, start)
    );
    const last = starts.at(-1)?.text ?? "";
    const isBranch = ["if", "try", "elif", "else", "except", "finally"].includes(last);
    return isBranch ? "a value from a branch of its last statement" : undefined;
  }

  #isAtMargin(at: number, start: number): boolean {
    const before = this.#tokens[at - 1];
    return before === undefined ? start === 0 : before.kind === "line" && before.end === start;
  }

  #isLineEnd(at: number): boolean {
    const token = this.#tokens[at];
    return token === undefined || token.kind === "line" || token.text === ";";
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }
}

/** Bytes leave as other values than in CPython, and text with escapes of its own names is not read. */
function judgeText(text: string): string | undefined {
  if (/^[rR]?[bB]/.test(text)) return "bytes";
  if (/\\(N|u[dD][89a-fA-F]|U)/.test(text)) return "such escapes in text";
  return isKnownText(unescapeText(text)) ? undefined : "such characters";
}
