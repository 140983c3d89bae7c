/** What all servers of the door share, however short they live. */

import { randomBytes } from "node:crypto";
import { createRequestStateCodec, type RequestStateCodec } from "@modelcontextprotocol/server";
import { Places } from "../base/places.ts";
import { Conversations } from "./conversations.ts";
import type { DoorParts } from "./door_parts.ts";

/** What comes back with the answers to questions: signed, bound to the principal, good for a while. */
export interface WaitingState {
  /** What waits here. */
  readonly conversation?: string;
  /** The shown server that has asked, and what it keeps in its own state, unread. */
  readonly relayed?: { readonly server: string; readonly state?: string };
}

/** The shared part. Disposing it ends what waits. */
export interface Door extends Disposable {
  readonly parts: DoorParts;
  readonly conversations: Conversations;
  readonly states: RequestStateCodec<WaitingState>;
  /** Subscriptions of all sessions. */
  readonly subscriptions: Places;
}

const KEY_BYTES = 32;
/** Resources that one caller subscribes to, over all its sessions, which are counted themselves. */
const MAX_SUBSCRIPTIONS_OF_CALLER = 256;

/** Creates it; states that were signed by another process are not known to this one. */
export function createDoor(parts: DoorParts): Door {
  const { conversationsPerPrincipal: perPrincipal, patienceMs } = parts.config;
  const conversations = new Conversations({ perPrincipal, patienceMs }, parts.clock);
  const states = createRequestStateCodec<WaitingState>({
    key: randomBytes(KEY_BYTES),
    ttlSeconds: Math.ceil(patienceMs / 1000),
    // SAFETY: a state is of use to nobody but who got it (test/integration/door).
    bind: ({ mcpReq, http }) => `${mcpReq.method}\0${http?.authInfo?.clientId ?? ""}`,
  });
  return {
    parts,
    conversations,
    states,
    subscriptions: new Places({ all: Infinity, perPrincipal: MAX_SUBSCRIPTIONS_OF_CALLER }),
    [Symbol.dispose]: () => conversations[Symbol.dispose](),
  };
}
