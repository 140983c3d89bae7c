/**
 * Lines to a file, rotated by day, hour or size. Writes are gathered and done in order in the
 * background; what the disk cannot take is dropped and counted, never kept without bound.
 */

import { Buffer } from "node:buffer";
import { appendFile, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Bytes waiting to be written at most; further lines are dropped. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** What a rotated file has behind its name: a day, an hour or 0, and a number. */
const ROTATED = /^(?:\d{4}-\d{2}-\d{2}(?:T\d{2})?(?:\.\d{6})?|0\.\d{6})$/;

/** Where lines go, and when the next file begins. */
export interface RotatingFileOptions {
  /** Absolute; its folder is created. */
  readonly path: string;
  readonly rotation: "none" | "daily" | "hourly" | "size";
  /** Bytes of one file, for rotation `size`. */
  readonly maxBytes: number;
  /** Rotated files kept. */
  readonly keep: number;
  /** Whether nobody but the owner may read the file and the folder that is made for it. @default false */
  readonly isPrivate?: boolean;
  /** Told once of the first failure to write. */
  readonly onError?: (error: unknown) => void;
  /** The line that says how many were dropped. */
  readonly sayDropped: (count: number, time: number) => string;
}

/** A file that lines are appended to; disposing it writes what waits. */
export class RotatingFile implements AsyncDisposable {
  readonly #options: RotatingFileOptions;
  #waiting: { readonly period: string; readonly line: string; readonly bytes: number }[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #lastTime = 0;
  #failed = false;
  #writing: Promise<void> | undefined;
  #period: string | undefined;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  /** Appends a line, which has no line break of its own; `time` says which period it belongs to. */
  write(time: number, line: string): void {
    this.#lastTime = time;
    if (this.#dropped > 0) this.#noteDropped(time);
    if (!this.#keep(time, line)) this.#dropped++;
    this.#writing ??= this.#drain().finally(() => this.#writing = undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#dropped === 0) return;
    this.#noteDropped(this.#lastTime);
    await this.#drain();
  }

  /** False when there is no room for the line. */
  #keep(time: number, text: string): boolean {
    const line = `${text}\n`;
    const bytes = Buffer.byteLength(line);
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) return false;
    this.#waiting.push({ period: periodOf(time, this.#options.rotation), line, bytes });
    this.#waitingBytes += bytes;
    return true;
  }

  #noteDropped(time: number): void {
    if (this.#keep(time, this.#options.sayDropped(this.#dropped, time))) this.#dropped = 0;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#append(batch.period, batch.text);
      } catch (error) {
        this.#dropped += batch.count;
        if (!this.#failed) this.#options.onError?.(error);
        this.#failed = true;
      }
    }
  }

  /** Lines of one period, so that none lands in the file of another, and of one file's size. */
  #takeBatch(): { period: string; text: string; count: number } {
    const { rotation, maxBytes } = this.#options;
    const room = rotation === "size" ? maxBytes : Infinity;
    const period = this.#waiting[0]?.period ?? "";
    let bytes = 0;
    const end = this.#waiting.findIndex((one, index) => {
      bytes += one.bytes;
      return one.period !== period || (index > 0 && bytes > room);
    });
    const lines = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
    this.#waitingBytes = this.#waiting.reduce((sum, one) => sum + one.bytes, 0);
    return { period, text: lines.map(({ line }) => line).join(""), count: lines.length };
  }

  async #append(period: string, text: string): Promise<void> {
    const { path, isPrivate = false } = this.#options;
    let whole = text;
    if (this.#period === undefined) {
      await mkdir(dirname(path), { recursive: true, ...(isPrivate ? { mode: 0o700 } : {}) });
      this.#period = await this.#periodOfFile() ?? period;
      // What was cut off in the middle of a line by a crash must not spoil the next one.
      if (await this.#isTorn()) whole = `\n${text}`;
    }
    if (this.#period !== period || await this.#isFull(whole)) await this.#rotate(this.#period);
    this.#period = period;
    await appendFile(path, whole, isPrivate ? { mode: 0o600 } : {});
  }

  async #isTorn(): Promise<boolean> {
    const file = await open(this.#options.path).catch(() => undefined);
    if (file === undefined) return false;
    try {
      const { size } = await file.stat();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
      return bytesRead === 1 && buffer[0] !== 10;
    } finally {
      await file.close();
    }
  }

  async #periodOfFile(): Promise<string | undefined> {
    const found = await stat(this.#options.path).catch(() => undefined);
    return found && periodOf(found.mtimeMs, this.#options.rotation);
  }

  async #isFull(text: string): Promise<boolean> {
    const { path, rotation, maxBytes } = this.#options;
    if (rotation !== "size") return false;
    const size = (await stat(path).catch(() => undefined))?.size ?? 0;
    return size > 0 && size + Buffer.byteLength(text) > maxBytes;
  }

  async #rotate(period: string): Promise<void> {
    const { path } = this.#options;
    await rename(path, await this.#freeName(period)).catch(ignoreMissing);
    await this.#forgetOldest();
  }

  /** A name behind all rotated ones of its period: a number is not used again when its file is gone. */
  async #freeName(period: string): Promise<string> {
    const { path } = this.#options;
    const base = `${basename(path)}.${period || "0"}`;
    const rotated = (await this.#rotated()).filter((name) =>
      name === base || name.startsWith(`${base}.`)
    );
    const last = rotated.at(-1);
    if (last === undefined && period !== "") return join(dirname(path), base);
    const count = last === undefined ? 0 : Number(last.slice(base.length + 1)) + 1;
    // Numbers are padded so that names sort by age.
    return join(dirname(path), `${base}.${String(count).padStart(6, "0")}`);
  }

  async #forgetOldest(): Promise<void> {
    const { path, keep } = this.#options;
    const rotated = await this.#rotated();
    for (const name of rotated.slice(0, Math.max(0, rotated.length - keep))) {
      await rm(join(dirname(path), name), { force: true });
    }
  }

  #rotated(): Promise<string[]> {
    return rotatedNames(this.#options.path);
  }
}

/** Names of the files a log was rotated to, oldest first; a neighbour that only begins alike is not one. */
export async function rotatedNames(path: string): Promise<string[]> {
  const prefix = `${basename(path)}.`;
  return (await readdir(dirname(path)))
    .filter((name) => name.startsWith(prefix) && ROTATED.test(name.slice(prefix.length)))
    .sort();
}

function periodOf(time: number, rotation: RotatingFileOptions["rotation"]): string {
  const iso = new Date(time).toISOString();
  if (rotation === "daily") return iso.slice(0, 10);
  return rotation === "hourly" ? iso.slice(0, 13) : "";
}

function ignoreMissing(error: unknown): void {
  if ((error as { code?: unknown }).code !== "ENOENT") throw error;
}
