/**
 * The commands of a script, in the order they are written: each with its words as far as they are
 * known before the script runs. Reads the parser's tree by shape, so a node it does not know is walked
 * through.
 */

import type { Word } from "../protocol/read_words.ts";

/** A command as it is written. */
export interface WrittenCommand {
  /** `undefined` where the name is made when the script runs. */
  readonly name: Word;
  readonly args: readonly Word[];
  /** Line as the parser tells it; inside substitutions it may count from their own beginning. */
  readonly line: number;
}

/** What a script consists of, as far as checking it goes. */
export interface WrittenScript {
  readonly commands: readonly WrittenCommand[];
  readonly functions: ReadonlySet<string>;
  /** Mistakes that a shell finds only when it comes to them. */
  readonly lateFaults: readonly LateFault[];
}

/** A mistake that parses. */
export interface LateFault {
  readonly message: string;
  readonly line: number;
  /** The ways in which what is wrong may be written, where that is known. */
  readonly texts?: readonly string[];
  readonly suggestion?: string;
}

type Node = { readonly [key: string]: unknown };

interface Collected extends WrittenScript {
  readonly commands: WrittenCommand[];
  readonly functions: Set<string>;
  readonly lateFaults: LateFault[];
}

/** Deepest nesting that is walked; the parser allows 200 constructs. */
const MAX_DEPTH = 4000;

/** Reads a tree. Throws `RangeError` when it nests too deep. */
export function readTree(tree: unknown): WrittenScript {
  const found: Collected = { commands: [], functions: new Set(), lateFaults: [] };
  collect(tree, found, 0);
  return found;
}

function collect(value: unknown, found: Collected, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError("The tree nests too deep");
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found, depth + 1);
    return;
  }
  if (!isNode(value)) return;
  take(value, found);
  for (const key of Object.keys(value)) collect(value[key], found, depth + 1);
}

function take(node: Node, found: Collected): void {
  const line = typeof node["line"] === "number" ? node["line"] : found.commands.at(-1)?.line ?? 1;
  if (node["type"] === "FunctionDef") found.functions.add(String(node["name"]));
  if (node["type"] === "Statement" && isNode(node["deferredError"])) {
    found.lateFaults.push({ message: String(node["deferredError"]["message"]), line });
  }
  const substituted = substitutionIn(node);
  if (substituted !== undefined) {
    found.lateFaults.push({ ...ARITHMETIC_SUBSTITUTION, line, texts: substituted });
  }
  if (node["type"] !== "SimpleCommand" || !isNode(node["name"])) return;
  const args = Array.isArray(node["args"]) ? node["args"] : [];
  found.commands.push({ name: wordOf(node["name"]), args: args.map(wordOf), line });
}

/** The shell would run it apart from the script: without its variables and functions, and say nothing. */
const ARITHMETIC_SUBSTITUTION = {
  message: "a command inside $((…)) is not supported here.",
  suggestion: "Assign its output to a variable before, as in `n=$(command)`, and use the variable.",
} as const;

/** The command inside arithmetic, as it may be written. */
function substitutionIn({ type, command, content }: Node): readonly string[] | undefined {
  if (type === "ArithCommandSubst") return [`$(${command})`, `\`${command}\``];
  const isBraced = type === "ArithBracedExpansion" && /\$\(|`/.test(String(content));
  return isBraced ? [`\${${content}}`] : undefined;
}

/** The text of a word without anything that is made when the script runs. */
function wordOf(word: unknown): Word {
  const parts = isNode(word) && Array.isArray(word["parts"]) ? word["parts"] : [];
  let text = "";
  for (const part of parts) {
    const known = partOf(part);
    if (known === undefined) return undefined;
    text += known;
  }
  return text;
}

function partOf(part: unknown): Word {
  if (!isNode(part)) return undefined;
  const { type, value } = part;
  if (type === "DoubleQuoted") return wordOf(part);
  const isPlain = type === "Literal" || type === "SingleQuoted" || type === "Escaped";
  return isPlain && typeof value === "string" ? value : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}
