/**
 * One program in its realm, whatever engine interprets it: installs what it may see, and says once how
 * it ended. Runs beside the program, so it keeps to captured built-ins; what a program breaks here it
 * breaks for itself alone.
 */

import type { StartFrame, WireError } from "../../src/protocol/frames.ts";
import { append } from "../../src/protocol/encoder.ts";
import { freeze, isArray, isView, keysOf, uncurryThis } from "../../src/protocol/primordials.ts";
import { decodeValue, encodeError, encodeValue } from "../../src/protocol/values.ts";
import type { Calls } from "./calls.ts";
import { guestStack, withoutFrames } from "./guest_stack.ts";
import { printFailure, printResult } from "./print_frame.ts";
import { suggest } from "./suggest.ts";
import { installTools, setFixed } from "./tools.ts";

const then = uncurryThis(Promise.prototype.then);

/** Notes about rejections kept. */
const MAX_REJECTIONS = 4;
const NEVER_ENDS = "The program waits for something that nothing will ever settle";

/** What of its start a program's realm needs. */
export type ProgramStart = Pick<StartFrame, "namespaces" | "context" | "access" | "depth">;

/** What a realm lends to its program. */
export interface Realm {
  readonly scope: object;
  readonly calls: Calls;
  /** Sends the last frame. */
  end(json: string): void;
  /**
   * Says the engine's own words in terms that a program's author can act upon; others come back as they
   * are. What was thrown may be anything.
   */
  explain(message: string, thrown: unknown): string;
}

/** A program whose surroundings stand. */
export interface ProgramRun {
  /** Starts it; the frames of this file are not in its stacks unless `main` calls it at once. */
  run(main: () => Promise<unknown>): void;
  /** Ends it with what was thrown outside its own promise. */
  fail(thrown: unknown): void;
  /** Ends it because nothing is left that could continue it. */
  idle(): void;
  /** Notes a rejection that nobody handled. */
  reject(reason: unknown): void;
}

/** Installs tools and `context`; the engine's own globals are there already. */
export function prepareProgram(start: ProgramStart, realm: Realm): ProgramRun {
  const { scope, calls, end } = realm;
  const { depth } = start;
  const rejections: string[] = [];
  const fail = (thrown: unknown) => end(printFailure(toWireError(thrown, start, realm)));
  const finish = (value: unknown) => {
    try {
      const { wire, notes } = encodeValue(value, { depth, mayShare: true });
      end(printResult(wire, collectNotes(notes, calls.pending(), rejections)));
    } catch (error) {
      fail(error);
    }
  };
  installTools(scope, start.namespaces, calls.call);
  setFixed(scope, "context", deepFreeze(decodeValue(start.context)));
  return {
    run: (main) => void then(main(), finish, fail),
    fail,
    idle: () => fail(new Error(NEVER_ENDS)),
    reject: (reason) => {
      if (rejections.length < MAX_REJECTIONS) append(rejections, encodeError(reason).message);
    },
  };
}

function collectNotes(
  notes: readonly string[],
  pending: readonly string[],
  rejections: readonly string[],
): readonly string[] {
  const all: string[] = [];
  for (let index = 0; index < notes.length; index += 1) append(all, notes[index]!);
  for (let index = 0; index < pending.length && index < 32; index += 1) {
    append(all, `${pending[index]}: not awaited; cancelled when the program ended`);
  }
  for (let index = 0; index < rejections.length; index += 1) {
    append(all, `A promise nobody awaited was rejected: ${rejections[index]}`);
  }
  return all;
}

function toWireError(thrown: unknown, start: ProgramStart, realm: Realm): WireError {
  const error = encodeError(thrown, { depth: start.depth, stackOf: guestStack });
  const message = realm.explain(withoutFrames(error.message), thrown);
  if (error.name !== "TypeError") return { ...error, message };
  return { ...error, message: message + suggest(message, start.namespaces) };
}

/** Freezes plain data all the way down; bytes cannot be frozen and stay as they are. */
function deepFreeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null || isView(value)) return value;
  const keys = isArray(value) ? undefined : keysOf(value);
  const count = keys === undefined ? (value as unknown[]).length : keys.length;
  for (let index = 0; index < count; index += 1) {
    deepFreeze(
      (value as Record<string | number, unknown>)[keys === undefined ? index : keys[index]!],
    );
  }
  return freeze(value);
}
