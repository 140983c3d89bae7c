/** Whether Deno asks its permission broker here: seen in a throw-away sandbox, not concluded from versions. */

import { newId } from "../base/ids.ts";
import type { Budget } from "../protocol/budget.ts";
import type { DeniedAttempt } from "./broker_request.ts";
import type { Program, Sandbox } from "./runtime.ts";

/** What holds a sandbox back: flags of the engine, or a broker that the engine asks. */
export type PermissionMode = "broker" | "flags";

const BUDGET: Budget = Object.freeze({
  frameBytes: 65_536,
  resultBytes: 65_536,
  logLines: 0,
  logBytes: 0,
  calls: 0,
  concurrentCalls: 1,
  depth: 4,
  totalBytes: 65_536,
});

/**
 * Lets a program try to read a file by a name nobody knows. The broker must have seen exactly that, and
 * the program must have been told what the broker said. Answers why not, or `undefined`.
 */
export async function probeBroker(open: () => Promise<Sandbox>): Promise<string | undefined> {
  const target = `/${newId("probe")}`;
  const attempts: DeniedAttempt[] = [];
  try {
    await using sandbox = await open();
    const { outcome } = await sandbox.run(
      readingProgram(target),
      {
        call: () => Promise.reject(new Error("No call")),
        log() {},
        denied: (one) => void attempts.push(one),
      },
      new AbortController().signal,
    );
    const [seen] = attempts;
    if (seen?.permission !== "read" || seen.target !== target) return "it saw no attempt";
    const wasTold = outcome.kind === "failed" && outcome.error.message === seen.message;
    return wasTold ? undefined : "its answer did not arrive";
  } catch (error) {
    return (error as Error).message;
  }
}

function readingProgram(target: string): Program {
  const code = `await import("file://${target}")`;
  return { code, namespaces: [], context: {}, timeoutMs: 10_000, budget: BUDGET };
}
