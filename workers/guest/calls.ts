/** Calls in flight: gives each an id, sends it, and settles its promise when the reply comes. */

import { decodeError, type ErrorClasses } from "../../src/protocol/values.ts";
import { decodeValue, encodeValue } from "../../src/protocol/values.ts";
import { TIME_NAMESPACE } from "../../src/protocol/access.ts";
import { append } from "../../src/protocol/encoder.ts";
import type { ReplyFrame } from "../../src/protocol/frames.ts";
import {
  create,
  isInstance,
  keysOf,
  parseJson,
  slice,
  startsWith,
} from "../../src/protocol/primordials.ts";
import { setHidden } from "../../src/protocol/decode_value.ts";
import { guestFrames, withoutFrames } from "./guest_stack.ts";
import { printCall, printValue } from "./print_frame.ts";

const NativePromise = Promise;
const NativeError = Error;

interface Pending {
  /** Empty for a timer. */
  readonly name: string;
  /** Made where the program called, for its stack; nothing reads it unless the call fails. */
  readonly site: Error;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a program's calls go through. */
export interface Calls {
  /** Sends a call; rejects with a TypeError when an argument cannot cross. */
  call(namespace: string, tool: string, args: readonly unknown[]): Promise<unknown>;
  /** Names of calls without a reply, oldest first. */
  pending(): readonly string[];
}

/** How calls reach the host. */
export interface CallWire {
  readonly depth: number;
  readonly errorClasses: ErrorClasses;
  send(json: string): void;
  listen(take: (line: string) => void, isWanted: () => boolean): void;
  /** Told of each reply before the program is. */
  onReply?(reply: ReplyFrame): void;
}

/** Creates the calls of one program. */
export function createCalls(wire: CallWire): Calls {
  const pending = create(null) as { [id: string]: Pending };
  let lastId = 0;
  let open = 0;
  let listening = false;

  const isWanted = () => (listening = open > 0);
  const take = (line: string): void => {
    const reply = parseJson(line) as ReplyFrame;
    const call = pending[reply.id];
    if (call === undefined) return;
    delete pending[reply.id];
    open -= 1;
    wire.onReply?.(reply);
    if (reply.ok) call.resolve(decodeValue(reply.value));
    else call.reject(placeAt(call.site, decodeError(reply.error, wire.errorClasses)));
  };
  const start = (namespace: string, tool: string, args: string, settle: Pending): void => {
    const id = ++lastId;
    wire.send(printCall({ id, namespace, tool, args }));
    pending[id] = settle;
    open += 1;
    if (listening) return;
    listening = true;
    wire.listen(take, isWanted);
  };

  return {
    call(namespace, tool, args) {
      return new NativePromise((resolve, reject) => {
        const printed = printArguments(args, wire.depth);
        const site = new NativeError();
        const name = nameOf(namespace, tool);
        start(namespace, tool, printed, { name, site, resolve, reject });
      });
    },
    pending() {
      const names: string[] = [];
      const ids = keysOf(pending);
      for (let index = 0; index < ids.length; index += 1) {
        const { name } = pending[ids[index]!]!;
        // A timer is no work that somebody could have waited for.
        if (name !== "") append(names, name);
      }
      return names;
    },
  };
}

function nameOf(namespace: string, tool: string): string {
  if (namespace === TIME_NAMESPACE) return "";
  return `${startsWith(namespace, "@") ? slice(namespace, 1) : namespace}.${tool}`;
}

/** Gives a reply's error the stack of the call instead of the one of this file. */
function placeAt(site: Error, error: unknown): unknown {
  if (!isInstance(NativeError, error)) return error;
  const { name, message } = error as Error;
  setHidden(error as Error, "stack", `${name}: ${withoutFrames(message)}${guestFrames(site)}`);
  return error;
}

function printArguments(args: readonly unknown[], depth: number): string {
  let text = "";
  for (let index = 0; index < args.length; index += 1) {
    const { wire } = encodeValue(args[index], {
      depth,
      root: `args[${index}]`,
      unsupported: "refuse",
      mayShare: true,
    });
    text += `${index > 0 ? "," : ""}${printValue(wire)}`;
  }
  return text;
}
