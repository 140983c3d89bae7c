/**
 * Serves programs over stdin and stdout, one after another: says `ready`, then for each program takes
 * it, hands replies on and says `final`. Programs share the process and nothing else.
 */

import { PROTOCOL_VERSION, type ReplyFrame, type StartFrame } from "../../src/protocol/frames.ts";
import { LineSplitter, toGuestLine } from "../../src/protocol/lines.ts";
import { BashRun } from "./run.ts";
import { warmUp } from "./warm_up.ts";

const READ_BYTES = 65_536;

/** The channel, taken before the scope was sealed. */
export interface BashChannel {
  read(buffer: Uint8Array): Promise<number | null>;
  writeSync(bytes: Uint8Array): number;
}

/** Says `ready` once the shell is warm, and serves until the host hangs up. */
export async function serveBash(channel: BashChannel, commands: readonly string[]): Promise<void> {
  await warmUp();
  const encoder = new TextEncoder();
  const write = (text: string) => {
    let bytes = encoder.encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(channel.writeSync(bytes));
  };
  let run: BashRun | undefined;
  const take = (line: string) => {
    const frame = JSON.parse(line) as StartFrame | ReplyFrame;
    if (frame.type === "reply") return run?.reply(frame);
    run?.cancel();
    // SAFETY: a program that is over does not know the next one's nonce (test/escape: bash-forged-frame).
    const send = (json: string) => write(toGuestLine(frame.nonce, json));
    run = new BashRun(frame, { commands, send });
    void run.start();
  };
  const lines = new LineSplitter(Infinity);
  const buffer = new Uint8Array(READ_BYTES);
  write(`{"type":"ready","version":${PROTOCOL_VERSION}}\n`);
  for (;;) {
    const bytes = await channel.read(buffer);
    if (bytes === null) return;
    lines.push(buffer.subarray(0, bytes), take);
  }
}
