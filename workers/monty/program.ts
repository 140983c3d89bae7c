/**
 * One program of many in the light engine. Only its success is told from here: whatever goes wrong, or is
 * not known to go as in CPython, goes to the heavy engine, which says it in CPython's words.
 */

import { ENGINE_LIMIT, type EngineLimit } from "../../src/protocol/engine_limit.ts";
import type { HostFrame, ReplyFrame, StartFrame, WireError } from "../../src/protocol/frames.ts";
import { type LightProgram, toLightProgram } from "../../src/protocol/python_light.ts";
import type { ToolPlace } from "../../src/protocol/python_names.ts";
import { printCall, printFailure, printLog } from "../guest/print_frame.ts";
import type { Addon, EngineCall, EngineException, EngineStep } from "./addon.ts";
import { toArguments } from "./arguments.ts";
import { PrintedLines } from "./lines.ts";
import { PRELUDE, PRELUDE_LINES } from "./prelude.ts";
import { fromWire, Lacking, toJson } from "./values.ts";

/** What a program needs of its process. */
export interface ProgramSurroundings {
  readonly addon: Addon;
  /** Bytes one program may have. */
  readonly memoryBytes: number;
  now(): number;
  write(nonce: string, json: string): void;
}

const CALL = /^__call(\d+)$/;
const MAX_NOTES = 32;

/** A program. */
export class LightRun {
  readonly #start: StartFrame;
  readonly #around: ProgramSurroundings;
  readonly #lines = new PrintedLines((line) => this.#write(printLog("log", line)));
  readonly #replies = new Map<number, ReplyFrame | undefined>();
  readonly #names = new Map<number, string>();
  #calls: readonly ToolPlace[] = [];
  #waiting: { readonly call: EngineCall; readonly id: number } | undefined;
  #lastId = 0;
  #usedMs = 0;
  #hasEnded = false;

  constructor(start: StartFrame, around: ProgramSurroundings) {
    this.#start = start;
    this.#around = around;
  }

  /** Whether nothing more will come of it. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Begins. */
  begin(): void {
    const { code, namespaces } = this.#start;
    const light = toLightProgram(code, namespaces);
    if ("lacks" in light) return this.#giveUp(light.lacks);
    this.#slice(() => this.#enter(light));
  }

  /** Takes a further frame of the host's. */
  take(frame: HostFrame): void {
    if (this.#hasEnded || frame.type === "start") return;
    if (frame.type === "cancel") {
      this.#hasEnded = true;
      return;
    }
    if (!frame.ok) return this.#failCall(frame.error);
    this.#replies.set(frame.id, frame);
    if (this.#waiting?.id === frame.id) this.#slice(() => this.#resume(frame));
  }

  #enter({ code, calls }: LightProgram): EngineStep {
    const { addon, memoryBytes } = this.#around;
    const { context, cpuTimeMs = Infinity, yieldAfterMs = Infinity } = this.#start;
    this.#calls = calls;
    const made = addon.Monty.create(PRELUDE + code, { inputs: ["context"] });
    if (!("start" in made)) return made;
    return made.start({
      inputs: { context: fromWire(context) },
      limits: {
        maxDurationSecs: Math.min(cpuTimeMs, yieldAfterMs, MAX_MS) / 1000,
        maxMemory: memoryBytes,
      },
      printCallback: (_stream, text) => this.#lines.write(text),
    });
  }

  #resume({ value }: ReplyFrame & { readonly ok: true }): EngineStep {
    const { call } = this.#waiting!;
    this.#waiting = undefined;
    return call.resume({ returnValue: fromWire(value) });
  }

  /** Lets the program do what it can until it waits or ends. */
  #slice(first: () => EngineStep): void {
    const started = this.#around.now();
    try {
      let step: EngineStep | undefined = first();
      while (step !== undefined && !this.#hasEnded) step = this.#take(step);
    } catch (error) {
      this.#giveUp(error instanceof Lacking ? error.message : `an answer (${messageOf(error)})`);
    }
    this.#usedMs += this.#around.now() - started;
  }

  #take(step: EngineStep): EngineStep | undefined {
    const { MontySnapshot, MontyNameLookup, MontyComplete, MontyException } = this.#around.addon;
    // Look-ups are told from calls first: they can pass for each other.
    if (step instanceof MontyNameLookup) throw new Lacking(`the name ${step.variableName}`);
    if (step instanceof MontySnapshot) return this.#answer(step);
    if (step instanceof MontyComplete) this.#complete(step.output);
    else if (step instanceof MontyException) this.#except(step);
    else throw new Lacking("an end");
    return undefined;
  }

  #answer(call: EngineCall): EngineStep | undefined {
    const { functionName, args } = call;
    if (functionName === "__wait") return this.#wait(call, Number(args[0]));
    if (functionName === "__lacks") throw new Lacking(String(args[0]));
    const place = this.#calls[Number(CALL.exec(functionName)?.[1])];
    if (place === undefined) throw new Lacking(`the function ${functionName} there`);
    return call.resume({ returnValue: this.#send(place, call) });
  }

  #send({ namespace, tool }: ToolPlace, { args, kwargs }: EngineCall): number {
    const { depth } = this.#start;
    if (namespace === "codemode" && Object.keys(kwargs).length > 0) {
      throw new Lacking("such arguments");
    }
    const id = this.#lastId += 1;
    const given = toArguments(args, kwargs).map((arg) => toJson(arg, depth)).join(",");
    this.#names.set(id, `${namespace.replace(/^@/, "")}.${tool}`);
    this.#replies.set(id, undefined);
    this.#write(printCall({ id, namespace, tool, args: given }));
    return id;
  }

  #wait(call: EngineCall, id: number): EngineStep | undefined {
    this.#waiting = { call, id };
    const reply = this.#replies.get(id);
    return reply?.ok ? this.#resume(reply) : undefined;
  }

  #failCall(error: WireError): void {
    this.#giveUp(`exceptions of failed calls (${error.name})`, error);
  }

  #complete(output: unknown): void {
    const json = toJson(output, this.#start.depth);
    this.#lines.end();
    const notes = [...this.#replies]
      .filter(([, reply]) => reply === undefined)
      .slice(0, MAX_NOTES)
      .map(([id]) => `${this.#names.get(id)}: not awaited; cancelled when the program ended`);
    this.#end(`{"type":"final","ok":true,"value":${json},"notes":${JSON.stringify(notes)}}`);
  }

  #except(thrown: EngineException): void {
    const { typeName, message } = thrown.exception;
    if (typeName === "TimeoutError" && message.startsWith("time limit")) return this.#stop("cpu");
    if (typeName === "MemoryError" && message.includes(" limit ")) return this.#stop("memory");
    this.#giveUp(`the exception ${typeName}`, {
      name: typeName,
      message,
      stack: printStack(thrown, `${typeName}: ${message}`),
    });
  }

  #stop(limit: EngineLimit): void {
    const { yieldAfterMs } = this.#start;
    if (limit === "cpu" && yieldAfterMs !== undefined) this.#yield("cpu", `${yieldAfterMs} ms`);
    else this.#end(printFailure({ name: ENGINE_LIMIT, message: limit }));
  }

  /** Leaves the program to the heavy engine, or where there is none, fails it as well as can be said. */
  #giveUp(what: string, error?: WireError): void {
    if (this.#start.yieldAfterMs !== undefined) return this.#yield("lacks", what);
    const message = `The light engine of Python has no ${what}`;
    this.#end(printFailure(error ?? { name: "NotImplementedError", message }));
  }

  #yield(reason: "lacks" | "cpu", what: string): void {
    this.#end(JSON.stringify({ type: "yield", reason, what: what.slice(0, MAX_WHAT) }));
  }

  #end(json: string): void {
    if (this.#hasEnded) return;
    this.#lines.end();
    // What a program holds is known to the engine alone, which does not tell.
    const usage = JSON.stringify({ cpuMs: this.#usedMs, memoryBytes: 0 });
    this.#write(`${json.slice(0, -1)},"usage":${usage}}`);
    this.#hasEnded = true;
  }

  #write(json: string): void {
    if (this.#hasEnded) return;
    const { nonce, frameBytes = Infinity } = this.#start;
    if (json.length <= frameBytes) return this.#around.write(nonce, json);
    // What the host would refuse is not sent: it would have to take it first.
    const usage = { cpuMs: this.#usedMs, memoryBytes: 0 };
    const error = { name: ENGINE_LIMIT, message: "output" };
    this.#around.write(nonce, JSON.stringify({ type: "final", ok: false, error, usage }));
    this.#hasEnded = true;
  }
}

/** Longest time that is told to the engine. */
const MAX_MS = 86_400_000;
const MAX_WHAT = 200;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown";
}

function printStack(thrown: EngineException, last: string): string {
  const frames = thrown.traceback().slice(-50).filter(({ line }) => line > PRELUDE_LINES);
  const lines = frames.map(({ line, functionName = "<module>" }) =>
    `  File "guest.py", line ${line - PRELUDE_LINES}, in ${functionName}`
  );
  return ["Traceback (most recent call last):", ...lines, last].join("\n");
}
