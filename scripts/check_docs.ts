/**
 * Checks README.md, CHANGELOG.md and docs: links, paths, tasks and words by `doc_faults.ts`, and the
 * types of their `ts` blocks by Deno (a block that must not be checked is fenced `ts ignore`).
 */

import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import config from "../deno.json" with { type: "json" };
import { findDocFaults } from "./doc_faults.ts";

const DOCUMENTS = ["README.md", "CHANGELOG.md", "docs/**/*.md"];

async function findDocuments(): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of DOCUMENTS) {
    for await (const path of glob(pattern)) found.push(path);
  }
  return found.filter((path) => !path.startsWith("docs/samples/")).sort();
}

async function checkBlocks(documents: readonly string[]): Promise<string[]> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--frozen", "--doc-only", ...documents],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  return success ? [] : [new TextDecoder().decode(stderr).trimEnd()];
}

const documents = await findDocuments();
const around = { tasks: Object.keys(config.tasks), exists: existsSync };
const faults: string[] = [];
for (const path of documents) {
  faults.push(...findDocFaults(path, await readFile(path, "utf8"), around));
}
if (documents.length === 0) faults.push("no document was found");
else faults.push(...await checkBlocks(documents));
for (const fault of faults) console.log(fault);
console.log(`${documents.length} documents, ${faults.length} faults`);
Deno.exit(faults.length === 0 ? 0 : 1);
