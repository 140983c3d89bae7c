/**
 * One program of many in this process: its VM, clock, chance and limits, and what it says. The host's
 * lines come one at a time, and each is done with before the next one is looked at.
 */

import { ENGINE_LIMIT, type EngineLimit } from "../../src/protocol/engine_limit.ts";
import type { HostFrame, StartFrame } from "../../src/protocol/frames.ts";
import { toGuestScript } from "../../src/protocol/program.ts";
import { openRandomStream, type RandomStream } from "../../src/protocol/random_stream.ts";
import type { VmStart } from "../vm/vm_start.ts";
import { OutOfMemory, type Vm, type VmHost } from "./vm.ts";

/** What a program needs of its process. */
export interface ProgramSurroundings {
  /** CPU time of this process in milliseconds, all its threads together. */
  cpuTime(): number;
  /** Writes one frame's JSON. */
  write(nonce: string, json: string): void;
  /** Lets go of what was written but held back. */
  flush(): void;
  /** Bytes that one VM's memory may have. */
  readonly memoryBytes: number;
}

/** Time with one line after which what was written is not held back any longer. */
const HOLD_MS = 20;

/** A program and its VM. */
export class HostedProgram implements VmHost {
  readonly #nonce: string;
  readonly #vm: Vm;
  readonly #around: ProgramSurroundings;
  readonly #yieldAfterMs: number | undefined;
  readonly #cpuTimeMs: number;
  readonly #frameBytes: number;
  readonly #numbers: RandomStream;
  readonly #bytes: RandomStream;
  #nowMs: number;
  #usedMs = 0;
  #sliceStartMs = 0;
  #sliceStartCpuMs = 0;
  #open = 0;
  #hasEnded = false;
  #isBroken = false;

  constructor(start: StartFrame, vm: Vm, around: ProgramSurroundings) {
    const { nonce, repeatable, yieldAfterMs, cpuTimeMs = Infinity } = start;
    const { frameBytes = Infinity } = start;
    if (repeatable === undefined) {
      throw new TypeError("Cannot host a program: it is not repeatable");
    }
    this.#nonce = nonce;
    this.#vm = vm;
    this.#around = around;
    this.#yieldAfterMs = yieldAfterMs;
    this.#cpuTimeMs = cpuTimeMs;
    this.#frameBytes = frameBytes;
    this.#nowMs = repeatable.startedAt;
    this.#numbers = openRandomStream(repeatable.seed, "numbers");
    this.#bytes = openRandomStream(repeatable.seed, "bytes");
    vm.host = this;
  }

  /** Whether nothing more will come of it. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether its VM can serve another program. */
  get leavesVm(): boolean {
    return !this.#isBroken && this.#vm.isReusable;
  }

  /** Begins. */
  start({ code, namespaces, context, access, depth, repeatable }: StartFrame): void {
    const told: VmStart = {
      namespaces,
      context,
      depth,
      startedAt: repeatable!.startedAt,
      yields: this.#yieldAfterMs !== undefined,
      ...(access === undefined ? {} : { access }),
    };
    this.#slice(() => {
      this.#vm.begin(JSON.stringify(told));
      this.#vm.run(toGuestScript(code));
    });
  }

  /** Takes a further frame of the host's. */
  take(frame: HostFrame, line: string): void {
    if (this.#hasEnded || frame.type === "start") return;
    if (frame.type === "cancel") {
      this.#hasEnded = true;
      return;
    }
    this.#open -= 1;
    if (frame.at !== undefined && frame.at > this.#nowMs) this.#nowMs = frame.at;
    this.#slice(() => this.#vm.deliver(line));
  }

  /** Lets the program do what it can, and looks where that has brought it. */
  #slice(task: () => void): void {
    this.#sliceStartMs = performance.now();
    this.#sliceStartCpuMs = this.#around.cpuTime();
    try {
      task();
      this.#vm.drain();
      if (!this.#hasEnded && this.#open === 0) this.#vm.idle();
    } catch (error) {
      this.#break(error);
    }
    this.#usedMs = this.#usedSoFar();
    this.#sliceStartMs = Infinity;
  }

  /** The process's other threads compile, so this one has used no more than the time that has passed. */
  #sliceMs(): number {
    const passedMs = performance.now() - this.#sliceStartMs;
    if (passedMs <= 0) return 0;
    return Math.min(passedMs, this.#around.cpuTime() - this.#sliceStartCpuMs);
  }

  /** What went wrong outside the program's own errors went wrong in this VM alone. */
  // SAFETY: a trap ends one program, not its neighbours (test/integration/runtime: quickjs_runtime).
  #break(error: unknown): void {
    this.#isBroken = true;
    if (error instanceof OutOfMemory) return this.#endAtLimit("memory");
    const { name, message } = error as Error;
    // Where the engine's own stack is the deeper one, that of the process overflows.
    if (name === "RangeError") this.#fail(name, message);
    else this.#fail("InternalError", `The engine failed: ${message}`);
  }

  // What the VM asks.

  mustStop(): boolean {
    if (this.#hasEnded) return true;
    if (this.#vm.memoryBytes > this.#around.memoryBytes) this.#endAtLimit("memory");
    else this.#judgeCpuTime();
    return this.#hasEnded;
  }

  #judgeCpuTime(): void {
    const usedMs = this.#usedSoFar();
    // While one line is worked on nobody else's is, whoever has the cores.
    const passedMs = performance.now() - this.#sliceStartMs;
    // The host may end the program before its slice is over, and takes nothing from then on.
    if (passedMs > HOLD_MS) this.#around.flush();
    if (usedMs > this.#cpuTimeMs || passedMs > this.#cpuTimeMs) this.#endAtLimit("cpu");
    else if (this.#yieldAfterMs !== undefined && usedMs > this.#yieldAfterMs) {
      this.#giveUp("cpu", `${this.#yieldAfterMs} ms`);
    }
  }

  now(): number {
    return this.#nowMs;
  }

  fillBytes(bytes: Uint8Array): void {
    this.#bytes.fill(bytes);
  }

  fillNumbers(numbers: Float64Array): void {
    for (let index = 0; index < numbers.length; index += 1) numbers[index] = this.#numbers.number();
  }

  send(json: string): void {
    if (!this.#hasEnded) this.#write(json);
  }

  call(json: string): void {
    if (this.#hasEnded) return;
    this.#open += 1;
    this.#write(json);
  }

  end(json: string): void {
    if (this.#hasEnded) return;
    // The program's own text ends with the brace of an object, or the host refuses it anyway.
    this.#write(`${json.slice(0, -1)},"usage":${JSON.stringify(this.#usage())}}`);
    this.#hasEnded = true;
  }

  lacks(what: string): void {
    this.#giveUp("lacks", what);
  }

  #giveUp(reason: "lacks" | "cpu", what: string): void {
    if (this.#hasEnded) return;
    if (this.#yieldAfterMs === undefined) return;
    this.#write(JSON.stringify({ type: "yield", reason, what, usage: this.#usage() }));
    this.#hasEnded = true;
  }

  #endAtLimit(limit: EngineLimit): void {
    this.#fail(ENGINE_LIMIT, limit);
  }

  #fail(name: string, message: string): void {
    this.end(JSON.stringify({ type: "final", ok: false, error: { name, message } }));
  }

  #usage() {
    return { cpuMs: this.#usedSoFar(), memoryBytes: this.#vm.memoryBytes };
  }

  #usedSoFar(): number {
    return this.#usedMs + this.#sliceMs();
  }

  // SAFETY: a line break would end the frame, and what follows would be a line of nobody's or of
  // another program's (test/escape: forged-line).
  #write(json: string): void {
    if (json.length > this.#frameBytes) return this.#endAtLength();
    if (!json.includes("\n")) this.#around.write(this.#nonce, json);
  }

  /** What the host would refuse is not sent: it would have to take it first. */
  #endAtLength(): void {
    const error = { name: ENGINE_LIMIT, message: "output" };
    const usage = this.#usage();
    this.#around.write(this.#nonce, JSON.stringify({ type: "final", ok: false, error, usage }));
    this.#hasEnded = true;
  }
}
