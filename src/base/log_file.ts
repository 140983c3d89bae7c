/**
 * Entries to a file, rotated by day, hour or size. Writes are gathered and done in order in the
 * background; what the disk cannot take is dropped and counted, never kept without bound.
 */

import { Buffer } from "node:buffer";
import { appendFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { formatEntry, type LogFormat } from "./log_format.ts";
import type { LogEntry, LogSink } from "./log.ts";

/** Bytes waiting to be written at most; further entries are dropped. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** What a rotated file has behind its name: a day, an hour or 0, and a number. */
const ROTATED = /^(?:\d{4}-\d{2}-\d{2}(?:T\d{2})?(?:\.\d{6})?|0\.\d{6})$/;

/** Options of {@link createFileSink}. */
export interface FileSinkOptions {
  /** Absolute; its folder is created. */
  readonly path: string;
  readonly format: LogFormat;
  readonly rotation: "none" | "daily" | "hourly" | "size";
  /** Bytes of one file, for rotation `size`. */
  readonly maxBytes: number;
  /** Rotated files kept. */
  readonly keep: number;
  /** Told once of the first failure to write. */
  readonly onError?: (error: unknown) => void;
}

/** A sink that appends lines to `path`; disposing it writes what waits. */
export function createFileSink(options: FileSinkOptions): LogSink {
  return new FileSink(options);
}

class FileSink implements LogSink {
  readonly #options: FileSinkOptions;
  #waiting: { readonly period: string; readonly line: string; readonly bytes: number }[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #lastTime = 0;
  #failed = false;
  #writing: Promise<void> | undefined;
  #period: string | undefined;

  constructor(options: FileSinkOptions) {
    this.#options = options;
  }

  write(entry: LogEntry): void {
    this.#lastTime = entry.time;
    if (this.#dropped > 0) this.#noteDropped(entry.time);
    if (!this.#keep(entry)) this.#dropped++;
    this.#writing ??= this.#drain().finally(() => this.#writing = undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#dropped === 0) return;
    this.#noteDropped(this.#lastTime);
    await this.#drain();
  }

  /** False when there is no room for the entry. */
  #keep(entry: LogEntry): boolean {
    const line = `${formatEntry(entry, this.#options.format)}\n`;
    const bytes = Buffer.byteLength(line);
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) return false;
    this.#waiting.push({ period: periodOf(entry.time, this.#options.rotation), line, bytes });
    this.#waitingBytes += bytes;
    return true;
  }

  #noteDropped(time: number): void {
    const fields = { dropped: this.#dropped };
    const kept = this.#keep({ time, level: "warn", message: "log entries were dropped", fields });
    if (kept) this.#dropped = 0;
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
    const { path } = this.#options;
    if (this.#period === undefined) {
      await mkdir(dirname(path), { recursive: true });
      this.#period = await this.#periodOfFile() ?? period;
    }
    if (this.#period !== period || await this.#isFull(text)) await this.#rotate(this.#period);
    this.#period = period;
    await appendFile(path, text);
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

  /** Names this sink has made, oldest first; a neighbour that only begins alike is not one. */
  async #rotated(): Promise<string[]> {
    const prefix = `${basename(this.#options.path)}.`;
    return (await readdir(dirname(this.#options.path)))
      .filter((name) => name.startsWith(prefix) && ROTATED.test(name.slice(prefix.length)))
      .sort();
  }
}

function periodOf(time: number, rotation: FileSinkOptions["rotation"]): string {
  const iso = new Date(time).toISOString();
  if (rotation === "daily") return iso.slice(0, 10);
  return rotation === "hourly" ? iso.slice(0, 13) : "";
}

function ignoreMissing(error: unknown): void {
  if ((error as { code?: unknown }).code !== "ENOENT") throw error;
}
