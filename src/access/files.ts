/** `files` for programs: small, whole-file operations on paths that were granted. */

import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, opendir, rmdir, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { CodemodeError } from "../base/errors.ts";
import { DEFAULT_AMOUNTS } from "../capability/mod.ts";
import { FILE_CALLS } from "../protocol/access.ts";
import { PathRules, type PathRulesOptions, readPath } from "./path_rules.ts";
import { insideOf, isStillAt, realPlaceOf, SwappedPath, withAnchor } from "./real_path.ts";

/** Entries of one folder that are listed. */
const MAX_ENTRIES = 10_000;
const READ_CHUNK_BYTES = 65_536;
/** Never through a link at the end, never waiting for the other end of a pipe. */
const SAFELY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** One entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: FileKind;
}

/** What a path is. */
export type FileKind = "file" | "folder" | "link" | "other";

const ACCESS_OF: ReadonlyMap<string, "read" | "write"> = new Map(
  FILE_CALLS.map((name) => [name, /^(?:read|list|stat)/.test(name) ? "read" : "write"]),
);

type FileCall = (path: string, content: unknown) => Promise<unknown>;

/** The files of one execution. */
export class FileAccess {
  readonly #rules: PathRules;
  readonly #calls: ReadonlyMap<string, FileCall>;

  constructor(options: PathRulesOptions) {
    this.#rules = new PathRules(options);
    this.#calls = new Map<string, FileCall>([
      ["readText", (path) => this.#readText(path)],
      ["readBytes", (path) => this.#read(path)],
      ["writeText", (path, text) => this.#write(path, toBytes(text))],
      ["writeBytes", (path, bytes) => this.#write(path, asBytes(bytes))],
      ["list", (path) => this.#list(path)],
      ["stat", (path) => this.#stat(path)],
      ["remove", (path) => this.#remove(path)],
      ["makeFolder", (path) => this.#makeFolder(path)],
    ]);
  }

  /** Answers one call of `files`. */
  async call(name: string, args: readonly unknown[]): Promise<unknown> {
    const run = this.#calls.get(name);
    if (run === undefined) {
      throw new CodemodeError("TOOL_NOT_FOUND", `files has no "${name.slice(0, 100)}"`);
    }
    const path = readPath(`files.${name}`, args[0]);
    try {
      return await run(path, args[1]);
    } catch (error) {
      if (error instanceof SwappedPath) throw this.#rules.refuseSwapped(path, ACCESS_OF.get(name)!);
      throw error instanceof CodemodeError ? error : toFileError(path, error);
    }
  }

  get #maxBytes(): number {
    return this.#rules.filesystem?.maxFileSize ?? DEFAULT_AMOUNTS.maxFileSize;
  }

  async #readText(path: string): Promise<string> {
    const bytes = await this.#read(path);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      throw fileFailed(path, "it is not UTF-8 text; files.readBytes reads it", cause);
    }
  }

  async #read(path: string): Promise<Uint8Array> {
    const real = await this.#rules.admit(path, { access: "read" });
    await using file = await openFile(path, real, constants.O_RDONLY);
    const { size } = await file.handle.stat();
    if (size > this.#maxBytes) throw tooLarge(path, this.#maxBytes);
    return await readWhole(path, file.handle, this.#maxBytes);
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.#maxBytes) throw tooLarge(path, this.#maxBytes);
    const real = await this.#rules.admit(path, { access: "write" });
    // Nothing is cut off before it is certain what was opened.
    await using file = await openFile(path, real, constants.O_WRONLY | constants.O_CREAT);
    await file.handle.truncate(0);
    for (let at = 0; at < bytes.length;) {
      at += (await file.handle.write(bytes, at, bytes.length - at, at)).bytesWritten;
    }
  }

  async #list(path: string): Promise<readonly FolderEntry[]> {
    const real = await this.#rules.admit(path, { access: "read", isFolder: true });
    const extensions = this.#rules.filesystem?.allowedExtensions;
    const isShown = ({ name, kind }: FolderEntry) =>
      kind !== "file" || (extensions?.some((extension) => name.endsWith(extension)) ?? true);
    return await withAnchor(insideOf(real), async (anchored) => {
      const entries: FolderEntry[] = [];
      for await (const found of await opendir(anchored)) {
        const entry = { name: found.name, kind: kindOf(found) };
        if (isShown(entry)) entries.push(entry);
        if (entries.length > MAX_ENTRIES) {
          throw fileFailed(path, `it has more than ${MAX_ENTRIES} entries`);
        }
      }
      return entries.sort((a, b) => a.name < b.name ? -1 : 1);
    });
  }

  async #stat(path: string): Promise<{ kind: FileKind; size: number; modified: Date }> {
    const real = await this.#rules.admit(path, { access: "read", isFolder: true });
    const found = await withAnchor(real, (anchored) => lstat(anchored));
    // Whether the list of extensions applies is known once it is known to be a file.
    if (!found.isDirectory()) await this.#rules.admit(path, { access: "read" });
    return { kind: kindOf(found), size: found.isFile() ? found.size : 0, modified: found.mtime };
  }

  /** Removes a file, a link or an empty folder; of a link not what it points to. */
  async #remove(path: string): Promise<void> {
    const place = { access: "write", locate: realPlaceOf } as const;
    const real = await this.#rules.admit(path, { ...place, isFolder: true });
    const isFolder = (await withAnchor(real, (anchored) => lstat(anchored))).isDirectory();
    if (isFolder) return await withAnchor(real, (anchored) => rmdir(anchored));
    await withAnchor(await this.#rules.admit(path, place), unlink);
  }

  async #makeFolder(path: string): Promise<void> {
    await makeFolders(await this.#rules.admit(path, { access: "write", isFolder: true }));
  }
}

/** Opens a regular file, and nothing else. */
async function openFile(
  path: string,
  real: string,
  flags: number,
): Promise<{ readonly handle: FileHandle } & AsyncDisposable> {
  const handle = await withAnchor(real, (anchored) => open(anchored, flags | SAFELY, 0o644));
  try {
    if (!(await handle.stat()).isFile()) throw fileFailed(path, "it is not a file");
    if (!await isStillAt(handle, real)) throw new SwappedPath();
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { handle, [Symbol.asyncDispose]: () => handle.close() };
}

/** Makes a folder and those it lies in, each in the one before it. */
async function makeFolders(real: string): Promise<void> {
  try {
    await withAnchor(real, (anchored) => mkdir(anchored));
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (
      code === "EEXIST" && (await withAnchor(real, (anchored) => lstat(anchored))).isDirectory()
    ) return;
    if (code !== "ENOENT" || dirname(real) === real) throw error;
    await makeFolders(dirname(real));
    await withAnchor(real, (anchored) => mkdir(anchored));
  }
}

/** Files of some systems say that they are empty and are not, so the reading is bounded too. */
async function readWhole(path: string, handle: FileHandle, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(READ_CHUNK_BYTES), 0);
    if (bytesRead === 0) break;
    total += bytesRead;
    if (total > maxBytes) throw tooLarge(path, maxBytes);
    chunks.push(buffer.subarray(0, bytesRead));
  }
  const whole = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

interface Kinded {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function kindOf(found: Kinded): FileKind {
  if (found.isFile()) return "file";
  if (found.isDirectory()) return "folder";
  return found.isSymbolicLink() ? "link" : "other";
}

function toBytes(text: unknown): Uint8Array {
  if (typeof text === "string") return new TextEncoder().encode(text);
  throw new CodemodeError("TOOL_INPUT_INVALID", "files.writeText takes a path and a string");
}

function asBytes(bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  throw new CodemodeError("TOOL_INPUT_INVALID", "files.writeBytes takes a path and a Uint8Array");
}

const REASONS: Readonly<Record<string, string>> = Object.freeze({
  EISDIR: "it is a folder",
  ENOTDIR: "it is not a folder",
  ENOTEMPTY: "the folder is not empty",
  EEXIST: "it exists already",
  ENXIO: "it is not a file",
  ELOOP: "links lead round in a circle",
  EACCES: "the host may not",
  EPERM: "the host may not",
  EROFS: "it cannot be written to",
  ENOSPC: "there is no room left",
  ENAMETOOLONG: "its name is too long",
});

/** What the system says, with the path as the program named it and no other. */
function toFileError(path: string, error: unknown): CodemodeError {
  const { code } = error as { code?: unknown };
  if (code === "ENOENT") {
    return new CodemodeError("NOT_FOUND", `There is no ${shown(path)}`, { cause: error });
  }
  return fileFailed(path, REASONS[String(code)] ?? "the host could not do it", error);
}

function fileFailed(path: string, why: string, cause?: unknown): CodemodeError {
  return new CodemodeError("FILE_FAILED", `Cannot use ${shown(path)}: ${why}`, { cause });
}

function tooLarge(path: string, maxBytes: number): CodemodeError {
  return new CodemodeError(
    "PAYLOAD_TOO_LARGE",
    `Cannot use ${shown(path)}: a file has at most ${maxBytes} bytes`,
    { details: { maxBytes } },
  );
}

function shown(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 200)}…`;
}
