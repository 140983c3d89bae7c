/**
 * One execution's life as a pure function: which phase follows which event, and how long each phase
 * took. No I/O and no clock of its own; `engine.ts` feeds it.
 */

/** Phases in the order they are lived; any of them may go straight to `ended`. */
export type Phase = "admitted" | "checking" | "waiting" | "running" | "ended";

/** What can happen to an execution. */
export type ExecutionEvent = "check" | "checked" | "sandbox" | "end";

/** Where an execution is, and the milliseconds it spent in each phase that is over. */
export interface ExecutionState {
  readonly phase: Phase;
  /** Monotonic milliseconds at which the phase began. */
  readonly since: number;
  readonly spent: Readonly<Partial<Record<Phase, number>>>;
}

const NEXT: Readonly<Record<Phase, Readonly<Partial<Record<ExecutionEvent, Phase>>>>> = Object
  .freeze({
    admitted: { check: "checking", end: "ended" },
    checking: { checked: "waiting", end: "ended" },
    waiting: { sandbox: "running", end: "ended" },
    running: { end: "ended" },
    ended: {},
  });

/** The state of an execution admitted at `at`. */
export function admittedAt(at: number): ExecutionState {
  return { phase: "admitted", since: at, spent: {} };
}

/** The state after `event` at `at`; an event that cannot happen in this phase is a `TypeError`. */
export function advance(
  state: ExecutionState,
  event: ExecutionEvent,
  at: number,
): ExecutionState {
  const phase = NEXT[state.phase][event];
  if (phase === undefined) {
    throw new TypeError(`Cannot advance the execution as "${event}": it is ${state.phase}`);
  }
  const spent = { ...state.spent, [state.phase]: at - state.since };
  return { phase, since: at, spent };
}
