/**
 * Packages for Python programs, as wheels from a folder or an address that the operator named. Only
 * the host fetches them, before any program runs; each is held against its digest where one is known
 * and kept, so that it is fetched once.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readBounded } from "../base/bounded_bytes.ts";
import { CodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { cacheFolder } from "./cache_folder.ts";

/** Where packages come from, and which. */
export interface PythonPackages {
  /** A folder, or an `http(s)` address. */
  readonly index: string;
  readonly names: readonly string[];
}

/** Options of {@link findWheels}. */
export interface FindWheelsOptions {
  /** Where fetched wheels are kept. @default the system's folder for caches */
  readonly cachePath?: string;
  readonly signal?: AbortSignal;
}

const LOCK = "pyodide-lock.json";
const MAX_LOCK_BYTES = 8 * 1024 * 1024;
const MAX_WHEEL_BYTES = 128 * 1024 * 1024;
const MAX_PACKAGES = 200;

interface LockedPackage {
  readonly file: string;
  readonly sha256: string;
  readonly needs: readonly string[];
}

type Lock = ReadonlyMap<string, LockedPackage>;

/**
 * Paths of the wheels of all packages, those they depend on included where a lock file tells.
 *
 * @throws {CodemodeError} `RUNTIME_UNAVAILABLE` when a package is not there or is not what it should be.
 */
export async function findWheels(
  packages: PythonPackages,
  options: FindWheelsOptions = {},
): Promise<readonly string[]> {
  const { index, names } = packages;
  if (!/^https?:/.test(index)) return findInFolder(index, names);
  const base = index.endsWith("/") ? index : `${index}/`;
  const lock = readLock(await fetchBytes(new URL(LOCK, base), MAX_LOCK_BYTES, options.signal));
  const wheels = [];
  for (const one of withNeeds(lock, names)) wheels.push(await fetchWheel(one, base, options));
  return wheels;
}

function findInFolder(folder: string, names: readonly string[]): readonly string[] {
  const files = listFolder(folder);
  if (!files.includes(LOCK)) return names.map((name) => join(folder, newestOf(files, name)));
  const lock = readLock(readFileSync(join(folder, LOCK)));
  return withNeeds(lock, names).map(({ file, sha256 }) => {
    const path = join(folder, file);
    assertDigest(readOr(path, file), sha256, file);
    return path;
  });
}

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw unavailable("the folder of sandbox.python.packages.index cannot be read", cause);
  }
}

function readOr(path: string, name: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unavailable(`"${name}" is not in the index`, cause);
  }
}

/** The highest version of a package among wheels that any Python or this one can load. */
function newestOf(files: readonly string[], name: string): string {
  const wanted = normalize(name);
  const wheels = files.filter((file) =>
    file.endsWith(".whl") && normalize(file.split("-", 1)[0] ?? "") === wanted &&
    /-(none-any|\w*emscripten_\w+wasm32)\.whl$/.test(file)
  );
  const newest = wheels.toSorted((one, other) => one.localeCompare(other, "en", { numeric: true }))
    .at(-1);
  if (newest === undefined) throw unavailable(`there is no wheel of "${name}" in the index`);
  return newest;
}

function normalize(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

function readLock(bytes: Uint8Array): Lock {
  try {
    const { packages } = JSON.parse(new TextDecoder().decode(bytes));
    return new Map(
      Object.entries(packages as Record<string, Record<string, unknown>>).map(([name, one]) => [
        normalize(name),
        {
          file: asFileName(one["file_name"]),
          sha256: String(one["sha256"]),
          needs: (Array.isArray(one["depends"]) ? one["depends"] : []).map(String),
        },
      ]),
    );
  } catch (cause) {
    throw unavailable("the lock file of the index cannot be read", cause);
  }
}

/** A name, so that no file outside the index is meant. */
// SAFETY: a lock file must not lead to other folders (test/unit/runtime: python_packages).
function asFileName(value: unknown): string {
  if (typeof value === "string" && /^[A-Za-z0-9][\w.+-]*$/.test(value)) return value;
  throw new TypeError("Cannot read a lock file: a file name is none");
}

/** The packages, each after those it depends on. */
function withNeeds(lock: Lock, names: readonly string[]): readonly LockedPackage[] {
  const found = new Map<string, LockedPackage>();
  const visit = (name: string, path: ReadonlySet<string>): void => {
    const key = normalize(name);
    if (found.has(key) || path.has(key)) return;
    const one = lock.get(key);
    if (one === undefined || path.size >= MAX_PACKAGES) {
      throw unavailable(`there is no package "${name}" in the index`);
    }
    for (const need of one.needs) visit(need, new Set([...path, key]));
    found.set(key, one);
  };
  for (const name of names) visit(name, new Set());
  return [...found.values()];
}

async function fetchWheel(
  { file, sha256 }: LockedPackage,
  base: string,
  { cachePath = join(cacheFolder(), "wheels"), signal }: FindWheelsOptions,
): Promise<string> {
  const path = join(cachePath, `${sha256.replace(/[^0-9a-f]/g, "").slice(0, 64)}.whl`);
  const kept = readKept(path);
  if (kept !== undefined && digest(kept) === sha256) return path;
  const bytes = await fetchBytes(new URL(file, base), MAX_WHEEL_BYTES, signal);
  assertDigest(bytes, sha256, file);
  mkdirSync(cachePath, { recursive: true, mode: 0o700 });
  const temporary = join(cachePath, `.${newId("t")}`);
  writeFileSync(temporary, bytes, { mode: 0o600, flag: "wx" });
  renameSync(temporary, path);
  return path;
}

function readKept(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

async function fetchBytes(url: URL, most: number, signal?: AbortSignal): Promise<Uint8Array> {
  try {
    const response = await fetch(url, signal === undefined ? {} : { signal });
    if (!response.ok) throw new TypeError(`Cannot fetch ${url}: status ${response.status}`);
    return await readBounded(response.body, most);
  } catch (cause) {
    throw unavailable(`${url.pathname.split("/").at(-1)} cannot be fetched from the index`, cause);
  }
}

function assertDigest(bytes: Uint8Array, sha256: string, name: string): void {
  if (digest(bytes) !== sha256) throw unavailable(`"${name}" is not what the lock file says`);
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function unavailable(why: string, cause?: unknown): CodemodeError {
  const message = `The packages of Python programs cannot be had: ${why}`;
  return new CodemodeError("RUNTIME_UNAVAILABLE", message, { cause });
}
