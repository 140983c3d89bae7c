/**
 * Changes a script's tree before it runs: statements in the background become jobs, `wait` waits for
 * them, and reading a command's line notes it as the one that ran last.
 */

import type { Jobs } from "./jobs.ts";
import type { ScriptTree } from "./package_types.ts";

type Node = Record<string, unknown>;

/** Where a command is. */
export interface CommandPlace {
  readonly line: number;
  /** The pipeline that it belongs to. */
  readonly pipeline: PipelinePlace | undefined;
}

/** Where the commands of a pipeline are; the same object for all of them. */
export interface PipelinePlace {
  readonly commands: readonly { readonly name: string | undefined; readonly line: number }[];
}

/** Told of commands as they run. */
export interface LineNotes {
  readonly script: string;
  onCommand(place: CommandPlace): void;
}

/** What is told of a tree as it runs. */
export interface TreeNotes {
  /** Where its commands are, where that is of interest. */
  readonly lines?: LineNotes | undefined;
  /** Called as each statement begins. */
  onStatement(): void;
}

/** Lines of a command that are searched for the beginning of a substitution. */
const MAX_LINES_AHEAD = 1000;

/** Prepares a tree in place; the parser has bounded its depth. */
export function prepareTree(script: ScriptTree, jobs: Jobs, notes: TreeNotes): void {
  // A walk over every kind of node knows no kind.
  new Preparation(jobs, notes).prepare(script as unknown as Node, 0);
}

/** The script with some variables exported at its beginning. */
export function withExports(script: ScriptTree, names: readonly string[]): ScriptTree {
  if (names.length === 0) return script;
  const words = ["export", ...names].map((value) => ({
    type: "Word",
    parts: [{ type: "Literal", value }],
  }));
  const [name, ...args] = words;
  const command = { type: "SimpleCommand", assignments: [], name, args, redirections: [] };
  const pipeline = { type: "Pipeline", negated: false, commands: [command] };
  const statement = { type: "Statement", pipelines: [pipeline], operators: [], background: false };
  // Nodes are made by their shape alone here.
  const first = statement as unknown as ScriptTree["statements"][number];
  return { ...script, statements: [first, ...script.statements] };
}

class Preparation {
  readonly #jobs: Jobs;
  readonly #notes: LineNotes | undefined;
  readonly #onStatement: () => void;
  readonly #lines: readonly string[];
  /** The line of the command that is being walked through. */
  #at = 1;
  #pipeline: PipelinePlace | undefined;

  constructor(jobs: Jobs, { lines, onStatement }: TreeNotes) {
    this.#jobs = jobs;
    this.#notes = lines;
    this.#onStatement = onStatement;
    this.#lines = lines?.script.split("\n") ?? [];
  }

  /** `offset` is the number of lines before those that the node counts. */
  prepare(node: Node, offset: number): void {
    const { type, line } = node;
    if (typeof line === "number") this.#at = offset + line;
    const [at, pipeline] = [this.#at, this.#pipeline];
    if (type === "Pipeline") this.#pipeline = this.#placeOf(node, offset);
    const isSubstitution = type === "CommandSubstitution" || type === "ProcessSubstitution";
    const inner = isSubstitution && this.#notes !== undefined ? this.#offsetOf(node) : offset;
    this.#prepareAll(Object.values(node), inner);
    // What is in a command does not move it.
    this.#at = at;
    this.#pipeline = pipeline;
    this.#change(node, offset);
  }

  #placeOf(pipeline: Node, offset: number): PipelinePlace {
    const commands = (pipeline["commands"] as Node[]).map((command) => ({
      name: textOf(command["name"]),
      line: offset + (firstLineOf(command) ?? this.#at - offset),
    }));
    return { commands };
  }

  #prepareAll(values: readonly unknown[], offset: number): void {
    for (const value of values) {
      if (Array.isArray(value)) this.#prepareAll(value, offset);
      else if (isNode(value)) this.prepare(value, offset);
    }
  }

  #change(node: Node, offset: number): void {
    const { type } = node;
    if (type === "FunctionDef") this.#jobs.keepFunction(node);
    else if (type === "Statement") {
      if (node["background"] === true) this.#jobs.defer(node);
      this.#watch(node);
    } else if (type === "SimpleCommand") {
      this.#jobs.redirectWait(node);
      splitXargs(node);
      if (this.#notes !== undefined) this.#noteLine(node, offset, this.#notes);
    }
  }

  /** The interpreter looks for a late error of each statement before it runs it. */
  #watch(statement: Node): void {
    const { deferredError } = statement;
    const onStatement = this.#onStatement;
    Object.defineProperty(statement, "deferredError", {
      get() {
        onStatement();
        return deferredError;
      },
      enumerable: true,
    });
  }

  #noteLine(node: Node, offset: number, notes: LineNotes): void {
    const { line } = node;
    if (typeof line !== "number") return;
    const place = { line: offset + line, pipeline: this.#pipeline };
    Object.defineProperty(node, "line", {
      get() {
        notes.onCommand(place);
        return line;
      },
      enumerable: true,
    });
  }

  /** Lines in a substitution count from its own beginning, which its first statement shows. */
  #offsetOf(substitution: Node): number {
    const [first] = (substitution["body"] as { statements?: Node[] } | undefined)?.statements ?? [];
    const text = String(first?.["sourceText"] ?? "").split("\n", 1)[0] ?? "";
    const ahead = this.#lines.slice(this.#at - 1, this.#at - 1 + MAX_LINES_AHEAD);
    const found = ahead.findIndex((line) => line.includes(text));
    const own = firstLineOf(first) ?? 1;
    return found < 0 ? this.#at - 1 : this.#at + found - own;
  }
}

/** The package's `xargs` does not know `-I{}`, `-n1` and the like as one word. */
function splitXargs(command: Node): void {
  const args = command["args"] as Node[] | undefined;
  if (args === undefined || textOf(command["name"]) !== "xargs") return;
  for (let at = 0; at < args.length; at += 1) {
    const [, option, value] = /^(-[IndP])(.+)$/.exec(textOf(args[at]) ?? "") ?? [];
    if (option !== undefined && value !== undefined) {
      args.splice(at, 1, wordOf(option), wordOf(value));
      at += 1;
    } else if (/^-[IndP]$/.test(textOf(args[at]) ?? "")) at += 1;
    else if (!textOf(args[at])?.startsWith("-")) return;
  }
}

/** The text of a word of plain parts. */
function textOf(word: unknown): string | undefined {
  const parts = isNode(word) ? word["parts"] as Node[] : [];
  const texts = parts.map(({ type, value }) =>
    type === "Literal" || type === "SingleQuoted" || type === "Escaped" ? String(value) : undefined
  );
  return texts.includes(undefined) ? undefined : texts.join("");
}

function wordOf(value: string): Node {
  return { type: "Word", parts: [{ type: "SingleQuoted", value }] };
}

/** The first line that a node or something in it is at. */
function firstLineOf(node: unknown): number | undefined {
  if (!isNode(node)) return undefined;
  const { line } = node;
  if (typeof line === "number") return line;
  for (const value of Object.values(node)) {
    const found = firstLineOf(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}
