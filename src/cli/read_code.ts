/** Reads the program a verb is given: a file, or stdin for `-`. */

import { Buffer } from "node:buffer";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import process from "node:process";
import { CodemodeError } from "../base/errors.ts";
import { fileFault } from "../base/file_fault.ts";
import type { Language } from "../contract/mod.ts";
import { type Invocation, text } from "./command.ts";

const LANGUAGE_BY_EXTENSION: Readonly<Record<string, Language>> = Object.freeze({
  ".ts": "typescript",
  ".mts": "typescript",
  ".js": "javascript",
  ".mjs": "javascript",
  ".py": "python",
  ".sh": "bash",
});

/** A program and its language. */
export interface Code {
  readonly code: string;
  readonly language: Language;
}

/** The program named by the first positional; `--language` wins over the file's extension. */
export async function readCode(invocation: Invocation): Promise<Code> {
  const [path] = invocation.positionals;
  if (path === undefined) throw new CodemodeError("INVALID_REQUEST", "Name a file, or - for stdin");
  const named = text(invocation, "language") ?? LANGUAGE_BY_EXTENSION[extname(path)] ??
    "typescript";
  return {
    code: path === "-" ? await readStdin() : await readProgram(path),
    language: named as Language,
  };
}

async function readProgram(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new CodemodeError("INVALID_REQUEST", `Cannot read ${path}: ${fileFault(cause)}`, {
      cause,
    });
  }
}

async function readStdin(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return new TextDecoder().decode(Buffer.concat(chunks));
}
