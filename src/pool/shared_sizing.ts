/** Which process of many programs takes the next one, and when there should be more: pure decisions. */

import type { SandboxSpec } from "../runtime/mod.ts";

/** Whether a process serves one principal at a time, or anyone. */
export type Isolation = "strict" | "shared";

/** A process as these decisions see it. */
export interface Candidate {
  readonly sandbox: {
    readonly isWorn: boolean;
    readonly isBlocked: boolean;
    readonly isGone: boolean;
    /** Programs that wait for a reply. */
    readonly parked: number;
    /** Memory that its programs have made it take. */
    readonly grownBytes: number;
  };
  readonly memoryLimitBytes: number;
  readonly principal: string | undefined;
  readonly leases: number;
}

/** What is wanted. */
export interface Wanted {
  readonly spec: SandboxSpec;
  readonly isolation: Isolation;
  /** Programs that may run in a process, and further ones while as many are parked. */
  readonly programsAtOnce: number;
  readonly parkedAtOnce: number;
}

/** Whether a process can take one more program. */
// SAFETY: under strict isolation programs of two principals never share a process (test/unit/pool: shared_pool).
export function isFit(candidate: Candidate, wanted: Wanted): boolean {
  const { spec, isolation } = wanted;
  const { sandbox, leases } = candidate;
  if (sandbox.isWorn || sandbox.isBlocked || sandbox.isGone) return false;
  if (candidate.memoryLimitBytes !== spec.memoryLimitBytes) return false;
  const isOpenTo = isolation === "shared" || leases === 0 ||
    candidate.principal === spec.principal;
  return isOpenTo && hasRoom(candidate, wanted);
}

/** Parked programs keep their memory: what they hold is not there for those that run. */
// SAFETY: parked programs that go on can need more than their process has, and one of them then fails
// in the place of another; so they make room for programs of their own principal alone.
function hasRoom({ sandbox, leases, memoryLimitBytes }: Candidate, wanted: Wanted): boolean {
  const { isolation, programsAtOnce, parkedAtOnce } = wanted;
  if (leases < programsAtOnce) return true;
  if (isolation === "shared" || leases >= programsAtOnce + parkedAtOnce) return false;
  const running = leases - sandbox.parked;
  const freeBytes = (programsAtOnce - running) * memoryLimitBytes - sandbox.grownBytes;
  return freeBytes >= memoryLimitBytes;
}

/** Whether a process has programs and none of them runs. */
export function isParked({ sandbox, leases }: Candidate): boolean {
  return leases > 0 && leases <= sandbox.parked;
}

/** The one with the fewest programs. */
export function leastLoaded<C extends Candidate>(candidates: readonly C[]): C | undefined {
  let best: C | undefined;
  for (const one of candidates) if (best === undefined || one.leases < best.leases) best = one;
  return best;
}

/** Programs that run in each process from which on one more process is worth its start. */
const BUSY_PROGRAMS = 3;

/** Whether all processes are busy enough for one more; programs that wait for a reply keep none busy. */
export function wantsMore(candidates: readonly Candidate[]): boolean {
  return candidates.every(({ leases, sandbox }) => leases - sandbox.parked >= BUSY_PROGRAMS);
}
