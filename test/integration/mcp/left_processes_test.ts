/** What a stdio server starts ends with it, also in a session of its own. */

import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import { ServerProcess } from "../../../src/mcp/server_process.ts";
import { isAlive } from "../../harness/processes.ts";

/** A child in a session of its own starts another one; both write down their ids and stay. */
const SCRIPT = `
import { spawn } from "node:child_process";
const [depth] = Deno.args;
console.log(Deno.pid);
if (Number(depth) < 2) {
  const code = ${"`${atob(Deno.env.get('SCRIPT'))}`"};
  const args = ["eval", code, String(Number(depth) + 1)];
  spawn(Deno.execPath(), args, { detached: true, stdio: ["ignore", "inherit", "ignore"] }).unref();
}
if (depth !== "0") setInterval(() => {}, 1000);
`;

Deno.test("a server that leaves processes in sessions of their own: they end with it", async () => {
  const server = await ServerProcess.start({
    command: Deno.execPath(),
    args: ["eval", SCRIPT, "0"],
    environment: { ...Deno.env.toObject(), SCRIPT: btoa(SCRIPT) },
    directory: Deno.cwd(),
    clock: systemClock,
  });
  let written = "";
  await new Promise<void>((resolve) => {
    server.streams.stdout.on("data", (chunk) => {
      written += chunk;
      if (written.split("\n").length === 4) resolve();
    });
  });
  await server.exited;
  const pids = written.trim().split("\n").map(Number);
  assert.deepEqual(await Promise.all(pids.map(isAlive)), [false, true, true]);
  await server.stop();
  for (const pid of pids) {
    while (await isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
});
