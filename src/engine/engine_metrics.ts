/** The numbers the engine keeps for `GET /metrics`. */

import type { Metrics } from "../base/metrics.ts";
import type { CallRecord, ExecuteAnswer, Language } from "../contract/mod.ts";
import type { Pool } from "../pool/mod.ts";
import type { Gate } from "./gate.ts";
import type { Refusal } from "./gate_options.ts";

/** Registers and feeds the engine's metrics. */
export class EngineMetrics {
  readonly #executions;
  readonly #continuations;
  readonly #duration;
  readonly #wait;
  readonly #cpu;
  readonly #check;
  readonly #queue;
  readonly #calls;
  readonly #callDuration;
  readonly #refused;
  readonly #gates = new Map<string, Gate>();
  readonly #open = new Map<string, number>();

  constructor(metrics: Metrics, pools: ReadonlyMap<string, Pool>) {
    this.#executions = metrics.counter(
      "codemode_executions_total",
      "Executions by language, runtime and outcome",
    );
    this.#continuations = metrics.counter(
      "codemode_continuations_total",
      "Programs that were continued in another sandbox, by runtimes and reason",
    );
    this.#duration = metrics.histogram("codemode_execution_seconds", "Wall time of programs");
    this.#wait = metrics.histogram(
      "codemode_execution_wait_seconds",
      "Time programs waited for calls",
    );
    this.#cpu = metrics.histogram("codemode_execution_cpu_seconds", "CPU time of programs");
    this.#check = metrics.histogram("codemode_check_seconds", "Time to check a program");
    this.#queue = metrics.histogram("codemode_queue_seconds", "Time waiting for a sandbox");
    this.#calls = metrics.counter("codemode_tool_calls_total", "Tool calls by server and status");
    this.#callDuration = metrics.histogram(
      "codemode_tool_call_seconds",
      "Time of tool calls by server",
    );
    this.#refused = metrics.counter(
      "codemode_queue_refused_total",
      "Executions and checks the queue refused, by reason",
    );
    const waiting = metrics.gauge("codemode_queue_waiting", "Executions and checks in the queue");
    const inside = metrics.gauge("codemode_executions_inside", "Executions running or waiting");
    const open = metrics.gauge("codemode_tool_calls_open", "Tool calls under way by server");
    const sandboxes = metrics.gauge("codemode_sandboxes", "Sandboxes by runtime and state");
    metrics.beforePrint(() => {
      inside.set((this.#gates.get("heavy")?.inside ?? 0) + (this.#gates.get("light")?.inside ?? 0));
      for (const [lane, gate] of this.#gates) waiting.set(gate.waiting, { lane });
      for (const [server, count] of this.#open) open.set(count, { server });
      for (const [runtime, pool] of pools) {
        for (const [state, count] of Object.entries(pool.stats())) {
          sandboxes.set(count, { runtime, state });
        }
      }
    });
  }

  /** Shows how full a gate is. */
  watch(lane: string, gate: Gate): void {
    this.#gates.set(lane, gate);
  }

  /** The gate of a lane refused one. */
  refused(lane: string, reason: Refusal): void {
    this.#refused.increment({ lane, reason });
  }

  /** One execution ended. */
  executionEnded(language: Language, { runtime, error, metrics: measured }: ExecuteAnswer): void {
    const outcome = error?.code ?? "OK";
    this.#executions.increment({ language, runtime: runtime.name, outcome });
    for (const { from, to, reason } of runtime.continued ?? []) {
      this.#continuations.increment({ from, to, reason });
    }
    this.#duration.observe(measured.executionTime / 1000);
    this.#wait.observe(measured.waitTime / 1000);
    this.#cpu.observe(measured.cpuTime / 1000);
    this.#check.observe(measured.checkTime / 1000);
    this.#queue.observe(measured.queueTime / 1000);
  }

  /** One tool call began. */
  callStarted(server: string): void {
    this.#open.set(server, (this.#open.get(server) ?? 0) + 1);
  }

  /** One tool call ended. */
  callEnded({ server, status, duration }: CallRecord): void {
    this.#open.set(server, (this.#open.get(server) ?? 1) - 1);
    this.#calls.increment({ server, status });
    this.#callDuration.observe(duration / 1000, { server });
  }
}
