/**
 * Holds an engine in a child process: spawns it, moves bytes over its pipes, kills and reaps it. Knows
 * neither frames nor programs. Nothing it starts outlives `dispose`.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { Buffer } from "node:buffer";
import process from "node:process";

/** Text of stderr kept. */
const MAX_STDERR = 8192;

/** What to start. The environment is exactly `environment`. */
export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /**
   * Whether it may start processes of its own, as wrappers do: it gets a process group, and the whole
   * group ends with it. Costs some 3 ms a start. @default false
   */
  readonly isGroup?: boolean;
}

/** How a process ended, and the beginning and end of what it wrote to stderr. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** One child process. */
export class GuestProcess implements AsyncDisposable {
  /** Settles when the process is gone and all its output has been taken. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #isGroup: boolean;
  #take: (chunk: Uint8Array) => void = () => {};
  #stderr = "";
  #hasEnded = false;

  constructor(spec: ProcessSpec) {
    this.#isGroup = spec.isGroup ?? false;
    this.#child = spawn(spec.command, spec.args, {
      cwd: spec.directory,
      env: { ...spec.environment },
      stdio: ["pipe", "pipe", "pipe"],
      detached: this.#isGroup,
    });
    this.#takeOutput();
    this.ended = this.#awaitEnd();
  }

  #takeOutput(): void {
    const { stdin, stdout, stderr } = this.#child;
    stdin!.on("error", () => {}); // The end of the process says it all.
    stdout!.on("data", (chunk: Uint8Array) => this.#take(chunk));
    stdout!.on("error", () => {});
    stderr!.on("data", (chunk: Uint8Array) => this.#keepStderr(chunk));
    stderr!.on("error", () => {});
  }

  #awaitEnd(): Promise<ProcessEnd> {
    return new Promise((resolve) => {
      // What a wrapper leaves behind would hold the pipes open.
      if (this.#isGroup) this.#child.on("exit", () => this.#killGroup());
      const end = (exitCode: number | null, signal: string | null) => {
        this.#hasEnded = true;
        resolve({ exitCode, signal, stderr: this.#stderr });
      };
      this.#child.on("close", end);
      this.#child.on("error", (error) => {
        this.#stderr += error.message;
        if (this.#child.pid === undefined) end(null, null);
      });
    });
  }

  /** The process id, or `undefined` when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What ends with it: the process, or as a negative id the group of its wrapper. */
  get killTarget(): number {
    const pid = this.#child.pid!;
    return this.#isGroup ? -pid : pid;
  }

  /** Gives output to `take` from now on; output nobody takes is dropped. */
  onOutput(take: (chunk: Uint8Array) => void): void {
    this.#take = take;
  }

  /** Writes text; `onFlushed` is called once the pipe has room for more. */
  write(text: string, onFlushed?: () => void): void {
    const { stdin } = this.#child;
    if (this.#hasEnded || stdin!.destroyed) return onFlushed?.();
    const hasRoom = stdin!.write(text);
    if (onFlushed === undefined) return;
    if (hasRoom) onFlushed();
    else stdin!.once("drain", onFlushed);
  }

  /** Ends the process by force. */
  kill(): void {
    if (this.#hasEnded) return;
    if (this.#isGroup) this.#killGroup();
    this.#child.kill("SIGKILL");
  }

  #killGroup(): void {
    const { pid } = this.#child;
    if (pid === undefined || process.platform === "win32") return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Nobody is left in it.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    this.#take = () => {};
    await this.ended;
  }

  #keepStderr(chunk: Uint8Array): void {
    const text = this.#stderr + Buffer.from(chunk).toString("utf8");
    const cut = text.length - MAX_STDERR;
    this.#stderr = cut > 0 ? text.slice(0, MAX_STDERR / 2) + text.slice(-MAX_STDERR / 2) : text;
  }
}
