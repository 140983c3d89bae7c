/** The door of the runtimes: kinds of sandbox, and the interfaces the rooms above see. */

export { absentRuntimes } from "./absent_runtimes.ts";
export { type BashRuntimeOptions, createBashRuntime } from "./bash_runtime.ts";
export { type BunOptions, describeBun } from "./bun.ts";
export type { PermissionMode } from "./broker_probe.ts";
export type { DeniedAttempt } from "./broker_request.ts";
export { createDenoRuntime, type DenoRuntimeOptions } from "./deno_runtime.ts";
export { findDeno } from "./deno_binary.ts";
export { measureStarts, type RuntimeOf } from "./measured_runtime.ts";
export {
  type Confinement,
  createMontyRuntime,
  type MontyRuntime,
  type MontyRuntimeOptions,
} from "./monty_runtime.ts";
export {
  createPythonAnalyst,
  type PythonAnalyst,
  type PythonAnalystOptions,
} from "./python_analyst.ts";
export type { PythonPackages } from "./python_packages.ts";
export { createPythonRuntime, type PythonRuntimeOptions } from "./python_runtime.ts";
export { createQuickJsRuntime, type QuickJsRuntimeOptions } from "./quickjs_runtime.ts";
export type { HostingSandbox, SharedRuntime } from "./hosting_sandbox.ts";
export type {
  CallReply,
  Outcome,
  Program,
  RunHost,
  RunReport,
  Runtime,
  Sandbox,
  SandboxSpec,
  Usage,
} from "./runtime.ts";
export { Standstill } from "./standstill.ts";
export { createWorkerRuntime, type WorkerRuntimeOptions } from "./worker_runtime.ts";
export { whyNoProcesses } from "./why_no_processes.ts";
