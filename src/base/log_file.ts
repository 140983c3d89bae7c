/**
 * Entries to a file, rotated by day, hour or size. Writes are gathered and done in order in the
 * background; what the disk cannot take is dropped and counted, never kept without bound.
 */

import { appendFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { formatEntry, type LogFormat } from "./log_format.ts";
import type { LogSink } from "./log.ts";

/** Bytes waiting to be written at most; further entries are dropped. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

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
  #waiting: { readonly period: string; readonly line: string }[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #failed = false;
  #writing: Promise<void> | undefined;
  #period: string | undefined;

  constructor(options: FileSinkOptions) {
    this.#options = options;
  }

  write(entry: Parameters<LogSink["write"]>[0]): void {
    const line = `${formatEntry(entry, this.#options.format)}\n`;
    if (this.#waitingBytes + line.length > MAX_WAITING_BYTES) return void this.#dropped++;
    this.#waiting.push({ period: periodOf(entry.time, this.#options.rotation), line });
    this.#waitingBytes += line.length;
    this.#writing ??= this.#drain().finally(() => this.#writing = undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#append(batch.period, batch.text);
      } catch (error) {
        if (!this.#failed) this.#options.onError?.(error);
        this.#failed = true;
      }
    }
  }

  /** Lines of one period, so that none lands in the file of another. */
  #takeBatch(): { period: string; text: string } {
    const period = this.#waiting[0]?.period ?? "";
    const end = this.#waiting.findIndex((one) => one.period !== period);
    const lines = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
    const dropped = this.#dropped === 0 ? "" : `${this.#dropped} entries were dropped\n`;
    this.#dropped = 0;
    const text = lines.map(({ line }) => line).join("") + dropped;
    this.#waitingBytes = this.#waiting.reduce((sum, { line }) => sum + line.length, 0);
    return { period, text };
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
    return size > 0 && size + text.length > maxBytes;
  }

  async #rotate(period: string): Promise<void> {
    const { path } = this.#options;
    await rename(path, await this.#freeName(period)).catch(ignoreMissing);
    await this.#forgetOldest();
  }

  async #freeName(period: string): Promise<string> {
    const { path } = this.#options;
    const taken = new Set(await readdir(dirname(path)));
    const base = `${basename(path)}.${period || "0"}`;
    for (let count = 0;; count++) {
      // Numbers are padded so that names sort by age.
      const name = count === 0 && period !== ""
        ? base
        : `${base}.${String(count).padStart(6, "0")}`;
      if (!taken.has(name)) return join(dirname(path), name);
    }
  }

  async #forgetOldest(): Promise<void> {
    const { path, keep } = this.#options;
    const rotated = (await readdir(dirname(path))).filter((name) =>
      name.startsWith(`${basename(path)}.`)
    ).sort();
    for (const name of rotated.slice(0, Math.max(0, rotated.length - keep))) {
      await rm(join(dirname(path), name), { force: true });
    }
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
