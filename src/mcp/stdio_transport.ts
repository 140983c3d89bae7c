/**
 * MCP over the standard streams of a child process: one JSON message a line. What the child writes is
 * hostile: lines have a bound, stray text is tolerated up to a bound, and more ends the connection.
 */

import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import type { Logger } from "../base/log.ts";
import { FairShare } from "./fair_share.ts";
import { LineSplitter } from "./line_splitter.ts";
import { MAX_MESSAGE_BYTES } from "./message_meter.ts";
import { readMessage } from "./read_message.ts";
import { ServerProcess, type ServerProcessOptions } from "./server_process.ts";

/** Lines on stdout that are not messages, in a row, before a server counts as broken. */
export const MAX_STRAY_LINES = 1_000;

/** Bytes that are read of a server that has ended: a pipe holds no more, so the rest is of others. */
export const MAX_REST_BYTES: number = 1024 * 1024;

const MAX_STRAY_BYTES = 1024 * 1024;
const MAX_LOG_LINE_BYTES = 4 * 1024;
// deno-lint-ignore no-control-regex -- a colour is an escape sequence
const COLOUR = /\u001b\[[\d;]*m/g;
// deno-lint-ignore no-control-regex -- control characters are what is taken out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What a transport is made with. */
export interface StdioTransportOptions extends ServerProcessOptions {
  /** Of which its messages take their time. @default its own */
  readonly share?: FairShare | undefined;
}

/** A transport that owns its server process. `pid` and `stderr` mark it as stdio for the client. */
export class StdioTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage) => void) | undefined;
  /** Read by the client's version negotiation, which tells stdio by this property. */
  readonly stderr = null;
  readonly #options: StdioTransportOptions;
  readonly #logger: Logger;
  readonly #name: string;
  readonly #lines = new LineSplitter(MAX_MESSAGE_BYTES, "throw");
  readonly #share: FairShare;
  #process: ServerProcess | undefined;
  #resting: Disposable | undefined;
  #closing: Promise<void> | undefined;
  /** What was read since the process ended; undefined while it runs. */
  #restBytes: number | undefined;
  #stray = { lines: 0, bytes: 0 };
  #closeReason: string | undefined;
  #lastLine: string | undefined;

  constructor(name: string, options: StdioTransportOptions, logger: Logger) {
    this.#name = name;
    this.#options = options;
    this.#logger = logger;
    this.#share = options.share ?? new FairShare(options.clock);
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** Why the connection ended, when this side knows. */
  get closeReason(): string | undefined {
    return this.#closeReason;
  }

  async start(): Promise<void> {
    if (this.#process) throw new TypeError("Cannot start the transport: it has been started");
    this.#process = await ServerProcess.start(this.#options);
    const { stdout, stderr } = this.#process.streams;
    stdout.on("data", (chunk: Uint8Array) => {
      if (this.#restBytes !== undefined) return this.#readRest(chunk);
      const restMs = this.#share.spend(() => this.#read(chunk));
      if (restMs > 0 && !this.#closing) this.#rest(stdout, restMs);
    });
    stdout.on("error", (error: Error) => this.onerror?.(error));
    this.#relayStderr(stderr);
    void this.#process.exited.then(() => this.#endWith(stdout));
    if (this.#closing) await this.#process.stop();
  }

  send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#process?.streams.stdin;
    if (!stdin || this.#closing || !stdin.writable) {
      return Promise.reject(new Error("Cannot send to the server: its process has ended"));
    }
    return new Promise((resolve, reject) => {
      stdin.write(`${JSON.stringify(message)}\n`, (error) => error ? reject(error) : resolve());
    });
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    // Callers learn at once; the process may take its time to leave.
    queueMicrotask(() => this.onclose?.());
    this.#resting?.[Symbol.dispose]();
    await this.#process?.stop();
  }

  /** The server waits when its pipe is full. */
  #rest(stdout: ServerProcess["streams"]["stdout"], restMs: number): void {
    stdout.pause();
    this.#resting = this.#options.clock.after(restMs, () => stdout.resume());
  }

  /** Of a server that has ended: what it wrote before may be what somebody waits for. */
  async #endWith(stdout: ServerProcess["streams"]["stdout"]): Promise<void> {
    this.#closeReason ??= this.#process?.ending;
    this.#restBytes = 0;
    // Nobody needs to wait any more: what is left is little.
    this.#resting?.[Symbol.dispose]();
    if (!this.#closing) stdout.resume();
    await this.#process?.readOut();
    this.#tellLastWords();
    await this.close();
  }

  #readRest(chunk: Uint8Array): void {
    this.#restBytes = (this.#restBytes ?? 0) + chunk.length;
    if (this.#restBytes > MAX_REST_BYTES) void this.close();
    else this.#read(chunk);
  }

  #read(chunk: Uint8Array): void {
    if (this.#closing) return;
    try {
      for (const line of this.#lines.push(chunk)) this.#readLine(line);
    } catch (error) {
      this.#giveUp(error instanceof Error ? error.message : String(error));
    }
  }

  #readLine(line: string): void {
    if (this.#closing || line.trim() === "") return;
    const message = readMessage(line);
    if (message === undefined) return this.#countStray(line);
    this.#stray = { lines: 0, bytes: 0 };
    this.onmessage?.(message);
  }

  #countStray(line: string): void {
    this.#stray.lines += 1;
    this.#stray.bytes += line.length;
    if (this.#stray.lines === 1) {
      const text = printable(line.slice(0, MAX_LOG_LINE_BYTES));
      this.#logger.warn("MCP server wrote something that is not a message", { line: text });
    }
    if (this.#stray.lines > MAX_STRAY_LINES || this.#stray.bytes > MAX_STRAY_BYTES) {
      this.#giveUp("it wrote too much that is not a message");
    }
  }

  #giveUp(reason: string): void {
    if (this.#closing) return;
    this.#closeReason = reason;
    this.#logger.warn("MCP server closed because of what it wrote", { reason });
    void this.close();
  }

  /** Why a server ended by itself stands in what it wrote; nobody but the operator is told. */
  #tellLastWords(): void {
    if (this.#closing || this.#lastLine === undefined) return;
    this.#logger.warn("MCP server ended", {
      reason: this.#process?.ending,
      lastLine: this.#lastLine,
    });
  }

  #relayStderr(stderr: ServerProcess["streams"]["stderr"]): void {
    const lines = new LineSplitter(MAX_LOG_LINE_BYTES, "cut");
    const relay = (line: string) => {
      if (line === "") return;
      this.#lastLine = `[${this.#name}] ${printable(line)}`;
      // Servers write there what they like, and as much; why one ended is told in any case.
      this.#logger.debug("MCP server stderr", { line: this.#lastLine });
    };
    stderr.on("data", (chunk: Uint8Array) => lines.push(chunk).forEach(relay));
    stderr.on("end", () => lines.flush().forEach(relay));
    stderr.on("error", () => {});
  }
}

/** Without colours and control characters, so that a server cannot draw on the operator's terminal. */
export function printable(line: string): string {
  return line.replaceAll(COLOUR, "").replaceAll(CONTROL, "\ufffd");
}
