/**
 * Pins what the package exports: compares the doors of `deno.json` with `surface.json`, name by name.
 * `--write` accepts the present state; the difference then shows in review.
 */

import { readFile, writeFile } from "node:fs/promises";
import config from "../deno.json" with { type: "json" };
import { findSurfaceChanges, type Surface } from "./surface_changes.ts";

const PINNED = new URL("./surface.json", import.meta.url);

interface DocumentedModule {
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly { readonly kind: string }[];
  }[];
}

async function readDoor(path: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", path],
    stdin: "null",
  }).output();
  if (!success) throw new TypeError(new TextDecoder().decode(stderr).trim());
  const documented: { nodes: Record<string, DocumentedModule> } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  const symbols = Object.values(documented.nodes).flatMap(({ symbols }) => symbols);
  const names = symbols.flatMap(({ name, declarations }) =>
    declarations.filter(({ kind }) => kind !== "moduleDoc").map(({ kind }) => `${kind} ${name}`)
  );
  return [...new Set(names)].sort();
}

const found: Record<string, string[]> = {};
for (const [door, path] of Object.entries(config.exports)) found[door] = await readDoor(path);

if (Deno.args.includes("--write")) {
  await writeFile(PINNED, `${JSON.stringify(found, null, 2)}\n`);
  console.log("surface.json written");
} else {
  const promised: Surface = JSON.parse(await readFile(PINNED, "utf8"));
  const changes = findSurfaceChanges(promised, found);
  for (const change of changes) console.log(change);
  if (changes.length > 0) {
    console.log("If this is meant: deno run -A scripts/check_surface.ts --write");
    Deno.exit(1);
  }
}
