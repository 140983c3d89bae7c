/**
 * A Python that reads programs and never runs one: a process as confined as a sandbox, kept for many
 * questions, one at a time; who asks takes turns. One that is late, breaks off or has grown is replaced.
 */

import { type Clock, systemClock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { FairTurns } from "../base/fair_turns.ts";
import { newId } from "../base/ids.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import { LineSplitter } from "../protocol/lines.ts";
import { findDeno } from "./deno_binary.ts";
import { denoEnvironment } from "./deno_command.ts";
import { hasKernelLimits, withKernelLimits } from "./limits.ts";
import { GuestProcess } from "./process_carrier.ts";
import { PythonEngine } from "./python_engine.ts";
import type { PythonPackages } from "./python_packages.ts";
import { waitUntilReady } from "./ready.ts";
import { SandboxFolder } from "./sandbox_folder.ts";
import { unlessAborted } from "./unless_aborted.ts";

/** Longest answer. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Questions after which a process is replaced, as memory of WebAssembly never shrinks. */
const MAX_QUESTIONS = 2000;
/** Questions that wait for the one that is being answered. */
const MAX_WAITING = 64;
const MEMORY_BYTES = 256 * 1024 * 1024;

/** Options of {@link createPythonAnalyst}. */
export interface PythonAnalystOptions {
  readonly denoPath?: string;
  readonly guestPath?: string;
  readonly cachePath?: string;
  readonly packages?: PythonPackages;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Time for one answer. @default 5000 */
  readonly deadlineMs?: number;
  /** How long a process may take to become ready. @default 30000 */
  readonly startupTimeoutMs?: number;
  /** How many questions wait at most. @default 64 */
  readonly maxWaiting?: number;
}

/** Who asks, and until when. */
export interface AskOptions {
  /** Principals take turns. */
  readonly principal: string;
  readonly signal?: AbortSignal | undefined;
}

/** Answers questions about programs. */
export interface PythonAnalyst extends AsyncDisposable {
  /**
   * The answer to one line of JSON. Rejects with `INTERNAL` when there is none in time, `QUEUE_FULL`
   * when too many wait, `CANCELLED` when aborted, `SHUTTING_DOWN` when disposed.
   */
  ask(question: string, options: AskOptions): Promise<string>;
}

/** Creates the analyst; its process is started with the first question. */
export function createPythonAnalyst(options: PythonAnalystOptions = {}): PythonAnalyst {
  return new Analyst(options);
}

class Analyst implements PythonAnalyst {
  readonly #options: PythonAnalystOptions;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #engine: PythonEngine;
  readonly #folder: SandboxFolder;
  #prepared: Promise<void> | undefined;
  #reader: Reader | undefined;
  /** Questions wait for each other. */
  readonly #turns: FairTurns;
  #current: Promise<unknown> = Promise.resolve();
  #isDisposed = false;

  constructor(options: PythonAnalystOptions) {
    const { logger = silentLogger, clock = systemClock } = options;
    const { denoPath, guestPath, cachePath, packages, maxWaiting = MAX_WAITING } = options;
    this.#turns = new FairTurns({ maxWaiting, what: "checks of Python programs" });
    this.#options = options;
    this.#logger = logger;
    this.#clock = clock;
    const engine = { logger, denoPath, guestPath, cachePath, packages, mode: "analyse" } as const;
    this.#engine = new PythonEngine(engine);
    this.#folder = new SandboxFolder({
      guestPath: this.#engine.guestPath,
      files: () => this.#engine.files(),
    });
  }

  async ask(question: string, { principal, signal }: AskOptions): Promise<string> {
    return await unlessAborted(this.#askInTurn(question, principal, signal), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#turns.close(closed());
    this.#engine.stop();
    await this.#reader?.[Symbol.asyncDispose]();
    await this.#current.catch(() => {});
    await this.#reader?.[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }

  async #askInTurn(question: string, principal: string, signal?: AbortSignal): Promise<string> {
    using _turn = await this.#turns.take(principal, signal);
    const answer = this.#askAlone(question, signal);
    this.#current = answer;
    return await answer;
  }

  async #askAlone(question: string, signal: AbortSignal | undefined): Promise<string> {
    signal?.throwIfAborted();
    const reader = await this.#ready();
    try {
      return await reader.ask(question, this.#options.deadlineMs ?? 5000);
    } catch (error) {
      await this.#drop(reader);
      this.#assertOpen();
      throw error;
    }
  }

  async #ready(): Promise<Reader> {
    this.#assertOpen();
    this.#prepared ??= this.#engine.prepare();
    await this.#prepared;
    this.#assertOpen();
    const reader = this.#reader;
    if (reader !== undefined && reader.isUsable) return reader;
    if (reader !== undefined) await this.#drop(reader);
    const started = new Reader(this.#start(), this.#clock);
    this.#reader = started;
    await started.ready(this.#options.startupTimeoutMs ?? 30_000).catch(async (error) => {
      await this.#drop(started);
      throw error;
    });
    return started;
  }

  async #drop(reader: Reader): Promise<void> {
    await reader[Symbol.asyncDispose]();
    if (reader.stderr !== "") {
      this.#logger.debug("An analyst wrote to stderr", { stderr: reader.stderr });
    }
    if (this.#reader === reader) this.#reader = undefined;
  }

  #start(): GuestProcess {
    const { guest, empty } = this.#folder.prepare();
    const bare = this.#engine.command(findDeno(this.#options.denoPath), guest, MEMORY_BYTES);
    const limits = this.#engine.kernelLimits(MEMORY_BYTES);
    const line = hasKernelLimits() ? withKernelLimits(bare, limits) : bare;
    return new GuestProcess({ ...line, directory: empty, environment: denoEnvironment(empty) });
  }

  #assertOpen(): void {
    if (this.#isDisposed) throw closed();
  }
}

/** One process: a line in, a line out, both beginning with the question's id. */
class Reader implements AsyncDisposable {
  readonly #process: GuestProcess;
  readonly #clock: Clock;
  #questions = 0;
  #hasEnded = false;
  #take: (line: string) => void = () => {};
  #fail: (error: CodemodeError) => void = () => {};
  stderr = "";

  constructor(process: GuestProcess, clock: Clock) {
    this.#process = process;
    this.#clock = clock;
    const lines = new LineSplitter(MAX_ANSWER_BYTES);
    process.onOutput((chunk) => {
      if (!lines.push(chunk, (line) => this.#take(line))) this.#fail(unanswered("it is too long"));
    });
    void process.ended.then(({ stderr }) => {
      this.#hasEnded = true;
      this.stderr = stderr;
      this.#fail(unanswered("the analyst ended"));
    });
  }

  get isUsable(): boolean {
    return !this.#hasEnded && this.#questions < MAX_QUESTIONS;
  }

  async ready(startupTimeoutMs: number): Promise<void> {
    await waitUntilReady(
      ({ take, fail }) => {
        this.#take = take;
        this.#fail = fail;
        if (this.#hasEnded) fail(unanswered("the analyst ended"));
      },
      { clock: this.#clock, startupTimeoutMs },
      undefined,
    );
  }

  async ask(question: string, deadlineMs: number): Promise<string> {
    this.#questions += 1;
    const id = newId("q");
    let late: Disposable | undefined;
    try {
      return await new Promise<string>((resolve, reject) => {
        // SAFETY: only what carries the question's id is its answer; anything else that is written, a
        // warning of the parser's for one, is nobody's (test/integration/runtime: python_analyst).
        this.#take = (line) => {
          if (line.startsWith(`${id} `)) resolve(line.slice(id.length + 1));
        };
        this.#fail = reject;
        late = this.#clock.after(deadlineMs, () => reject(unanswered("it took too long")));
        if (this.#hasEnded) reject(unanswered("the analyst ended"));
        else this.#process.write(`${id} ${question}\n`);
      });
    } finally {
      late?.[Symbol.dispose]();
      this.#take = () => {};
      this.#fail = () => {};
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

function closed(): CodemodeError {
  return new CodemodeError("SHUTTING_DOWN", "The analyst is closed");
}

/** No program that can be checked is without an answer: this one was too much for the analyst. */
function unanswered(why: string): CodemodeError {
  const message = `A program could not be analysed: ${why}`;
  return new CodemodeError("INTERNAL", message, { details: { unanswered: why } });
}
