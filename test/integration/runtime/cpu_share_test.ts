/** The share of CPU time: control groups in a folder that looks like them, and priorities for real. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import type { CgroupWorld } from "../../../src/runtime/cgroup.ts";
import { inGroup, nicenessOf, openCpuShare } from "../../../src/runtime/cpu_share.ts";
import { createDenoRuntime } from "../../../src/runtime/mod.ts";
import { descendants } from "../../harness/processes.ts";
import { program, recordingHost } from "../../harness/programs.ts";
import { runInSandbox, summarize } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };

interface Files {
  readonly controllers?: string;
  readonly enabled?: string;
  readonly processes?: string;
}

/** A folder with the files of a control group, in which a removed group takes its files along. */
class Hierarchy implements Disposable {
  readonly root: string = mkdtempSync(join(tmpdir(), "cgroup-"));
  readonly own: string = join(this.root, "service.slice");
  readonly removed: string[] = [];

  constructor({ controllers = "cpu memory", enabled = "cpu", processes = "77\n" }: Files = {}) {
    mkdirSync(this.own);
    writeFileSync(join(this.own, "cgroup.controllers"), `${controllers}\n`);
    writeFileSync(join(this.own, "cgroup.subtree_control"), `${enabled}\n`);
    writeFileSync(join(this.own, "cgroup.procs"), processes);
  }

  world(changes: CgroupWorld = {}): CgroupWorld {
    return {
      root: this.root,
      membership: "4:memory:/elsewhere\n0::/service.slice\n",
      pid: 77,
      removeGroup: (path) => {
        this.removed.push(path.slice(this.own.length + 1));
        rmSync(path, { recursive: true });
      },
      ...changes,
    };
  }

  read(...path: readonly string[]): string {
    return readFileSync(join(this.own, ...path), "utf8");
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

Deno.test("a quota is a group of its own for each sandbox, and goes with it", () => {
  using hierarchy = new Hierarchy();
  using share = openCpuShare(0.5, hierarchy.world());
  assert.deepEqual([share.kind, share.reason, share.niceness], ["cgroup", undefined, undefined]);
  assert.deepEqual(hierarchy.removed, ["sandbox-77-1"]);
  const group = share.createGroup()!;
  assert.equal(hierarchy.read("sandbox-77-2", "cpu.max"), "50000 100000");
  const line = inGroup({ command: "/bin/sh", args: ["-c", "exit 7"] }, group);
  assert.equal(spawnSync(line.command, line.args).status, 7);
  assert.equal(hierarchy.read("sandbox-77-2", "cgroup.procs"), "0\n");
  group.remove();
  assert.deepEqual(hierarchy.removed, ["sandbox-77-1", "sandbox-77-2"]);
  assert.equal(existsSync(join(hierarchy.own, "sandbox-77-2")), false);
});

Deno.test("outside of its group a sandbox does not start", () => {
  const group = { entrance: "/dev/null/cgroup.procs", remove() {} };
  const line = inGroup({ command: "/bin/echo", args: ["ran"] }, group);
  const { status, stdout } = spawnSync(line.command, line.args, { encoding: "utf8" });
  assert.deepEqual([status, stdout], [1, ""]);
});

Deno.test("a group that holds this process alone is made ready for groups below it", () => {
  using hierarchy = new Hierarchy({ enabled: "" });
  using share = openCpuShare(2, hierarchy.world());
  assert.equal(share.kind, "cgroup");
  assert.equal(hierarchy.read("service", "cgroup.procs"), "77");
  assert.equal(hierarchy.read("cgroup.subtree_control"), "+cpu");
  share.createGroup();
  assert.equal(hierarchy.read("sandbox-77-2", "cpu.max"), "200000 100000");
});

Deno.test("groups that a killed service left, and those still open, are removed", () => {
  using hierarchy = new Hierarchy();
  for (const name of ["sandbox-5-1", "sandbox-x-1", "other"]) mkdirSync(join(hierarchy.own, name));
  {
    using share = openCpuShare(0.0001, hierarchy.world());
    share.createGroup();
    assert.equal(hierarchy.read("sandbox-77-2", "cpu.max"), "1000 100000");
  }
  const folders = readdirSync(hierarchy.own, { withFileTypes: true }).filter((one) =>
    one.isDirectory()
  );
  assert.deepEqual(folders.map(({ name }) => name).sort(), ["other", "sandbox-x-1"]);
});

Deno.test("a group that is still in use is left, and tried again at the end", () => {
  using hierarchy = new Hierarchy();
  let isBusy = false;
  const removeGroup = (path: string) => {
    if (isBusy) throw new Error("EBUSY");
    rmSync(path, { recursive: true });
  };
  const share = openCpuShare(1, hierarchy.world({ removeGroup }));
  const group = share.createGroup()!;
  isBusy = true;
  group.remove();
  assert.ok(existsSync(join(hierarchy.own, "sandbox-77-2")));
  isBusy = false;
  share[Symbol.dispose]();
  assert.equal(existsSync(join(hierarchy.own, "sandbox-77-2")), false);
});

Deno.test("without a place for groups a share is a priority, for a reason", () => {
  const why = (files: Files, changes: CgroupWorld = {}) => {
    using hierarchy = new Hierarchy(files);
    using share = openCpuShare(0.5, hierarchy.world(changes));
    assert.equal(share.createGroup(), undefined);
    return [share.kind, share.niceness, share.reason];
  };
  assert.deepEqual([
    why({}, { membership: "1:cpu:/\n" }),
    why({}, { membership: "0::/not/there\n" }),
    why({ controllers: "hugetlb" }),
    why({ enabled: "", processes: "77\n78\n" }),
    why({}, { canEnter: () => false }),
  ], [
    ["nice", 3, "this process is in no control group of version 2"],
    ["nice", 3, "there is no control group of version 2"],
    ["nice", 3, "the controller cpu is not available to this process"],
    ["nice", 3, "the control group of this process holds others too"],
    ["nice", 3, "a process cannot be moved into a control group"],
  ]);
});

Deno.test("a share weighs as much in the kernel's steps; a whole core needs no priority", () => {
  assert.deepEqual([0.001, 0.1, 0.25, 0.5, 0.9, 1, 4].map(nicenessOf), [19, 10, 6, 3, 0, 0, 0]);
  using hierarchy = new Hierarchy({ controllers: "" });
  using whole = openCpuShare(1, hierarchy.world());
  assert.deepEqual([whole.kind, whole.niceness], ["none", undefined]);
  using unasked = openCpuShare(undefined);
  assert.deepEqual([unasked.kind, unasked.reason], ["none", undefined]);
});

Deno.test("a runtime puts its sandboxes into groups, and says so", async () => {
  using hierarchy = new Hierarchy();
  const cgroups = hierarchy.world({ pid: process.pid });
  const open = () => createDenoRuntime({ cpuQuota: 0.25, cgroups });
  await using runtime = open();
  const { cpuShare, limits } = runtime.describe();
  assert.deepEqual([cpuShare, limits["cpuShare"]], ["cgroup", "hard"]);
  const sandbox = await runtime.open(SPEC);
  assert.equal(hierarchy.read(`sandbox-${process.pid}-2`, "cpu.max"), "25000 100000");
  assert.equal(hierarchy.read(`sandbox-${process.pid}-2`, "cgroup.procs"), "0\n");
  await sandbox[Symbol.asyncDispose]();
  assert.equal(existsSync(join(hierarchy.own, `sandbox-${process.pid}-2`)), false);
});

Deno.test("a runtime without groups lets others come before programs that go on, and says so", async () => {
  using hierarchy = new Hierarchy({ controllers: "" });
  const entries: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void entries.push(entry) }], "debug");
  const before = await descendants(process.pid);
  await using runtime = createDenoRuntime({ cpuQuota: 0.5, cgroups: hierarchy.world(), logger });
  const { cpuShare, limits } = runtime.describe();
  assert.deepEqual([cpuShare, limits["cpuShare"]], ["nice", "soft"]);
  assert.deepEqual(entries.map(({ level, message, fields }) => [level, message, fields]), [[
    "debug",
    "no control group holds the CPU share of programs",
    { instead: "nice", reason: "the controller cpu is not available to this process" },
  ]]);
  const priorities = (pid: number) => {
    const stats = readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/stat`, "latin1")
    );
    return new Set(stats.map((stat) => stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]));
  };
  await using sandbox = await runtime.open(SPEC);
  const pids = (await descendants(process.pid)).filter((one) => !before.includes(one));
  const pid = pids.find((one) => readFileSync(`/proc/${one}/comm`, "latin1") !== "sh\n")!;
  const own = getPriority();
  assert.deepEqual(priorities(pid), new Set([String(own)]));
  const seen = new Set<string>();
  const host = recordingHost(async () => {
    for (;;) {
      const now = priorities(pid);
      seen.add([...now].sort().join());
      if (!now.has(String(own))) return { ok: true, value: null };
      await new Promise((done) => setTimeout(done, 10));
    }
  });
  const namespaces = [{
    name: "memory",
    tools: [{ name: "read", aliases: [] }],
    global: true,
    member: true,
  }];
  const waiting = program("return await memory.read()", { namespaces });
  const report = await sandbox.run(waiting, host, new AbortController().signal);
  assert.equal(summarize(report), "completed null");
  assert.ok(seen.has(String(Math.min(19, own + 3))));
});

Deno.test("programs run as ever under a share", async () => {
  using hierarchy = new Hierarchy();
  const open = () => createDenoRuntime({ cpuQuota: 0.5, cgroups: hierarchy.world() });
  assert.equal(summarize(await runInSandbox("return 1 + 1", { open })), "completed 2");
});
