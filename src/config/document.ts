/** The YAML text of a configuration: parsed once, and asked where its parts stand. */

import { Buffer } from "node:buffer";
import {
  type Document,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import type { ConfigProblem } from "./problem.ts";

/** Largest file. */
const MAX_BYTES = 1_048_576;

/** A parsed file. `problems` are YAML's own. */
export interface ConfigDocument {
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** A fault at a path; with `atKey` it points at the key and not at its value. */
  problem(path: readonly PropertyKey[], message: string, options?: ProblemOptions): ConfigProblem;
}

/** Options of {@link ConfigDocument.problem}. */
export interface ProblemOptions {
  readonly atKey?: boolean;
  readonly suggestion?: string | undefined;
}

/** Parses YAML 1.2. Aliases are bounded, duplicate keys are faults. */
export function parseConfigDocument(file: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  const tooLarge = Buffer.byteLength(text) > MAX_BYTES;
  const document = parseDocument(tooLarge ? "" : text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: "error",
  });
  const at = (
    offset: number,
    path: readonly PropertyKey[],
    message: string,
    suggestion?: string,
  ): ConfigProblem => {
    const { line, col } = lines.linePos(offset);
    return {
      file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      path: path.map(String).join("."),
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  };
  const problems = [...document.errors, ...document.warnings].map((error) =>
    at(error.pos[0], [], error.message)
  );
  if (tooLarge) problems.push(at(0, [], `the file is larger than ${MAX_BYTES} bytes`));
  for (const offset of prototypeKeys(document)) {
    problems.push(at(offset, [], 'the key "__proto__" cannot be used'));
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? {};
    // An alias inside its own anchor is the one way to a value without an end.
    JSON.stringify(value);
  } catch (error) {
    const told = error instanceof ReferenceError ? error.message : "the file refers to itself";
    problems.push(at(0, [], told));
  }
  return {
    value,
    problems,
    problem: (path, message, options = {}) =>
      at(
        offsetOf(document.contents, path, options.atKey ?? false),
        path,
        message,
        options.suggestion,
      ),
  };
}

/** Where `__proto__` is a key: what reads the values would lose it silently. */
function prototypeKeys(document: Document): number[] {
  const offsets: number[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.value === "__proto__") offsets.push(rangeOf(key) ?? 0);
    },
  });
  return offsets;
}

/** Offset of the node at a path, or of the nearest one above it that exists. */
function offsetOf(root: Node | null, path: readonly PropertyKey[], atKey: boolean): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  path.forEach((step, depth) => {
    const found = childOf(node, step);
    if (found === undefined) return node = undefined;
    node = found.value;
    const wantsKey = atKey && depth === path.length - 1;
    offset = (wantsKey ? found.keyOffset : undefined) ?? rangeOf(found.value) ?? found.keyOffset ??
      offset;
  });
  return offset;
}

function childOf(
  node: unknown,
  step: PropertyKey,
): { value: unknown; keyOffset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) =>
      isPair(item) && isScalar(item.key) && String(item.key.value) === String(step)
    );
    return pair === undefined ? undefined : { value: pair.value, keyOffset: rangeOf(pair.key) };
  }
  const items: unknown = (node as { items?: unknown } | undefined)?.items;
  if (!Array.isArray(items) || items[Number(step)] === undefined) return undefined;
  return { value: items[Number(step)], keyOffset: undefined };
}

function rangeOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
