/**
 * Who may hold one more of a server's further sessions. A question may stay open for long, so sessions
 * are never all held by executions that somebody can be asked for: the last one is left to those whose
 * questions are answered at once. Where callers are told apart, a principal has a share.
 */

/** Whoever holds a session or waits for one. */
export interface Holder {
  readonly principal: string;
  /** Whether its questions are put to somebody. */
  readonly canBeAsked: boolean;
}

/** What the shares are of. */
export interface SharedSessions {
  /** The most there are at the same time. */
  readonly limit: number;
  /** Whether callers are known apart, so that none may have them all. */
  readonly tellsCallersApart: boolean;
}

/** How it stands. */
export interface Holding {
  readonly holders: readonly Holder[];
  /** Sessions that nobody can have any more and that still take a place. */
  readonly closing: number;
  /** Sessions of the principal that had to be thrown away lately. */
  readonly wasted: number;
}

/** Whether `one` may hold another one. */
export function mayHold(one: Holder, shared: SharedSessions, holding: Holding): boolean {
  const own = holding.holders.filter(({ principal }) => principal === one.principal);
  const share = shareOf(shared.limit, shared);
  // SAFETY: who gives up call after call would have a process started for each
  // (test/unit/mcp/own_sessions_test.ts).
  const allowed = Math.min(share, 2 * share - holding.wasted);
  if (one.canBeAsked) return own.length < allowed && leavesOne(own, shared, holding);
  // Its principal's open questions are no reason to let it wait for them.
  return own.length < allowed || (allowed > 0 && ofQuestions(own) === own.length);
}

/** SAFETY: who can ask nobody must not wait for the questions of others (test/unit/mcp/own_sessions_test.ts). */
function leavesOne(
  own: readonly Holder[],
  shared: SharedSessions,
  { holders, closing }: Holding,
): boolean {
  const forQuestions = shared.limit - 1;
  if (ofQuestions(holders) + closing >= forQuestions) return false;
  return ofQuestions(own) < shareOf(forQuestions, shared);
}

function ofQuestions(holders: readonly Holder[]): number {
  return holders.filter(({ canBeAsked }) => canBeAsked).length;
}

/** SAFETY: what one caller leaves open must not take all from the others (test/unit/mcp/own_sessions_test.ts). */
function shareOf(sessions: number, { tellsCallersApart }: SharedSessions): number {
  return tellsCallersApart ? Math.ceil(sessions / 2) : sessions;
}
