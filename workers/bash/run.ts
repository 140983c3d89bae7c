/**
 * One program of the shell, from its start frame to its final one: a fresh interpreter and a fresh file
 * system. Knows no door: frames are handed in and out, so any number can share a process.
 */

import type { ReplyFrame, StartFrame, WireError } from "../../src/protocol/frames.ts";
import { decodeValue, encodeError, encodeValue } from "../../src/protocol/values.ts";
import { createCalls } from "../guest/calls.ts";
import { McpToolError } from "../guest/mcp_tool_error.ts";
import { printFailure, printLog, printResult } from "../guest/print_frame.ts";
import { createCurl } from "./curl.ts";
import { mountsOf } from "./mounts.ts";
import { toEnd } from "./end.ts";
import { toPrintedLines } from "./printed.ts";
import { createShell, type ShellEnd } from "./shell.ts";
import { createToolCommands } from "./tool_commands.ts";

/** What a run needs of the place it runs in. */
export interface BashRunOptions {
  /** Built-in commands allowed; empty for the default ones. */
  readonly commands: readonly string[];
  /** Sends one frame. */
  send(json: string): void;
}

/** One run. */
export class BashRun {
  readonly #start: StartFrame;
  readonly #options: BashRunOptions;
  readonly #aborter = new AbortController();
  #take: ((line: string) => void) | undefined;
  #hasEnded = false;

  constructor(start: StartFrame, options: BashRunOptions) {
    this.#start = start;
    this.#options = options;
  }

  /** Runs the program; settles when its final frame has been sent. */
  async start(): Promise<void> {
    try {
      const end = await this.#execute();
      this.#log(end);
      const { depth, code } = this.#start;
      const told = toEnd(end, code);
      if (!told.ok) return this.#end(printFailure(told.error));
      this.#end(printResult(encodeStdout(told.value, told.text, depth), []));
    } catch (error) {
      this.#end(printFailure(encodeError(error) as WireError));
    }
  }

  /** Takes the reply to a call. */
  reply(frame: ReplyFrame): void {
    this.#take?.(JSON.stringify(frame));
  }

  /** Ends the program at its next command; nothing is sent any more. */
  cancel(): void {
    this.#hasEnded = true;
    this.#aborter.abort();
  }

  #log({ exitCode, stdout, stderr }: ShellEnd): void {
    const printed = exitCode === 0 ? [] : toPrintedLines(stdout);
    for (const line of printed) this.#send(printLog("log", line));
    const level = exitCode === 0 ? "warn" : "error";
    for (const line of stderr) this.#send(printLog(level, line));
  }

  async #execute(): Promise<ShellEnd> {
    const { code, context, access = {}, namespaces } = this.#start;
    const calls = this.#createCalls();
    const plain = decodeValue(context);
    const json = JSON.stringify(plain) ?? "null";
    const shell = createShell({
      script: code,
      commands: this.#options.commands,
      environment: { ...access.environment, CONTEXT: json },
      files: { "/context.json": json },
      guestCommands: (shellCommands) => [
        ...createToolCommands(namespaces, calls.call, shellCommands),
        createCurl(access.network === true, calls.call),
      ],
      ...(access.network ? { fetch: calls.call } : {}),
      mounts: mountsOf(access.paths ?? [], calls.call),
    });
    return await shell.run(this.#aborter.signal);
  }

  #createCalls(): ReturnType<typeof createCalls> {
    return createCalls({
      depth: this.#start.depth,
      errorClasses: { McpToolError },
      send: (json) => this.#send(json),
      listen: (take) => this.#take = take,
    });
  }

  #send(json: string): void {
    if (!this.#hasEnded) this.#options.send(json);
  }

  #end(json: string): void {
    this.#send(json);
    this.#hasEnded = true;
  }
}

/** JSON that nests too deep for the wire stays the text it was written as. */
function encodeStdout(value: unknown, text: string, depth: number) {
  try {
    return encodeValue(value, { depth }).wire;
  } catch {
    return encodeValue(text, { depth }).wire;
  }
}
