/**
 * Where paths really lead, and how to use one so that nobody who exchanges a folder for a link in the
 * meantime wins anything.
 */

import { constants } from "node:fs";
import { type FileHandle, lstat, open, readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import process from "node:process";

/** Open a folder itself, and nothing that a link leads to. */
const FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** A folder on the way to a path is no longer the one that was judged. */
export class SwappedPath extends Error {}

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
 * Gives `use` a name for `path`, a real path, that stays in the folder that was judged. On Linux it goes
 * by the open folder; elsewhere it is the path, checked just before.
 *
 * @throws {SwappedPath} when the folder is another one by now.
 */
// SAFETY: this is where a link that was put in a folder's place loses (test/integration/access).
export async function withAnchor<Result>(
  path: string,
  use: (anchored: string) => Promise<Result>,
): Promise<Result> {
  const parent = dirname(path);
  const folder = await open(parent, FOLDER).catch((error) => asSwapped(parent, error));
  try {
    if (!await isStillAt(folder, parent)) throw new SwappedPath();
    const isLinux = process.platform === "linux";
    return await use(isLinux ? `/proc/self/fd/${folder.fd}/${basename(path)}` : path);
  } finally {
    await folder.close();
  }
}

/** A folder as an entry of itself, for {@link withAnchor} to hold on to the folder and not to its parent. */
export function insideOf(folder: string): string {
  return folder.endsWith(sep) ? `${folder}.` : `${folder}${sep}.`;
}

/** Whether an open file or folder is the one at `path`, a real path. */
export async function isStillAt(handle: FileHandle, path: string): Promise<boolean> {
  if (process.platform === "linux") return await readlink(`/proc/self/fd/${handle.fd}`) === path;
  if (await realpath(path) !== path) return false;
  const [found, opened] = [
    await lstat(path, { bigint: true }),
    await handle.stat({ bigint: true }),
  ];
  return found.dev === opened.dev && found.ino === opened.ino && await realpath(path) === path;
}

async function asSwapped(path: string, error: unknown): Promise<never> {
  throw await isLink(path) ? new SwappedPath() : error;
}

async function isLink(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isSymbolicLink() ?? false;
}
