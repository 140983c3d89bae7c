/**
 * One child process and everything it starts. It leads a process group of its own, so that ending it
 * also ends the grandchildren that launchers such as `npx` leave behind; those that left the group are
 * known by a mark.
 */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import process from "node:process";
import type { Readable } from "node:stream";
import { type Clock, sleep } from "../base/clock.ts";
import { ProcessMark } from "./marked_processes.ts";
import { ServerFailure } from "./server_failure.ts";

/** How a server process is started. */
export interface ServerProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly clock: Clock;
  /** Time to leave after its stdin is closed, and again after SIGTERM. @default 1000 */
  readonly graceMs?: number;
}

const DEFAULT_GRACE_MS = 1_000;

/** A started server process. */
export class ServerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #mark: ProcessMark;
  readonly #exited: Promise<void>;
  #stopping: Promise<void> | undefined;

  private constructor(
    child: ChildProcessWithoutNullStreams,
    options: ServerProcessOptions,
    mark: ProcessMark,
  ) {
    this.#child = child;
    this.#mark = mark;
    this.#clock = options.clock;
    this.#graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    this.#exited = new Promise((resolve) => child.once("exit", () => resolve()));
  }

  /** Starts the program; rejects with a {@link ServerFailure} when there is no such program or folder. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    try {
      return await ServerProcess.#spawn(options);
    } catch (cause) {
      throw cannotStart(cause);
    }
  }

  static #spawn(options: ServerProcessOptions): Promise<ServerProcess> {
    const mark = new ProcessMark();
    return new Promise((resolve, reject) => {
      const child = spawn(options.command, [...options.args], {
        cwd: options.directory,
        env: mark.in(options.environment),
        stdio: ["pipe", "pipe", "pipe"],
        detached: process.platform !== "win32",
        windowsHide: true,
      });
      const started = new ServerProcess(child, options, mark);
      child.once("spawn", () => resolve(started));
      child.on("error", reject);
      // A broken pipe shows as the end of the process; unheard it would end ours.
      child.stdin.on("error", () => {});
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get streams(): Pick<ChildProcessWithoutNullStreams, "stdin" | "stdout" | "stderr"> {
    return this.#child;
  }

  /** Settles when the process itself has ended. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /**
   * Resolves when what it wrote has been read. Whoever else holds its streams open is waited for as long
   * as for the process to leave.
   */
  async readOut(): Promise<void> {
    const ended = [this.#child.stdout, this.#child.stderr].map((stream) => untilEnded(stream));
    await this.#inTime(Promise.all(ended));
  }

  /** How it ended, for a log; `undefined` while it runs. */
  get ending(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (signalCode) return `it was ended by ${signalCode}`;
    return exitCode === null ? undefined : `it exited with code ${exitCode}`;
  }

  /** Asks it to leave, then makes it, and resolves when nothing of it is left. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<void> {
    this.#child.stdin.end();
    if (!await this.#leavesInTime()) {
      this.#signal("SIGTERM");
      await this.#leavesInTime();
    }
    // Also when the leader has left by itself: its children are still in the group.
    this.#signal("SIGKILL");
    await this.#exited;
    // SAFETY: one in a session of its own is in no group of ours (test/integration/mcp: left_processes).
    await this.#mark.end();
    this.#child.stdin.destroy();
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  #leavesInTime(): Promise<boolean> {
    return this.#inTime(this.#exited);
  }

  /** Whether it comes before the patience with the process ends. */
  async #inTime(awaited: Promise<unknown>): Promise<boolean> {
    const grace = new AbortController();
    const waited = sleep(this.#clock, this.#graceMs, grace.signal).then(() => false, () => false);
    const came = await Promise.race([awaited.then(() => true), waited]);
    grace.abort();
    return came;
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === "win32" ? pid : -pid, signal);
    } catch {
      // Nothing of the group is left.
    }
  }
}

function untilEnded(stream: Readable): Promise<void> {
  if (stream.readableEnded || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once("end", resolve).once("close", resolve).once("error", () => resolve());
  });
}

/** SAFETY: the platform's words name the program's path (test/integration/mcp/connect_reasons_test.ts). */
function cannotStart(cause: unknown): ServerFailure {
  const { code } = Object(cause) as { readonly code?: unknown };
  if (code === "ENOENT") return new ServerFailure("Its program is not there", { cause });
  return new ServerFailure("Its program cannot be started", { cause });
}
