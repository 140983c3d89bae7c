/** Where the files of the npm package Pyodide lie: in Deno's cache, or in `node_modules`. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { CodemodeError } from "../base/errors.ts";

/** The package's files by the names a sandbox gives them. */
const FILES = Object.freeze({
  "engine.loader.mjs": "pyodide.mjs",
  "engine.glue.mjs": "pyodide.asm.mjs",
  "engine.wasm": "pyodide.asm.wasm",
  "engine.zip": "python_stdlib.zip",
});

/** Pyodide's files. */
export interface PythonAssets {
  readonly version: string;
  /** Path of each file by its name in a sandbox. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Finds the files.
 *
 * @throws {CodemodeError} `RUNTIME_UNAVAILABLE` when the package is not installed.
 */
export function findPythonAssets(): PythonAssets {
  const { resolve } = createRequire(import.meta.url);
  try {
    const entries = Object.entries(FILES).map(([name, file]) => [name, resolve(`pyodide/${file}`)]);
    const manifest = JSON.parse(readFileSync(resolve("pyodide/package.json"), "utf8"));
    return { version: String(manifest.version), files: Object.freeze(Object.fromEntries(entries)) };
  } catch (cause) {
    const message = "The npm package pyodide is not installed, which programs in Python need";
    throw new CodemodeError("RUNTIME_UNAVAILABLE", message, { cause });
  }
}

/**
 * Makes Deno fetch the package with everything else, as an import of it that nothing needs: its files
 * are read by path, and no part of it runs in this process.
 */
export function loadPythonPackage(): Promise<unknown> {
  return import("pyodide");
}

/** Digest of what a snapshot depends on: names and contents. */
export function digestFiles(files: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(files).sort()) {
    const content = readFileSync(files[name]!);
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
