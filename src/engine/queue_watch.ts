/** Tells whoever watches an execution how its place in the queue changes while it waits for its turn. */

import type { Clock } from "../base/clock.ts";
import type { Ticket, TurnOptions } from "./gate.ts";

/** How often the place is looked at. */
const LOOK_MS = 500;

/** How a turn is waited for, and who is told of it. */
export interface TurnWatch extends TurnOptions {
  readonly clock: Clock;
  /** Told of each place but the first. */
  readonly onPlace: (position: number) => void;
}

/** Resolves when it is the ticket's turn. */
export async function waitForTurn(ticket: Ticket, watch: TurnWatch): Promise<void> {
  const turn = ticket.turn(watch);
  if (ticket.position === undefined) return await turn;
  using _watch = watchPlace(ticket, watch);
  await turn;
}

function watchPlace(ticket: Ticket, { clock, onPlace }: TurnWatch): Disposable {
  let told = ticket.position;
  let timer: Disposable;
  const look = () => {
    const { position } = ticket;
    if (position !== undefined && position !== told) onPlace(position);
    told = position;
    timer = clock.after(LOOK_MS, look);
  };
  timer = clock.after(LOOK_MS, look);
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
