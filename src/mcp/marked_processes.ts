/**
 * Processes that carry a mark in their environment: everything that a program starts inherits it, also
 * what leaves its group, unless it is started with an environment of its own. A service that is itself
 * marked hands its own marks on, so that whoever ends it finds its servers too. Only Linux tells.
 */

import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import process from "node:process";

/** The variable that holds the marks, the outermost first. */
const VARIABLE = "CODEMODE_STARTED_BY";
const SEPARATOR = ",";
/** Looks at all processes, at most: what starts others faster than it is ended is left. */
const MAX_LOOKS = 10;

/** A mark that no other process has. */
export class ProcessMark {
  readonly #value = `${process.pid}-${randomUUID()}`;

  /** `environment` with the mark, behind those of this process. */
  in(environment: Readonly<Record<string, string>>): Record<string, string> {
    const inherited = process.env[VARIABLE] ?? "";
    const marks = inherited === "" ? [this.#value] : [inherited, this.#value];
    return { ...environment, [VARIABLE]: marks.join(SEPARATOR) };
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
      if (marksIn(environment).includes(this.#value)) found.push(pid);
    }
    return found;
  }
}

function marksIn(environment: string): readonly string[] {
  const pair = environment.split("\0").find((pair) => pair.startsWith(`${VARIABLE}=`));
  return pair?.slice(VARIABLE.length + 1).split(SEPARATOR) ?? [];
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
