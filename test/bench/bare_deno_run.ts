/** The baseline without tools: one `deno run` per execution, as a script would do it. */

import type { Workload } from "./workloads.ts";

const files = new Map<string, string>();

/** Runs the workload's script in a fresh process and waits for its output. */
export async function bareDenoRun({ name, script = "" }: Workload): Promise<void> {
  let path = files.get(name);
  if (path === undefined) {
    path = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(path, script);
    files.set(name, path);
  }
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", path],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  if (!success) throw new Error(`${name} failed as a bare deno run`);
}
