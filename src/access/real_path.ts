/** Where paths really lead: symbolic links resolved, also of the part of a path that exists. */

import { readlink, realpath } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";

/** The real path of what exists; of anything else the real path of what exists of it, and the rest. */
export async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ENOENT") throw error;
    // A link that leads nowhere exists, and what would be made through it lies where it points.
    if (await isLink(path)) throw error;
    const parent = dirname(path);
    if (parent === path) throw error;
    return join(await realPathOf(parent), basename(path));
  }
}

/** The path itself, with only the links of its parent resolved. */
export async function realPlaceOf(path: string): Promise<string> {
  return join(await realPathOf(dirname(path)), basename(path));
}

/**
 * Whether an open file is still the one at `path`, a real path: false when a link took the place of a
 * folder between the look and the opening.
 */
// SAFETY: this is what a swapped link meets after it has won the race (test/integration/access).
export async function isStillAt(handle: FileHandle, path: string): Promise<boolean> {
  if (process.platform === "linux") {
    const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
    if (opened !== undefined) return opened === path;
  }
  if (await realpath(path) !== path) return false;
  const [found, opened] = [
    await lstat(path, { bigint: true }),
    await handle.stat({ bigint: true }),
  ];
  return found.dev === opened.dev && found.ino === opened.ino && await realpath(path) === path;
}

async function isLink(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isSymbolicLink() ?? false;
}
