/** Which modules packed modules lead to, declarations included. Reads files, runs nothing. */

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const IMPORTED = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g;

/** What a search came to. */
export interface ModuleGraph {
  readonly files: ReadonlySet<string>;
  /** Specifiers that lead out of the package, each with a file that has it. */
  readonly outside: ReadonlyMap<string, string>;
}

/** Follows relative imports; from a `.d.ts` file they lead to `.d.ts` files. */
export async function findModules(entries: readonly string[]): Promise<ModuleGraph> {
  const files = new Set<string>();
  const outside = new Map<string, string>();
  const visit = async (file: string): Promise<void> => {
    if (files.has(file)) return;
    files.add(file);
    const text = withoutComments(await readFile(file, "utf8"));
    for (const [, specifier = ""] of text.matchAll(IMPORTED)) {
      if (!specifier.startsWith(".")) outside.set(specifier, file);
      else await visit(toFile(file, specifier));
    }
  };
  for (const entry of entries) await visit(entry);
  return { files, outside };
}

/** Declarations as the package has them: the compiler leaves `./tool.ts`, the package has `./tool.js`. */
export function toPackedImports(text: string): string {
  return text.replace(/((?:\bfrom|\bimport)\s*\(?\s*["']\.[^"']*)\.ts(["'])/g, "$1.js$2");
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

function toFile(from: string, specifier: string): string {
  const path = join(dirname(from), specifier);
  return from.endsWith(".d.ts") ? path.replace(/\.[jt]s$/, ".d.ts") : path;
}
