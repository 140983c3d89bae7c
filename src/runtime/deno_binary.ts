/** Finds the `deno` program that sandboxes run in. */

import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { CodemodeError } from "../base/errors.ts";
import { isProgram } from "./is_program.ts";

/**
 * The path of a `deno` program: `configured`, else the running one, else the first on `PATH`, else the one of the npm
 * package `deno`.
 *
 * @throws {CodemodeError} `RUNTIME_UNAVAILABLE` when there is none that can be executed.
 */
export function findDeno(configured?: string): string {
  if (configured !== undefined) {
    if (isProgram(configured)) return configured;
    throw new CodemodeError(
      "RUNTIME_UNAVAILABLE",
      "The configured deno program cannot be executed",
    );
  }
  if (process.versions["deno"] !== undefined) return process.execPath;
  const found = onPath() ?? inPackages();
  if (found !== undefined) return found;
  const message =
    "No deno program was found on PATH or as the npm package deno: install one, or name it (denoPath)";
  throw new CodemodeError("RUNTIME_UNAVAILABLE", message);
}

function onPath(): string | undefined {
  const name = process.platform === "win32" ? "deno.exe" : "deno";
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function inPackages(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("deno/package.json");
    const path = join(dirname(manifest), process.platform === "win32" ? "deno.exe" : "deno");
    return isProgram(path) ? path : undefined;
  } catch {
    return undefined; // The package is not installed.
  }
}
