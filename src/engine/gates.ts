/** The lanes of the engine: each kind of work takes its own turns, so that none waits for another. */

import type { Clock } from "../base/clock.ts";
import { lightPlaces, type SandboxConfig } from "../config/mod.ts";
import type { EngineName } from "../contract/mod.ts";
import { HEAVIER } from "../continuation/mod.ts";
import type { EngineMetrics } from "./engine_metrics.ts";
import { Gate } from "./gate.ts";

/** Checks at the same time: the checker is one thread, more would only wait inside it. */
const CHECK_PLACES = 4;
/** Direct calls at the same time, and those of one principal: they need no sandbox. */
const CALL_PLACES = { all: 64, perPrincipal: 32 };
/** Reads of kept results: one after the other, and callers by turns. */
const READ_PLACES = { all: 2, perPrincipal: 1 };

/** One gate for each kind of work. */
export class Gates {
  /** Programs in sandboxes of their own: as many places as sandboxes. */
  readonly heavy: Gate;
  /** Programs that share processes. */
  readonly light: Gate;
  /** Checks of programs that are let in already. */
  readonly programChecks: Gate;
  /** Programs to check, which need no sandbox and must not wait for programs to end. */
  readonly checks: Gate;
  /** Direct calls of tools. */
  readonly calls: Gate;
  /** Parts of kept results to be read. */
  readonly reads: Gate;
  readonly #sandbox: SandboxConfig;
  readonly #clock: Clock;
  readonly #metrics: EngineMetrics;

  constructor(sandbox: SandboxConfig, clock: Clock, metrics: EngineMetrics) {
    this.#sandbox = sandbox;
    this.#clock = clock;
    this.#metrics = metrics;
    const { workers, light, perPrincipal, queue } = sandbox;
    const places = lightPlaces(light);
    this.heavy = this.#open("heavy", workers.max, perPrincipal.concurrent);
    this.light = this.#open("light", places, perPrincipal.light);
    const inside = workers.max + places + 2 * queue;
    this.programChecks = this.#open("program-check", CHECK_PLACES, CHECK_PLACES, inside);
    this.checks = this.#open("check", CHECK_PLACES, CHECK_PLACES);
    this.calls = this.#open("call", CALL_PLACES.all, CALL_PLACES.perPrincipal);
    this.reads = this.#open("read", READ_PLACES.all, READ_PLACES.perPrincipal);
  }

  /** Where programs on an engine take their turns. */
  of(engine: EngineName): Gate {
    return HEAVIER.has(engine) ? this.light : this.heavy;
  }

  /** Lets nobody in any more; resolves when everyone has left. The signal's abort cancels them. */
  async close(signal: AbortSignal): Promise<void> {
    const others = [this.checks, this.calls, this.reads];
    await Promise.all([this.#closePrograms(signal), ...others.map((gate) => gate.close(signal))]);
    await this.programChecks.close(signal);
  }

  async #closePrograms(signal: AbortSignal): Promise<void> {
    const gates = [this.heavy, this.light];
    do {
      // One that was at the first may be at the second by now.
      await Promise.all(gates.map((gate) => gate.close(signal)));
    } while (gates.some(({ inside }) => inside > 0));
  }

  #open(lane: string, places: number, perPrincipal: number, queue = this.#sandbox.queue): Gate {
    const gate = new Gate({
      places,
      queue,
      perPrincipal,
      timeoutMs: this.#sandbox.queueTimeoutMs,
      clock: this.#clock,
      onRefused: (why) => this.#metrics.refused(lane, why),
    });
    this.#metrics.watch(lane, gate);
    return gate;
  }
}
