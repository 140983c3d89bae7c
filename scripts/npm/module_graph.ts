/** Which modules a packed module loads, and which of them a browser could not. Reads files only. */

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const IMPORTED = /(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g;

/** Follows relative imports from `entry`; answers each outside specifier with the file that has it. */
export async function findOutsideImports(entry: string): Promise<ReadonlyMap<string, string>> {
  const outside = new Map<string, string>();
  const seen = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await readFile(file, "utf8");
    for (const [, specifier = ""] of text.matchAll(IMPORTED)) {
      if (specifier.startsWith(".")) await visit(join(dirname(file), specifier));
      else outside.set(specifier, file);
    }
  };
  await visit(entry);
  return outside;
}
