/**
 * A file that is there while somebody works on another: among processes of one machine, one at a time.
 * It is a courtesy, not a wall: who died holding it, or holds it for long, is passed over.
 */

import { rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds after which whoever made a lock is taken for dead; longer than any work under it. */
export const LOCK_STALE_MS = 65_000;

const POLL_MS = 20;

/** Waits until nobody else has the lock at `path`, and has it until disposed. */
export async function lockFile(path: string): Promise<AsyncDisposable> {
  for (;;) {
    const attempt = await take(path);
    if (attempt === "taken") return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    // Where nothing can be written nobody else can hold anything either.
    if (attempt === "impossible") return { [Symbol.asyncDispose]: () => Promise.resolve() };
    if (await isStale(path)) await rm(path, { force: true });
    else await sleep(POLL_MS);
  }
}

async function take(path: string): Promise<"taken" | "held" | "impossible"> {
  try {
    await writeFile(path, "", { flag: "wx", mode: 0o600 });
    return "taken";
  } catch (error) {
    return (error as { code?: unknown }).code === "EEXIST" ? "held" : "impossible";
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > LOCK_STALE_MS;
  } catch {
    return false;
  }
}
