/** Tells whoever watches an execution how its place in the queue changes while it waits for its turn. */

import type { Clock } from "../base/clock.ts";
import type { ExecutionFeed } from "./execution_feed.ts";
import type { Ticket } from "./gate.ts";

/** How often the place is looked at. */
const LOOK_MS = 500;

/** Resolves when it is the ticket's turn. */
export async function waitForTurn(
  ticket: Ticket,
  feed: ExecutionFeed,
  clock: Clock,
): Promise<void> {
  const turn = ticket.turn();
  if (ticket.position === undefined) return await turn;
  using _watch = watchPlace(ticket, feed, clock);
  await turn;
}

function watchPlace(ticket: Ticket, feed: ExecutionFeed, clock: Clock): Disposable {
  let told = ticket.position;
  let timer: Disposable;
  const look = () => {
    const { position } = ticket;
    if (position !== undefined && position !== told) feed.queued(position);
    told = position;
    timer = clock.after(LOOK_MS, look);
  };
  timer = clock.after(LOOK_MS, look);
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
