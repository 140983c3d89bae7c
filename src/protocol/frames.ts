/**
 * The whole language spoken across the wall. The host sends `HostFrame`s, the guest's side answers
 * with `GuestFrame`s; both are JSON, one frame a line (see `lines.ts`). Values inside frames are
 * `WireValue`s made by `values.ts`. Everything a guest sends is hostile until `parse_frame.ts` has
 * read it.
 *
 * A sandbox says `ready` once it can take a program. It is then sent exactly one `start`, makes any
 * number of `call`s and `log`s, and says `final` or `yield` once; frames after that are dropped.
 *
 * A sandbox that hosts many programs at a time takes any number of `start`s. Each line of its host
 * then begins with the program's nonce as well, and `cancel` ends a program that is not wanted any more.
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
  /** Where in the submitted text it came from, where that is known and the stack does not say it. */
  readonly place?: WirePlace;
  /** The thrown value, when it was not an Error. */
  readonly value?: WireValue;
  readonly cause?: WireError;
  /** Own enumerable properties of the error, such as `code`, `server`, `tool`, `details`. */
  readonly properties?: { readonly [key: string]: WireValue };
}

/** A place in the submitted text: both count from 1, columns in UTF-16 units. */
export interface WirePlace {
  readonly line: number;
  /** Absent where only the line is known. */
  readonly column?: number;
}

/** One tool as the guest may call it. `name` is what the call frame carries. */
export interface GuestTool {
  readonly name: string;
  /** Further property names for the same tool, such as its camelCase form. */
  readonly aliases: readonly string[];
  /** How its input is written as words; told to languages that have nothing but words. */
  readonly words?: GuestWords;
  /** Properties of its input in the order of positional arguments; told to Python, which mixes both. */
  readonly positional?: readonly string[];
}

/** A tool's input as the words of a command line. */
export interface GuestWords {
  /** What the tool does, in a line. */
  readonly summary: string;
  readonly parameters: readonly GuestParameter[];
  /** True when the input may have properties that are not listed. */
  readonly isOpen: boolean;
}

/** One property of a tool's input. */
export interface GuestParameter {
  readonly name: string;
  readonly kind: GuestParameterKind;
  /** What an array holds. @default any */
  readonly items?: GuestParameterKind;
  readonly isRequired: boolean;
  /** The only texts it may be. */
  readonly choices?: readonly string[];
  readonly summary: string;
}

/** What a property of an input holds; `any` stands for whatever is not one of the others. */
export type GuestParameterKind =
  | "string"
  | "number"
  | "integer"
  | "boolean"
  | "array"
  | "object"
  | "any";

/** One object of tools. It is reachable as `mcp.<name>`, and by each path of `globals`. */
export interface GuestNamespace {
  readonly name: string;
  readonly tools: readonly GuestTool[];
  /** True when the namespace is also a global of its own name. */
  readonly global: boolean;
  /** False when it is a global only and not a member of `mcp`. */
  readonly member: boolean;
}

/**
 * What makes a program repeatable: sent the same frames in the same order, it does the same. It sees
 * time as of the last frame it was sent, draws chance from the seed, and sleeps by calls.
 */
export interface Repeatable {
  /** 64 hexadecimal digits. */
  readonly seed: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /**
   * Frames that another sandbox has sent and been sent already: calls and logs, and replies. An engine
   * with a clock of its own goes by it once as many have passed. Both are 0 the first time.
   */
  readonly frames: number;
  readonly replies: number;
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
  /** Absent: the engine's own clock, chance and timers. */
  readonly repeatable?: Repeatable;
  /** CPU time in milliseconds after which the engine gives the program up; absent: it never does. */
  readonly yieldAfterMs?: number;
  /** CPU time in milliseconds after which an engine of many programs ends this one; absent: its host does. */
  readonly cpuTimeMs?: number;
  /** Length of a frame beyond which such an engine ends the program; absent: its host does. */
  readonly frameBytes?: number;
}

/** Host → guest: the answer to the call of the same `id`. `at` is the time of a repeatable program. */
export type ReplyFrame =
  & { readonly type: "reply"; readonly id: number; readonly at?: number }
  & (
    | { readonly ok: true; readonly value: WireValue }
    | { readonly ok: false; readonly error: WireError }
  );

/** Host → guest: the program is over, whatever it is doing; nothing is answered. */
export interface CancelFrame {
  readonly type: "cancel";
}

/** Everything the host can say. */
export type HostFrame = StartFrame | ReplyFrame | CancelFrame;

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

/** What a program used, where several share a process and only the process can be seen from outside. */
export interface GuestUsage {
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** Guest → host: how the program ended. */
export type FinalFrame =
  & { readonly type: "final"; readonly usage?: GuestUsage }
  & (
    | { readonly ok: true; readonly value: WireValue; readonly notes: readonly string[] }
    | { readonly ok: false; readonly error: WireError }
  );

/** Why an engine gives a program up. */
export const YIELD_REASONS = ["lacks", "cpu"] as const;

/**
 * Guest → host: the engine cannot take the program to its end; another one may. `lacks`: it does not
 * have `what`; `cpu`: the program has used the CPU time after which it is given up.
 */
export interface YieldFrame {
  readonly type: "yield";
  readonly reason: (typeof YIELD_REASONS)[number];
  readonly what: string;
  readonly usage?: GuestUsage;
}

/** Everything the guest's side can say. */
export type GuestFrame = ReadyFrame | LogFrame | CallFrame | FinalFrame | YieldFrame;
