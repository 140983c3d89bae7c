/**
 * Ends sandboxes whose service was killed. A program that spins never sees that its host has gone, so a
 * shell beside the service holds the other end of a pipe: when the pipe ends, whatever is on its list is
 * killed. A service that ends in order has taken everything off the list before.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const SHELL = "/bin/sh";
/** Signals of a terminal are for the service, which may still let programs end. */
const SCRIPT = `trap '' HUP INT TERM
list=' '
while read -r sign pid; do
  case $sign in
    +) list="$list$pid " ;;
    -) list="\${list%% $pid *} \${list#* $pid }" ;;
  esac
done
for pid in $list; do kill -s KILL -- "$pid" 2>/dev/null; done`;

/** One shell for all sandboxes of a runtime; started with the first one. */
export class OrphanReaper implements AsyncDisposable {
  #shell: ChildProcess | undefined;

  /** Puts a process on the list, or a group as a negative id, until the answer is disposed. */
  // SAFETY: a killed service cannot end a spinning program (test/e2e: shutdown).
  watch(pid: number): Disposable {
    const shell = this.#shell ??= start();
    const tell = (sign: string) => shell.stdin!.write(`${sign} ${pid}\n`);
    tell("+");
    return { [Symbol.dispose]: () => void tell("-") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const shell = this.#shell;
    if (shell === undefined || shell.pid === undefined) return;
    shell.stdin!.end();
    if (shell.exitCode === null && shell.signalCode === null) await once(shell, "exit");
  }
}

function start(): ChildProcess {
  const shell = spawn(SHELL, ["-c", SCRIPT], {
    cwd: "/",
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.on("error", () => {}); // Without it, the kernel's limit of CPU time ends orphans.
  shell.stdin!.on("error", () => {});
  return shell;
}
