/**
 * Processes that carry a mark in their environment: everything that a program starts inherits it, also
 * what leaves its group, unless it is started with an environment of its own. Only Linux tells.
 */

import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import process from "node:process";

/** The variable that holds the mark. */
const VARIABLE = "CODEMODE_STARTED_BY";
/** Looks at all processes, at most: what starts others faster than it is ended is left. */
const MAX_LOOKS = 10;

/** A mark that no other process has. */
export class ProcessMark {
  readonly #value = `${process.pid}-${randomUUID()}`;

  /** `environment` with the mark. */
  in(environment: Readonly<Record<string, string>>): Record<string, string> {
    return { ...environment, [VARIABLE]: this.#value };
  }

  /** Ends whatever has the mark, by SIGKILL. Never rejects: where processes are not shown, none is ended. */
  async end(): Promise<void> {
    for (let look = 0; look < MAX_LOOKS; look += 1) {
      const found = await this.#find();
      if (found.length === 0) return;
      // What they started meanwhile is found when looked for again.
      for (const pid of found) kill(pid);
    }
  }

  async #find(): Promise<number[]> {
    const found: number[] = [];
    for (const pid of await listProcesses()) {
      // One that has ended, or is somebody else's, shows nothing.
      const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
      if (`\0${environment}`.includes(`\0${VARIABLE}=${this.#value}\0`)) found.push(pid);
    }
    return found;
  }
}

async function listProcesses(): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const names = await readdir("/proc").catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
