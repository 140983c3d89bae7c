/**
 * One VM: an instance of the engine whose memory is a copy of the prepared one. When its program is over
 * the copy is written anew, so that the next program finds what the first one found. Knows no frames.
 */

import type { Engine, QuickJsExports } from "./engine.ts";
import { PreparedMemory } from "./prepared_memory.ts";

/** What a VM's program makes the process do, and when it has to stop. */
export interface VmHost {
  send(json: string): void;
  call(json: string): void;
  end(json: string): void;
  lacks(what: string): void;
  /** Milliseconds since the epoch as the program sees them. */
  now(): number;
  /** Overwrites bytes with the program's chance. */
  fillBytes(bytes: Uint8Array): void;
  fillNumbers(numbers: Float64Array): void;
  /** Asked every few thousand steps; true ends what runs. */
  mustStop(): boolean;
}

/** The memory that VMs are copies of, and where in it things lie. */
export interface Template extends TemplatePlaces {
  readonly memory: PreparedMemory;
}

/** Where things lie. */
export interface TemplatePlaces {
  readonly stackPointer: number;
  readonly runtime: number;
  readonly context: number;
  /** Room for arguments and lengths. */
  readonly scratch: number;
  readonly undefinedValue: number;
  readonly scriptName: number;
  readonly entry: Entry;
}

/** Functions of the guest API, as values in memory. */
interface Entry {
  readonly begin: number;
  readonly run: number;
  readonly fail: number;
  readonly deliver: number;
  readonly idle: number;
  readonly reject: number;
}

const ENTRY: readonly (keyof Entry)[] = ["begin", "run", "fail", "deliver", "idle", "reject"];

const STACK_BYTES = 512 * 1024;
/** Free memory in the prepared copy, so that most programs need no more. */
const ROOM_BYTES = 1024 * 1024;
/** Numbers fetched at a time. */
const CHANCE_COUNT = 64;
const BRIDGE: readonly string[] = ["send", "call", "end", "lacks", "draw"];
/** First letters of those names. */
const LETTERS = Object.freeze({ send: 0x73, call: 0x63, end: 0x65, draw: 0x64 });

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Prepares the memory: engine, libraries and guest API, with room to spare. */
export function prepare(engine: Engine, guest: string): Template {
  return new Vm(engine, undefined, 0).prepare(guest);
}

/** One VM. */
export class Vm {
  /** For whom it works; set before it is used. */
  host: VmHost | undefined;
  readonly #exports: QuickJsExports;
  readonly #template: Template | undefined;
  readonly #memoryLimitBytes: number;
  /** Rejected promises that nobody has handled yet, with the reason. */
  readonly #rejections = new Map<number, number>();

  /** Without a template it is the one that makes it. */
  constructor(engine: Engine, template: Template | undefined, memoryLimitBytes: number) {
    this.#template = template;
    this.#memoryLimitBytes = memoryLimitBytes;
    this.#exports = engine.start({ env: this.#env(), wasi: this.#wasi() });
    if (template !== undefined) this.reset();
  }

  /** Bytes of its memory. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Whether it can be used again: memory never shrinks, and what has grown would stay so. */
  get isReusable(): boolean {
    return this.memoryBytes === this.#template!.memory.bytes.length;
  }

  /** Makes it what it was before its program. */
  // SAFETY: all of a VM's state is in its memory and its stack pointer; both are written anew, so
  // nothing of a program is left to the next one (test/unit/runtime: prepared_memory, and
  // test/integration/runtime: quickjs_runtime).
  reset(): void {
    const { memory, stackPointer, runtime, context } = this.#template!;
    const missing = memory.bytes.length - this.memoryBytes;
    if (missing > 0) this.#exports.memory.grow(missing / 65_536);
    memory.copyTo(this.#exports.memory.buffer);
    this.#exports.__stack_pointer.value = stackPointer;
    this.#exports.qjs_set_runtime_and_context(runtime, context);
    this.#exports.qjs_set_memory_limit(this.#memoryLimitBytes);
    this.#rejections.clear();
    this.host = undefined;
  }

  /** Installs what a program may see. */
  begin(start: string): void {
    this.#callWithText(this.#template!.entry.begin, start);
  }

  /** Evaluates the program's script and starts its function. */
  run(script: string): void {
    const exports = this.#exports;
    const { entry, scriptName } = this.#template!;
    const [pointer, bytes] = this.#write(script);
    const main = exports.qjs_eval(pointer, bytes, scriptName, 0);
    exports.wasm_free(pointer);
    if (exports.qjs_is_exception(main) === 0) this.#call(entry.run, main);
    else this.#call(entry.fail, exports.qjs_get_exception());
  }

  /** Hands over a reply. */
  deliver(line: string): void {
    this.#callWithText(this.#template!.entry.deliver, line);
  }

  /** Says that nothing is left to wait for. */
  idle(): void {
    this.#call(this.#template!.entry.idle);
  }

  /** Does everything that can be done without a further reply. */
  drain(): void {
    const exports = this.#exports;
    while (exports.qjs_is_job_pending() !== 0 && !this.host!.mustStop()) {
      if (exports.qjs_execute_pending_job() < 0) {
        exports.qjs_free_value(exports.qjs_get_exception());
      }
    }
    if (this.#rejections.size > 0) this.#noteRejections();
  }

  #noteRejections(): void {
    for (const reason of this.#rejections.values()) {
      this.#call(this.#template!.entry.reject, reason);
    }
    this.#rejections.clear();
  }

  /** Builds the prepared memory; only of the first VM. */
  prepare(guest: string): Template {
    const exports = this.#exports;
    exports.qjs_set_max_stack_size(STACK_BYTES);
    exports.qjs_set_interrupt_handler(1);
    exports.qjs_set_promise_rejection_handler(1);
    this.#installBridge();
    const [script, bytes] = this.#write(guest);
    const [name] = this.#write("sandbox.js");
    const result = exports.qjs_eval(script, bytes, name, 0);
    exports.wasm_free(script);
    if (exports.qjs_is_exception(result) !== 0) {
      throw new TypeError(`Cannot prepare the engine: ${this.#describeException()}`);
    }
    const [scriptName] = this.#write("guest.ts");
    const scratch = exports.wasm_malloc(64);
    const undefinedValue = exports.qjs_get_undefined();
    const entry = this.#takeEntry();
    exports.wasm_free(exports.wasm_malloc(ROOM_BYTES));
    return {
      memory: new PreparedMemory(new Uint8Array(exports.memory.buffer).slice()),
      stackPointer: exports.__stack_pointer.value as number,
      runtime: exports.qjs_get_runtime_ptr(),
      context: exports.qjs_get_context_ptr(),
      scratch,
      undefinedValue,
      scriptName,
      entry,
    };
  }

  #installBridge(): void {
    const exports = this.#exports;
    const bridge = exports.qjs_new_object();
    for (const name of BRIDGE) {
      const [text, bytes] = this.#write(name);
      exports.qjs_set_prop_string(bridge, text, exports.qjs_new_host_function(text, bytes, 1));
    }
    exports.qjs_set_prop_string(exports.qjs_get_global(), this.#write("__bridge")[0], bridge);
  }

  #takeEntry(): Entry {
    const exports = this.#exports;
    const global = exports.qjs_get_global();
    const [name] = this.#write("__entry");
    const list = exports.qjs_get_prop_string(global, name);
    const entry = ENTRY.map((key, at) => [key, exports.qjs_get_prop_uint32(list, at)]);
    const script = "delete globalThis.__entry";
    const [pointer, bytes] = this.#write(script);
    exports.qjs_eval(pointer, bytes, name, 0);
    return Object.fromEntries(entry) as Entry;
  }

  #describeException(): string {
    const exports = this.#exports;
    const error = exports.qjs_get_exception();
    const stack = exports.qjs_get_prop_string(error, this.#write("stack")[0]);
    return `${this.#read(error)} ${this.#read(stack)}`;
  }

  #callWithText(target: number, text: string): void {
    const [pointer, bytes] = this.#write(text);
    const value = this.#exports.qjs_new_string(pointer, bytes);
    this.#exports.wasm_free(pointer);
    this.#call(target, value);
  }

  /** Calls a function of the guest API, which takes its argument over; what it throws is dropped. */
  #call(target: number, argument?: number): void {
    const exports = this.#exports;
    const { scratch, undefinedValue } = this.#template!;
    let count = 0;
    if (argument !== undefined) {
      count = 1;
      new DataView(exports.memory.buffer).setUint32(scratch, argument, true);
    }
    const result = exports.qjs_call(target, undefinedValue, count, scratch);
    if (argument !== undefined) exports.qjs_free_value(argument);
    if (exports.qjs_is_exception(result) === 0) exports.qjs_free_value(result);
    else exports.qjs_free_value(exports.qjs_get_exception());
  }

  /** Puts text into memory, ended by a zero. */
  #write(text: string): readonly [pointer: number, bytes: number] {
    const exports = this.#exports;
    const bytes = encoder.encode(text);
    const pointer = exports.wasm_malloc(bytes.length + 1);
    if (pointer === 0) throw new OutOfMemory();
    const memory = new Uint8Array(exports.memory.buffer);
    memory.set(bytes, pointer);
    memory[pointer + bytes.length] = 0;
    return [pointer, bytes.length];
  }

  #read(value: number): string {
    const exports = this.#exports;
    const lengthAt = this.#template?.scratch ?? exports.wasm_malloc(4);
    const pointer = exports.qjs_get_string_len(value, lengthAt);
    if (pointer === 0) return "";
    const { buffer } = exports.memory;
    const bytes = new DataView(buffer).getUint32(lengthAt, true);
    const text = decoder.decode(new Uint8Array(buffer, pointer, bytes));
    exports.qjs_free_cstring(pointer);
    return text;
  }

  #env(): Record<string, WebAssembly.ImportValue> {
    return {
      host_call: (name: number, _bytes: number, _self: number, count: number, args: number) =>
        this.#answer(name, count, args),
      host_interrupt: () => this.host?.mustStop() ? 1 : 0,
      host_promise_rejection: (promise: number, reason: number, isHandled: number) =>
        this.#takeRejection(promise, reason, isHandled !== 0),
      host_module_normalize: () => 0,
      host_module_load: () => 0,
      // The time zone is the process's, as it is in the other engine.
      host_get_timezone_offset: (high: number, low: number) =>
        -new Date((high * 2 ** 32 + (low >>> 0)) * 1000).getTimezoneOffset() * 60,
    };
  }

  #wasi(): Record<string, WebAssembly.ImportValue> {
    const notThere = () => 8;
    return {
      clock_time_get: (_clock: number, _precision: bigint, at: number) => {
        if (this.host === undefined) return 0; // Nobody's time yet.
        // Whole milliseconds: as many nanoseconds do not fit a number.
        const nanoseconds = BigInt(Math.floor(this.host.now())) * 1_000_000n;
        new DataView(this.#exports.memory.buffer).setBigUint64(at, nanoseconds, true);
        return 0;
      },
      random_get: (at: number, bytes: number) => {
        if (this.host === undefined) return 0; // Nobody's chance yet.
        this.host.fillBytes(new Uint8Array(this.#exports.memory.buffer, at, bytes));
        return 0;
      },
      fd_write: notThere,
      fd_close: notThere,
      fd_fdstat_get: notThere,
      fd_seek: notThere,
    };
  }

  /** A call out of the VM; its name begins with a letter of its own. */
  #answer(name: number, count: number, args: number): number {
    const exports = this.#exports;
    const { buffer } = exports.memory;
    const letter = new Uint8Array(buffer, name, 1)[0];
    const host = this.host!;
    if (letter === LETTERS.draw) return this.#draw(host);
    const first = count > 0 ? new DataView(buffer).getUint32(args, true) : 0;
    const text = first === 0 ? "" : this.#read(first);
    if (letter === LETTERS.send) host.send(text);
    else if (letter === LETTERS.call) host.call(text);
    else if (letter === LETTERS.end) host.end(text);
    else host.lacks(text);
    return exports.qjs_get_undefined();
  }

  #draw(host: VmHost): number {
    const exports = this.#exports;
    const numbers = new Float64Array(CHANCE_COUNT);
    host.fillNumbers(numbers);
    const pointer = exports.wasm_malloc(numbers.byteLength);
    if (pointer === 0) throw new OutOfMemory();
    new Uint8Array(exports.memory.buffer).set(new Uint8Array(numbers.buffer), pointer);
    const value = exports.qjs_new_array_buffer(pointer, numbers.byteLength);
    exports.wasm_free(pointer);
    return value;
  }

  #takeRejection(promise: number, reason: number, isHandled: boolean): void {
    const exports = this.#exports;
    const key = exports.qjs_get_value_ptr(promise);
    exports.qjs_free_value(promise);
    const known = this.#rejections.get(key);
    if (known !== undefined) exports.qjs_free_value(known);
    if (isHandled || this.#rejections.size >= MAX_REJECTIONS) {
      this.#rejections.delete(key);
      exports.qjs_free_value(reason);
    } else this.#rejections.set(key, reason);
  }
}

/** Rejections remembered at a time. */
const MAX_REJECTIONS = 64;

/** The VM has no memory left for what the process has to put into it. */
export class OutOfMemory extends Error {}
