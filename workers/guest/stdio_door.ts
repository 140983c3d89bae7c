/**
 * The guest's half of the channel over stdin and stdout. Reading happens only while somebody waits
 * for it: the first line blocks the thread, later lines are read while calls are pending, so that a
 * program that waits for nothing at all ends instead of hanging.
 */

import type { Door } from "./door.ts";
import { LineSplitter } from "../../src/protocol/lines.ts";
import {
  NativeUint8Array,
  typedArrayByteLength as lengthOf,
  uncurryThis,
  viewBytes,
} from "../../src/protocol/primordials.ts";

const READ_BYTES = 65_536;
/** Replies are small as a rule, and the runtime clears the whole buffer before each read. */
const SMALL_READ_BYTES = 4_096;

/** What the door needs of `Deno.stdin`. */
export interface StdinLike {
  read(buffer: Uint8Array): Promise<number | null>;
  readSync(buffer: Uint8Array): number | null;
}

/** What the door needs of `Deno.stdout`. */
export interface StdoutLike {
  writeSync(bytes: Uint8Array): number;
}

const encode = uncurryThis(TextEncoder.prototype.encode);
const then = uncurryThis(Promise.prototype.then);

/** Opens the door. Takes the methods now, so that nothing a guest replaces later is used. */
export function openStdioDoor(stdin: StdinLike, stdout: StdoutLike): Door {
  const encoder = new TextEncoder();
  const lines = new LineSplitter(Infinity);
  const read = stdin.read.bind(stdin);
  const readSync = stdin.readSync.bind(stdin);
  const writeSync = stdout.writeSync.bind(stdout);
  return {
    receive(take) {
      const buffer = new NativeUint8Array(READ_BYTES);
      let first: string | undefined;
      while (first === undefined) {
        const bytes = readSync(buffer);
        if (bytes === null) return;
        lines.push(viewBytes(buffer, 0, bytes), (line) => first = line);
      }
      take(first);
    },
    listen(take, isWanted) {
      // SAFETY: `read` asks for the buffer's `length`, so a program can get hold of it; it must not be
      // the one that held the first line, with the nonce in it.
      const small = new NativeUint8Array(SMALL_READ_BYTES);
      let large: Uint8Array<ArrayBuffer> | undefined;
      let buffer = small;
      const next = (): void => {
        then(read(buffer), (bytes) => {
          if (bytes === null) return;
          lines.push(viewBytes(buffer, 0, bytes as number), take);
          const isMore = (bytes as number) >= SMALL_READ_BYTES;
          buffer = isMore ? large ??= new NativeUint8Array(READ_BYTES) : small;
          if (isWanted()) next();
        });
      };
      next();
    },
    send(text) {
      let bytes: Uint8Array = encode(encoder, text);
      // SAFETY: the bytes hold the nonce; nothing a program can replace may see them (test/escape: steal-nonce).
      while (lengthOf(bytes) > 0) bytes = viewBytes(bytes, writeSync(bytes));
    },
    hold() {
      const buffer = new NativeUint8Array(1);
      try {
        while (readSync(buffer) !== null);
      } catch {
        // A read is under way, which keeps the process as well.
      }
    },
  };
}
