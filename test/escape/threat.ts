/** What an attack is, and what becomes of it in each carrier. */

import { WORKER_ENDS } from "./worker_ends.ts";

/** What becomes of an attack: `accepted` is no harm, or one the operator is told of, for a reason. */
export type Verdict = "blocked" | "contained" | "accepted";

/** Carriers the attacks run over. */
export const CARRIERS = ["process", "worker"] as const;
export type Carrier = (typeof CARRIERS)[number];

/** How an attack ends. */
export interface ThreatEnd {
  readonly verdict: Verdict;
  /** Why an accepted one is accepted. */
  readonly reason?: string;
  /** How it ends, sealed; a text must match whole. */
  readonly end: string | RegExp;
  /** How it ends with the seal taken away. */
  readonly wall?: string | RegExp;
  /** Runs against a service of its own, in a process of its own: it may take the service with it. */
  readonly isolated?: boolean;
}

/** One attack, as it ends in a process. */
export interface Threat extends ThreatEnd {
  readonly id: string;
  /** What is attacked and how. */
  readonly vector: string;
  /** The file that defends. */
  readonly defence: string;
  readonly code: string;
  /** Time it is given. @default 10000, so that what must hit another limit first does so anywhere */
  readonly timeoutMs?: number;
}

/** The attack as it ends in one carrier. */
export function inCarrier(threat: Threat, carrier: Carrier): Threat {
  if (carrier === "process") return threat;
  const { reason: _reason, ...same } = threat;
  const change = WORKER_ENDS[threat.id];
  return change === undefined ? threat : { ...same, ...change };
}
