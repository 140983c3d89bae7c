/**
 * Starts one published MCP server and writes down what it says of itself and of its tools, exactly as
 * it says it. Install scripts do not run; the server has an empty home and no key.
 */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import type { ServerEntry } from "./server_list.ts";

/** Pages of a tool list that are read. */
const MAX_PAGES = 20;

/** What is kept of one server. */
export interface Recording {
  readonly package: string;
  readonly version: string;
  readonly license: string;
  readonly name: string;
  readonly instructions: string;
  readonly tools: readonly unknown[];
}

/** Where a server may leave files, and how long it may take. */
export interface RecordOptions {
  readonly directory: string;
  readonly cacheDirectory: string;
  readonly timeoutMs: number;
}

type Message = { readonly id?: number; readonly result?: unknown; readonly error?: unknown };

/** Records one server. Rejects with what it said where it did not start. */
export async function recordServer(
  entry: ServerEntry,
  options: RecordOptions,
): Promise<Omit<Recording, "license">> {
  const child = startServer(entry, options);
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    const peer = new Peer(child, signal);
    const hello = await peer.request("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "recorder", version: "1.0.0" },
    }) as { serverInfo: { name: string }; instructions?: string };
    peer.notify("notifications/initialized");
    return {
      package: entry.package,
      version: entry.version,
      name: hello.serverInfo.name,
      instructions: hello.instructions ?? "",
      tools: await listTools(peer),
    };
  } finally {
    stop(child);
  }
}

function startServer(entry: ServerEntry, options: RecordOptions): ChildProcessWithoutNullStreams {
  const { directory, cacheDirectory } = options;
  const spec = `${entry.package}@${entry.version}`;
  const args = (entry.args ?? []).map((arg) => arg.replaceAll("{dir}", directory));
  return spawn("npx", ["-y", spec, ...args], {
    cwd: directory,
    detached: true,
    env: {
      PATH: process.env["PATH"],
      HOME: directory,
      npm_config_cache: cacheDirectory,
      npm_config_ignore_scripts: "true",
      npm_config_update_notifier: "false",
      NO_UPDATE_NOTIFIER: "1",
      DO_NOT_TRACK: "1",
    },
  });
}

async function listTools(peer: Peer): Promise<unknown[]> {
  const tools: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await peer.request("tools/list", cursor === undefined ? {} : { cursor }) as {
      tools: unknown[];
      nextCursor?: string;
    };
    tools.push(...answer.tools);
    cursor = answer.nextCursor;
    if (cursor === undefined) break;
  }
  return tools;
}

/** A process is its own group, so its children end with it. */
function stop(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** The other end: one JSON message a line. */
class Peer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #said = "";
  #nextId = 1;

  constructor(child: ChildProcessWithoutNullStreams, signal: AbortSignal) {
    this.#child = child;
    child.stderr.on("data", (chunk) => this.#said = (this.#said + chunk).slice(-600));
    child.stdin.on("error", () => {});
    createInterface({ input: child.stdout }).on("line", (line) => this.#read(line));
    child.on("exit", () => this.#fail(new Error(`It ended: ${this.#said.trim()}`)));
    signal.addEventListener("abort", () => this.#fail(new Error(`Too slow: ${this.#said.trim()}`)));
  }

  request(method: string, params: unknown): Promise<unknown> {
    const id = this.#nextId++;
    const answer = Promise.withResolvers<unknown>();
    this.#pending.set(id, answer);
    this.#send({ jsonrpc: "2.0", id, method, params });
    return answer.promise;
  }

  notify(method: string): void {
    this.#send({ jsonrpc: "2.0", method });
  }

  #send(message: unknown): void {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  #read(line: string): void {
    const message = parse(line);
    if (message?.id === undefined) return;
    const answer = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.error === undefined) answer?.resolve(message.result);
    else answer?.reject(new Error(JSON.stringify(message.error)));
  }

  #fail(error: Error): void {
    for (const answer of this.#pending.values()) answer.reject(error);
    this.#pending.clear();
  }
}

function parse(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
