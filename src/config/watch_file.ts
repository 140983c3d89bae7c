/** Tells when the text of a file has become another one, however it was written or replaced. */

import { createHash } from "node:crypto";
import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";

/** An editor writes more than once; the last time counts. */
const QUIET_MS = 200;

/** What the watching needs. */
export interface WatchFileOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: () => void;
}

/**
 * Watches the folder of a file, since files are replaced as often as they are written. Where that is
 * not possible it says so once and watches nothing.
 */
export async function watchFile(
  path: string,
  { clock, logger, onChange }: WatchFileOptions,
): Promise<Disposable> {
  let seen = await digestOf(path);
  let timer: Disposable | undefined;
  let isOver = false;
  const look = async () => {
    const now = await digestOf(path);
    if (isOver || now === seen || now === undefined) return;
    seen = now;
    onChange();
  };
  const onEvent = () => {
    timer?.[Symbol.dispose]();
    timer = clock.after(QUIET_MS, () => void look());
  };
  const stop = () => {
    isOver = true;
    timer?.[Symbol.dispose]();
  };
  const onError = (error: unknown) =>
    logger.warn("a file cannot be watched; SIGHUP reads it again", { error });
  try {
    const watcher = watch(dirname(path), onEvent);
    watcher.on("error", onError);
    return {
      [Symbol.dispose]() {
        stop();
        watcher.close();
      },
    };
  } catch (error) {
    onError(error);
    return { [Symbol.dispose]: stop };
  }
}

/** Undefined while there is no such file, as between removing and replacing it. */
async function digestOf(path: string): Promise<string | undefined> {
  try {
    return createHash("sha256").update(await readFile(path)).digest("hex");
  } catch {
    return undefined;
  }
}
