/** What a stdio server starts ends with it, also in a session of its own. */

import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import { serverEnvironment } from "../../../src/mcp/server_environment.ts";
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

/** Starts two servers as a service does, ends the first of them, and writes down the ids of both. */
const SERVICE = `
const at = (path) => import(new URL(path, Deno.args[0]).href);
const { systemClock: clock } = await at("base/clock.ts");
const { serverEnvironment } = await at("mcp/server_environment.ts");
const { ServerProcess } = await at("mcp/server_process.ts");
const start = () => ServerProcess.start({
  command: Deno.execPath(),
  args: ["eval", "setInterval(() => {}, 1000)"],
  environment: serverEnvironment({ command: "deno", environment: {} }),
  directory: Deno.cwd(),
  clock,
  graceMs: 10,
});
const servers = [await start(), await start()];
await servers[0].stop();
console.log(servers.map(({ pid }) => pid).join(" "));
`;

Deno.test("a server that is such a service itself: its servers end with it, and not with each other", async () => {
  const service = await ServerProcess.start({
    command: Deno.execPath(),
    args: ["eval", SERVICE, new URL("../../../src/", import.meta.url).href],
    environment: serverEnvironment({ command: "deno", environment: {} }),
    directory: Deno.cwd(),
    clock: systemClock,
    graceMs: 10,
  });
  const written = await new Promise<string>((resolve) => {
    service.streams.stdout.once("data", (chunk) => resolve(String(chunk)));
  });
  const pids = [...written.trim().split(" ").map(Number), service.pid ?? 0];
  assert.deepEqual(await Promise.all(pids.map(isAlive)), [false, true, true]);
  // It has no time to end them: they are found by its own mark, which they carry too.
  await service.stop();
  for (const pid of pids) {
    while (await isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
});
