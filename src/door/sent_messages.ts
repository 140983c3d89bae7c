/**
 * What the streams of one session were sent, kept for a client that lost its connection: it names the
 * last one it has, and gets those after it. What is kept is bounded; progress and logs go first.
 */

import {
  type EventId,
  type EventStore,
  type JSONRPCMessage,
  ProtocolErrorCode,
  type StreamId,
} from "@modelcontextprotocol/server";

interface Sent {
  readonly stream: StreamId;
  readonly number: number;
  /** As JSON, because a text is what is counted. */
  readonly text: string;
}

type Send = (id: EventId, message: JSONRPCMessage) => Promise<void>;

/** Characters that are kept of one session. */
const MAX_CHARACTERS = 1024 * 1024;
/** What one message costs besides its text. */
const HEAD_CHARACTERS = 500;

/** The messages of one session. */
export class SentMessages implements EventStore {
  /** By their numbers, the oldest first: what is nobody's loss, and what somebody waits for. */
  readonly #notices = new Map<number, Sent>();
  readonly #needed = new Map<number, Sent>();
  #characters = 0;
  #last = 0;

  /** Keeps a message; its id. The empty one that begins a stream is kept like an answer. */
  storeEvent(stream: StreamId, message: JSONRPCMessage): Promise<EventId> {
    const isNotice = "method" in message && !("id" in message);
    const number = this.#last += 1;
    const sent = { stream, number, text: textOf(message) };
    (isNotice ? this.#notices : this.#needed).set(number, sent);
    this.#characters += costOf(sent);
    // SAFETY: who begins much and reads nothing must not have the host keep all of it
    // (test/unit/door: sent_messages).
    while (this.#characters > MAX_CHARACTERS) this.#dropOldest();
    return Promise.resolve(`${stream}/${number}`);
  }

  /** Whether something is kept of the stream that the id is of. */
  has(id: EventId): boolean {
    const { stream } = read(id);
    return this.#all.some((one) => one.stream === stream);
  }

  async replayEventsAfter(id: EventId, { send }: { readonly send: Send }): Promise<StreamId> {
    const { stream, number } = read(id);
    const later = this.#all
      .filter((one) => one.stream === stream && one.number > number)
      .sort((one, other) => one.number - other.number);
    for (const one of later) await send(`${stream}/${one.number}`, JSON.parse(one.text));
    return stream;
  }

  get #all(): readonly Sent[] {
    return [...this.#needed.values(), ...this.#notices.values()];
  }

  #dropOldest(): void {
    const from = this.#notices.size > 0 ? this.#notices : this.#needed;
    for (const [number, sent] of from) {
      from.delete(number);
      this.#characters -= costOf(sent);
      return;
    }
  }
}

function read(id: EventId): { readonly stream: StreamId; readonly number: number } {
  const slash = id.lastIndexOf("/");
  return { stream: id.slice(0, Math.max(slash, 0)), number: Number(id.slice(slash + 1)) };
}

function costOf({ text }: Sent): number {
  return HEAD_CHARACTERS + text.length;
}

/** The message; in the place of an answer that is too big to be kept, one that says so. */
function textOf(message: JSONRPCMessage): string {
  const text = JSON.stringify(message);
  if (text.length <= MAX_CHARACTERS / 2 || "method" in message) return text;
  const error = {
    code: ProtocolErrorCode.InternalError,
    message: "The answer was sent, and is too big to be sent again",
  };
  return JSON.stringify({ jsonrpc: "2.0", id: message.id, error });
}
