/**
 * Commands in the background: each runs in a shell of its own over the same files, with a copy of the
 * variables and the script's functions. What it writes comes out where `wait` stands, or at the end.
 */

import type { BashExecResult, Command } from "just-bash/browser";
import type { ScriptTree } from "./package_types.ts";

type Node = Record<string, unknown>;

/** Starts a job in a copy of the shell it was started from. */
export type OpenJob = (env: Record<string, string>, cwd: string) => {
  start(name: string): Promise<BashExecResult>;
};

// The package puts each command in /bin; with a dot `ls` leaves these out.
/** The command that `&` becomes. */
export const RUN_JOB = ".\u0001job";
/** The command that `wait` becomes. */
export const WAIT = ".\u0001wait";
/** Jobs of one script in all. */
const MAX_JOBS = 256;
/** Variable by which a job's shell knows whose jobs are its own. */
const SCOPE = "_CODEMODE_JOB";

type Context = Parameters<Command["execute"]>[1];
type Ended = Pick<BashExecResult, "stdout" | "stderr" | "exitCode">;

/** The jobs of one script. */
export class Jobs {
  readonly commands: readonly Command[] = [
    { name: RUN_JOB, execute: (args, context) => Promise.resolve(this.#run(args[0], context)) },
    { name: WAIT, execute: (args, context) => this.#wait(args, scopeOf(context)) },
  ];
  readonly #open: OpenJob;
  readonly #deferred: Node[] = [];
  readonly #functions: Node[] = [];
  /** Jobs that nobody has waited for, by the job that started them; the script's own is "". */
  readonly #running = new Map<string, Promise<Ended>[]>();
  #started = 0;

  constructor(open: OpenJob) {
    this.#open = open;
  }

  /** The tree of the job that a script of one special word stands for. */
  take(script: ScriptTree): ScriptTree | undefined {
    // Nodes are made and read by their shape alone here.
    const root = script as unknown as Node;
    const name = literalOf(nodeAt(root, "statements", "pipelines", "commands"));
    if (name === undefined || !name.startsWith(RUN_JOB)) return undefined;
    const statement = this.#deferred[Number(name.slice(RUN_JOB.length))];
    const functions = this.#functions.map((command) => statementOf(command));
    const statements = statement === undefined ? [] : [...functions, statement];
    // As above.
    return { ...root, statements } as unknown as ScriptTree;
  }

  /** Keeps a function for jobs to have. */
  keepFunction(node: Node): void {
    this.#functions.push(node);
  }

  /** Puts a job in the place of a statement in the background. */
  defer(statement: Node): void {
    const line = statement["line"];
    this.#deferred.push({ ...statement, background: false });
    const words = [RUN_JOB, String(this.#deferred.length - 1)].map(wordOf);
    const command = { ...simpleCommand(words), line };
    Object.assign(statement, statementOf(command), { background: false, line });
  }

  /** Makes a `wait` wait for jobs. */
  redirectWait(command: Node): void {
    if (literalOf(command) === "wait") command["name"] = wordOf(WAIT);
  }

  /** Waits for what the script has left; its output belongs to the end of the script. */
  finish(scope = ""): Promise<Ended> {
    return this.#wait([], scope);
  }

  #run(index: string | undefined, context: Context): Ended {
    this.#started += 1;
    if (this.#started > MAX_JOBS) {
      const stderr = `bash: more than ${MAX_JOBS} commands in the background\n`;
      return { stdout: "", stderr, exitCode: 1 };
    }
    const parent = scopeOf(context);
    const siblings = this.#running.get(parent) ?? [];
    this.#running.set(parent, siblings);
    siblings.push(this.#finishJob(`${RUN_JOB}${index}`, String(this.#started), context));
    return { stdout: "", stderr: "", exitCode: 0 };
  }

  /** A job is over when those that it started are. */
  async #finishJob(name: string, scope: string, { env, cwd }: Context): Promise<Ended> {
    const ended = await this.#open({ ...Object.fromEntries(env), [SCOPE]: scope }, cwd).start(name);
    const late = await this.finish(scope);
    const stdout = ended.stdout + late.stdout;
    return { stdout, stderr: ended.stderr + late.stderr, exitCode: ended.exitCode };
  }

  /** With arguments its status is that of the last job, as of the last process named. */
  async #wait(args: readonly string[], scope: string): Promise<Ended> {
    const ends = await Promise.all(this.#running.get(scope)?.splice(0) ?? []);
    const exitCode = args.length === 0 ? 0 : ends.at(-1)?.exitCode ?? 127;
    const stdout = ends.map((end) => end.stdout).join("");
    return { stdout, stderr: ends.map((end) => end.stderr).join(""), exitCode };
  }
}

function scopeOf({ env }: Context): string {
  return env.get(SCOPE) ?? "";
}

function statementOf(command: Node): Node {
  const pipeline = { type: "Pipeline", negated: false, commands: [command] };
  return { type: "Statement", pipelines: [pipeline], operators: [], background: false };
}

function simpleCommand([name, ...args]: readonly Node[]): Node {
  return { type: "SimpleCommand", assignments: [], name, args, redirections: [] };
}

function wordOf(text: string): Node {
  return { type: "Word", parts: [{ type: "Literal", value: text }] };
}

/** The first node of the first node … along some lists. */
function nodeAt(node: Node, ...keys: readonly string[]): Node | undefined {
  let at: Node | undefined = node;
  for (const key of keys) at = (at?.[key] as Node[] | undefined)?.[0];
  return at;
}

/** The name of a simple command that is a single plain word. */
function literalOf(command: Node | undefined): string | undefined {
  const parts = (command?.["name"] as Node | null | undefined)?.["parts"] as Node[] | undefined;
  const [part, ...others] = parts ?? [];
  return others.length === 0 && part?.["type"] === "Literal" ? String(part["value"]) : undefined;
}
