/** Many programs over one channel: the host's lines to the programs they are for, the programs' to the host. */

import { LINE_TAKEN } from "../../src/protocol/engine_limit.ts";
import { type HostFrame, PROTOCOL_VERSION } from "../../src/protocol/frames.ts";
import { toGuestLine } from "../../src/protocol/lines.ts";
import type { Engine } from "./engine.ts";
import { HostedProgram } from "./program.ts";
import { type Template, Vm } from "./vm.ts";

/** VMs kept for programs to come. */
const SPARE_VMS = 16;
/** Text written before a slice is over, so that a flood of it does not pile up here. */
const MAX_HELD_LENGTH = 65_536;

/** How a line ends that cancels a program. */
const CANCEL = ' {"type":"cancel"}';

/** A little of everything programs do. */
const WARM_UP = `
const { items } = await mcp.a.b({ query: "x" });
const sums = new Map(items.map(({ n }) => [String(n), n + Math.random()]));
console.log("sum", { sums }, new Date().toISOString());
return { items: items.filter((one) => one.n > 1), text: JSON.stringify(items), sums };`;

/** What hosting needs of its process. */
export interface HostingOptions {
  /** Bytes one program may have. */
  readonly memoryBytes: number;
  cpuTime(): number;
  writeText(text: string): void;
}

/** The programs of this process. */
export class Hosting {
  readonly #engine: Engine;
  readonly #options: HostingOptions;
  readonly #template: Template;
  readonly #programs = new Map<string, { readonly program: HostedProgram; readonly vm: Vm }>();
  readonly #spare: Vm[] = [];
  #held = "";

  constructor(engine: Engine, template: Template, options: HostingOptions) {
    this.#engine = engine;
    this.#template = template;
    this.#options = options;
  }

  /** Runs a program of ours, since the engine is slow until it has run something. */
  warmUp(): void {
    const vm = this.#openVm();
    const seed = "0".repeat(64);
    const start = {
      type: "start",
      version: PROTOCOL_VERSION,
      nonce: "",
      code: WARM_UP,
      namespaces: [{ name: "a", tools: [{ name: "b", aliases: [] }], global: true, member: true }],
      context: {},
      depth: 8,
      repeatable: { seed, startedAt: 0, replies: 0, frames: 0 },
    } as const;
    const { memoryBytes, cpuTime } = this.#options;
    const program = new HostedProgram(start, vm, {
      memoryBytes,
      cpuTime,
      write: () => {},
      flush: () => {},
    });
    program.start(start);
    const line = '{"type":"reply","id":1,"ok":true,"value":{"items":[{"n":1},{"n":2}]}}';
    program.take(JSON.parse(line) as HostFrame, line);
    vm.reset();
    this.#spare.push(vm);
  }

  #openVm(): Vm {
    return this.#spare.pop() ??
      new Vm(this.#engine, this.#template, this.#options.memoryBytes);
  }

  /** Takes lines in their order; programs that were cancelled before they began are not begun. */
  takeAll(lines: readonly string[]): void {
    const cancelled = new Set<string>();
    for (const line of lines) {
      if (line.endsWith(CANCEL)) cancelled.add(line.slice(0, line.indexOf(" ")));
    }
    for (const line of lines) {
      const nonce = line.slice(0, line.indexOf(" "));
      if (cancelled.has(nonce) && !this.#programs.has(nonce)) this.#taken();
      else this.#take(line);
    }
  }

  #taken(): void {
    this.#held += `${LINE_TAKEN}\n`;
    this.#flush();
  }

  /** Takes one line: a nonce, a space, a frame. */
  #take(line: string): void {
    const gap = line.indexOf(" ");
    const nonce = line.slice(0, gap);
    const json = line.slice(gap + 1);
    this.#takeFrame(nonce, JSON.parse(json) as HostFrame, json);
    this.#taken();
    this.#tidy(nonce);
  }

  #takeFrame(nonce: string, frame: HostFrame, json: string): void {
    if (frame.type !== "start") return this.#programs.get(nonce)?.program.take(frame, json);
    const vm = this.#openVm();
    const program = new HostedProgram(frame, vm, {
      memoryBytes: this.#options.memoryBytes,
      cpuTime: this.#options.cpuTime,
      write: (of, text) => this.#write(of, text),
      flush: () => this.#flush(),
    });
    this.#programs.set(nonce, { program, vm });
    program.start(frame);
  }

  #write(nonce: string, json: string): void {
    this.#held += toGuestLine(nonce, json);
    if (this.#held.length > MAX_HELD_LENGTH) this.#flush();
  }

  #flush(): void {
    const text = this.#held;
    if (text === "") return;
    this.#held = "";
    this.#options.writeText(text);
  }

  /** Makes the VM of a program that is over ready for the next one, once the host has its answer. */
  #tidy(nonce: string): void {
    const hosted = this.#programs.get(nonce);
    if (hosted === undefined || !hosted.program.hasEnded) return;
    this.#programs.delete(nonce);
    if (!hosted.program.leavesVm || this.#spare.length >= SPARE_VMS) return;
    hosted.vm.reset();
    this.#spare.push(hosted.vm);
  }
}
