/**
 * The whole language spoken across the wall. The host sends `HostFrame`s, the guest's side answers
 * with `GuestFrame`s; both are JSON, one frame a line (see `lines.ts`). Values inside frames are
 * `WireValue`s made by `values.ts`. Everything a guest sends is hostile until `parse_frame.ts` has
 * read it.
 *
 * A sandbox says `ready` once it can take a program. It is then sent exactly one `start`, makes any
 * number of `call`s and `log`s, and says `final` once; frames after `final` are dropped.
 */

import type { GuestAccess } from "./access.ts";

/** Version of this protocol; both sides of one build always agree, so a difference is a crash. */
export const PROTOCOL_VERSION = 1;

/** JSON as `JSON.parse` gives it; richer values are tagged inside it by `values.ts`. */
export type WireValue =
  | null
  | boolean
  | number
  | string
  | readonly WireValue[]
  | { readonly [key: string]: WireValue };

/** An error crossing the wall. `stack` is the guest's own stack text; host stacks never cross. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** The thrown value, when it was not an Error. */
  readonly value?: WireValue;
  readonly cause?: WireError;
  /** Own enumerable properties of the error, such as `code`, `server`, `tool`, `details`. */
  readonly properties?: { readonly [key: string]: WireValue };
}

/** One tool as the guest may call it. `name` is what the call frame carries. */
export interface GuestTool {
  readonly name: string;
  /** Further property names for the same tool, such as its camelCase form. */
  readonly aliases: readonly string[];
}

/** One object of tools. It is reachable as `mcp.<name>`, and by each path of `globals`. */
export interface GuestNamespace {
  readonly name: string;
  readonly tools: readonly GuestTool[];
  /** True when the namespace is also a global of its own name. */
  readonly global: boolean;
  /** False when it is a global only and not a member of `mcp`. */
  readonly member: boolean;
}

/** Host → guest: the program and all it may use. */
export interface StartFrame {
  readonly type: "start";
  readonly version: number;
  /** Prefix that each of the guest side's frames must carry; guest code never sees it. */
  readonly nonce: string;
  /** JavaScript: the body of an async function, made by the checker. */
  readonly code: string;
  readonly namespaces: readonly GuestNamespace[];
  readonly context: WireValue;
  /** What the program reaches besides tools; absent means nothing. */
  readonly access?: GuestAccess;
  /** Nesting of values that the host accepts. */
  readonly depth: number;
}

/** Host → guest: the answer to the call of the same `id`. */
export type ReplyFrame =
  | { readonly type: "reply"; readonly id: number; readonly ok: true; readonly value: WireValue }
  | { readonly type: "reply"; readonly id: number; readonly ok: false; readonly error: WireError };

/** Everything the host can say. */
export type HostFrame = StartFrame | ReplyFrame;

/** Levels of `console`, as the guest used them. */
export const GUEST_LOG_LEVELS = ["debug", "log", "info", "warn", "error"] as const;

/** One of {@link GUEST_LOG_LEVELS}. */
export type GuestLogLevel = (typeof GUEST_LOG_LEVELS)[number];

/** Guest → host: the bootstrap runs and waits for its program. */
export interface ReadyFrame {
  readonly type: "ready";
  readonly version: number;
}

/** Guest → host: one line of `console`, already formatted as text. */
export interface LogFrame {
  readonly type: "log";
  readonly level: GuestLogLevel;
  readonly text: string;
}

/** Guest → host: a tool call. `id` grows from 1; `args` are the arguments as written. */
export interface CallFrame {
  readonly type: "call";
  readonly id: number;
  readonly namespace: string;
  readonly tool: string;
  readonly args: readonly WireValue[];
}

/** Guest → host: how the program ended. */
export type FinalFrame =
  | {
    readonly type: "final";
    readonly ok: true;
    readonly value: WireValue;
    readonly notes: readonly string[];
  }
  | { readonly type: "final"; readonly ok: false; readonly error: WireError };

/** Everything the guest's side can say. */
export type GuestFrame = ReadyFrame | LogFrame | CallFrame | FinalFrame;
