/**
 * The runs of the conformance suite as data: each part is tested against the frozen requirements of
 * every revision it speaks.
 */

import { startDoor } from "../../test/conformance/door_service.ts";

/** A part of the suite: our connector as a client, our door as a server. */
export type ConformancePart = "client" | "server";

/** One run of the suite. */
export interface ConformanceRun {
  readonly part: ConformancePart;
  readonly requirements: "2025-11-25" | "2026-07-28";
  /** Starts what is tested and gives the suite's arguments that say where it is. */
  readonly start: () => Promise<ConformanceSubject>;
}

/** What is tested; disposing it ends it. */
export interface ConformanceSubject extends AsyncDisposable {
  readonly args: readonly string[];
}

const DRIVER = "test/conformance/client_driver.ts";

/** All scenarios of a run start at once, each with a process of its own. */
const CLIENT_TIMEOUT_MS = 90_000;

/** The suite starts the driver itself, once for each scenario. */
function startClient(): Promise<ConformanceSubject> {
  const command = `deno run -A --no-check --frozen ${DRIVER}`;
  return Promise.resolve({
    args: ["--command", command, "--timeout", String(CLIENT_TIMEOUT_MS)],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

/** Our service, with a server behind it that is shown under its own names. */
async function startServer(): Promise<ConformanceSubject> {
  const door = await startDoor();
  return {
    args: ["--url", door.url],
    [Symbol.asyncDispose]: () => door[Symbol.asyncDispose](),
  };
}

export const CONFORMANCE_RUNS: readonly ConformanceRun[] = Object.freeze<ConformanceRun[]>([
  { part: "client", requirements: "2026-07-28", start: startClient },
  { part: "client", requirements: "2025-11-25", start: startClient },
  { part: "server", requirements: "2026-07-28", start: startServer },
  { part: "server", requirements: "2025-11-25", start: startServer },
]);
