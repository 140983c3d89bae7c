/** Why a runtime was chosen, in one sentence each. */

import type { ProgramTraits } from "../contract/mod.ts";
import type { RuntimeCandidate } from "./choose_runtime.ts";
import type { ShapeRecord } from "./history.ts";
import { learnedOf } from "./learn.ts";
import { missingIn } from "./missing.ts";

/** `uses Intl.DateTimeFormat, which quickjs does not have`. */
export function missingReason(
  absent: readonly RuntimeCandidate[],
  traits: ProgramTraits,
): string {
  const names = new Set(absent.flatMap((candidate) => [...missingIn(candidate, traits)]));
  const [first, ...more] = names;
  const rest = more.length === 0 ? "" : ` and ${more.length} more`;
  const who = absent.map(({ name }) => name).join(" and ");
  const verb = first?.startsWith("room ") ? "needs" : "uses";
  return `${verb} ${first}${rest}, which ${who} ${absent.length > 1 ? "do" : "does"} not have`;
}

/** `3 calls and about 2,000 operations; deno would take 18 ms to start`. */
export function costReason(
  traits: ProgramTraits,
  chosen: RuntimeCandidate,
  all: readonly RuntimeCandidate[],
): string {
  const slower = all.filter(({ name, startMs }) =>
    name !== chosen.name && startMs > chosen.startMs
  );
  const lighter = all.filter((each) => each.name !== chosen.name && each.startMs <= chosen.startMs);
  const work = workOf(traits);
  const { operations = 0 } = traits;
  const others = slower.map(({ name, startMs }) => `${name} would take ${ms(startMs)} to start`);
  const dear = lighter.map(({ name, operationsPerMs }) =>
    `${name} would need about ${ms(operations / operationsPerMs)} of CPU`
  );
  return [work, ...others, ...dear].join("; ");
}

function workOf(traits: ProgramTraits): string {
  const { calls: places = 0, expectedCalls = 0, operations = 0, isGuess = false, heaviest } =
    traits;
  const about = expectedCalls > places ? "about " : "";
  const calls = expectedCalls === 0 ? "" : `${about}${counted(expectedCalls, "call")} and `;
  const where =
    heaviest !== undefined && heaviest.operations > operations / 2 && operations > 10_000
      ? `, most of them in the ${heaviest.what} of line ${heaviest.line}`
      : "";
  const guess = isGuess && operations > 10_000 ? ", guessed" : "";
  return `${calls}about ${counted(roughly(operations), "operation")}${where}${guess}`;
}

/** `programs of this shape needed 410 ms of CPU on quickjs in 3 of 3 runs`. */
export function learnedReason(
  traits: ProgramTraits,
  past: ShapeRecord,
  chosen: RuntimeCandidate,
  all: readonly RuntimeCandidate[],
): string {
  for (const other of all) {
    const lesson = other === chosen ? undefined : learnedOf(other, traits, past);
    if (lesson?.kind === "lacked") {
      return `programs of this shape needed ${lesson.what}, which ${other.name} does not have, ` +
        `in ${shares(lesson.times, lesson.runs)}`;
    }
    if (lesson?.kind === "escalated") {
      const { cpuMs, escalations, runs } = lesson.record;
      return `programs of this shape needed more than ${ms(cpuMs)} of CPU on ${other.name} in ` +
        shares(escalations, runs);
    }
  }
  const [name, record] = [...past.runtimes].toSorted(([, a], [, b]) => b.runs - a.runs)[0]!;
  return `programs of this shape used ${ms(record.cpuMs)} of CPU on ${name} in ` +
    shares(record.runs, record.runs);
}

function shares(times: number, runs: number): string {
  const all = Math.max(1, Math.round(runs));
  const some = Math.min(all, Math.max(1, Math.round(times)));
  return `${grouped(some)} of ${grouped(all)} recent runs`;
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function ms(duration: number): string {
  return `${grouped(duration < 10 ? Math.round(duration * 10) / 10 : roughly(duration))} ms`;
}

/** Two digits that mean something. */
function roughly(count: number): number {
  if (count < 100) return Math.round(count);
  const unit = 10 ** (Math.floor(Math.log10(count)) - 1);
  return Math.round(count / unit) * unit;
}

/** Made once: making one takes longer than all the rest of a choice. */
const GROUPED = new Intl.NumberFormat("en-US");

function grouped(count: number): string {
  return count < 1000 ? String(count) : GROUPED.format(count);
}
