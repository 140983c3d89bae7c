/**
 * Makes the snapshot that Python sandboxes start from: the memory of a Python that has everything
 * imported that programs need as a rule. It is made by a process of the same confinement, once for
 * each machine and build, and takes some seconds.
 */

import { spawn } from "node:child_process";
import { Buffer } from "node:buffer";
import { CodemodeError } from "../base/errors.ts";
import type { ProcessSpec } from "./process_carrier.ts";

/** Bytes of a snapshot, whatever packages are in it. */
const MAX_SNAPSHOT_BYTES = 512 * 1024 * 1024;
const MAKE_TIMEOUT_MS = 180_000;
const MAX_STDERR = 4096;

/**
 * Runs the maker; its output is the snapshot.
 *
 * @throws {CodemodeError} `SANDBOX_CRASHED` when it does not make one.
 */
export async function makeSnapshot(
  spec: Omit<ProcessSpec, "isGroup">,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const child = spawn(spec.command, spec.args, {
    cwd: spec.directory,
    env: { ...spec.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  let said = "";
  const end = () => void child.kill("SIGKILL");
  const timer = setTimeout(end, MAKE_TIMEOUT_MS);
  signal.addEventListener("abort", end, { once: true });
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_SNAPSHOT_BYTES) end();
    else chunks.push(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => said = (said + chunk).slice(0, MAX_STDERR));
  try {
    const code = await new Promise<number | null>((resolve) => {
      child.on("close", (exitCode) => resolve(exitCode));
      child.on("error", () => resolve(null));
    });
    if (code === 0 && bytes > 0) return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
  const message = "The memory snapshot of Python could not be made";
  throw new CodemodeError("SANDBOX_CRASHED", message, { details: { stderr: said } });
}
