/** The broker that sandboxes ask for permissions: what it answers, and what is left when it does not. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { createLogger, type LogEntry, silentLogger } from "../../../src/base/log.ts";
import { createDenoRuntime } from "../../../src/runtime/mod.ts";
import { BrokerSockets } from "../../../src/runtime/broker_sockets.ts";
import type { PermissionBroker } from "../../../src/runtime/permission_broker.ts";
import { ProcessSandbox } from "../../../src/runtime/process_sandbox.ts";
import { builtPath } from "../../../scripts/build_guest.ts";
import { runtimeContract } from "../../contract/runtime_contract.ts";
import { program, recordingHost } from "../../harness/programs.ts";
import { runInSandbox, summarize } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };
const never = new AbortController().signal;
/** A wrapper under which the engine is never told of a broker. */
const DEAF = ["/usr/bin/env", "-u", "DENO_PERMISSION_BROKER_PATH"];

runtimeContract("deno under a broker", () => createDenoRuntime({ permissions: "broker" }));

class Folder implements Disposable {
  readonly path: string = mkdtempSync("/tmp/broker-");
  #count = 0;
  readonly next = (): string => join(this.path, `b${this.#count += 1}`);
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

function request(id: number, permission: string, value: string | null): string {
  return `${JSON.stringify({ v: 1, pid: 1, id, datetime: "", permission, value })}\n`;
}

async function nextText(socket: Socket): Promise<string> {
  const [chunk] = await once(socket, "data");
  return String(chunk);
}

Deno.test("every request is denied by the name of what is missing, and told", async () => {
  using folder = new Folder();
  await using sockets = new BrokerSockets(folder.next);
  using broker = await sockets.open();
  const told: unknown[] = [];
  broker.onDenied(({ permission, capability, target }) =>
    told.push([permission, capability, target])
  );
  const socket = connect(broker.path);
  await broker.connected;
  const answers: unknown[] = [];
  const asked = [["net", "a.test:443"], ["read", "/x"], ["run", null], [
    "env",
    "y".repeat(300),
  ]] as const;
  for (const [index, [permission, value]] of asked.entries()) {
    socket.write(request(index, permission, value));
    answers.push(JSON.parse(await nextText(socket)));
  }
  const long = `${"y".repeat(256)}…`;
  assert.deepEqual(
    answers,
    [
      'This program may not reach a.test:443: the capability "network:a.test:443" is missing',
      'This program may not read /x: the capability "read:/x" is missing',
      'No program may use "run" (anything)',
      `This program may not read ${long}: the capability "env:${long}" is missing`,
    ].map((reason, id) => ({ id, result: "deny", reason })),
  );
  assert.deepEqual(told, [
    ["net", "network", "a.test:443"],
    ["read", "read", "/x"],
    ["run", "run", "anything"],
    ["env", "env", long],
  ]);
  socket.destroy();
});

Deno.test("what is no request ends the connection, without an answer", async () => {
  using folder = new Folder();
  const lines = [
    "x\n",
    "null\n",
    `${JSON.stringify({ v: 2, id: 1, permission: "read", value: "/" })}\n`,
    `${JSON.stringify({ v: 1, id: "1", permission: "read", value: "/" })}\n`,
    `${JSON.stringify({ v: 1, id: 1, permission: "everything", value: "/" })}\n`,
    `${JSON.stringify({ v: 1, id: 1, permission: "read", value: [] })}\n`,
    request(1, "read", "x".repeat(70_000)),
  ];
  await using sockets = new BrokerSockets(folder.next);
  for (const line of lines) {
    using broker = await sockets.open();
    const socket = connect(broker.path);
    const heard: unknown[] = [];
    socket.on("data", (chunk) => heard.push(chunk));
    socket.on("error", () => {});
    socket.write(line);
    await once(socket, "close");
    assert.deepEqual(heard, [], line.slice(0, 60));
  }
});

Deno.test("a socket serves one sandbox after another, and nobody in between", async () => {
  using folder = new Folder();
  await using sockets = new BrokerSockets(folder.next);
  const hear = async (broker: PermissionBroker, value: string) => {
    const told: string[] = [];
    broker.onDenied(({ target }) => told.push(target));
    const socket = connect(broker.path);
    await broker.connected;
    socket.write(request(1, "read", value));
    await nextText(socket);
    return { socket, told };
  };
  const [first, other] = [await sockets.open(), await sockets.open()];
  assert.notEqual(first.path, other.path);
  const one = await hear(first, "/1");
  const stranger = connect(first.path);
  stranger.on("error", () => {}).resume();
  stranger.write(request(1, "read", "/2"));
  await new Promise((done) => stranger.once("close", done));
  const second = await sockets.open();
  assert.equal(second.path, first.path);
  const two = await hear(second, "/3");
  one.socket.write(request(2, "read", "/4"));
  await nextText(one.socket);
  assert.deepEqual([one.told, two.told], [["/1", "/4"], ["/3"]]);
  for (const broker of [first, second, other]) broker[Symbol.dispose]();
  for (const { socket } of [one, two]) socket.destroy();
});

Deno.test("a socket whose sandbox did not come, or that was cleaned away, is not used again", async () => {
  using folder = new Folder();
  await using sockets = new BrokerSockets(folder.next);
  const absent = await sockets.open();
  absent[Symbol.dispose]();
  absent[Symbol.dispose]();
  const next = await sockets.open();
  assert.notEqual(next.path, absent.path);
  const socket = connect(next.path);
  await next.connected;
  rmSync(next.path);
  using last = await sockets.open();
  assert.notEqual(last.path, next.path);
  next[Symbol.dispose]();
  socket.destroy();
});

/** What brokers may do that deny nothing in so many words; `undefined` is a socket that is not there. */
const BROKEN: Readonly<Record<string, ((socket: Socket, id: number) => unknown) | undefined>> = {
  "answers in no words": (socket) => socket.write("yes\n"),
  "answers another request": (socket, id) =>
    socket.write(`${JSON.stringify({ id: id + 1, result: "allow" })}\n`),
  "answers neither yes nor no": (socket, id) =>
    socket.write(`${JSON.stringify({ id, result: "maybe" })}\n`),
  "hangs up": (socket) => socket.destroy(),
  "says nothing": () => {},
  "is not there": undefined,
};

for (const [name, answer] of Object.entries(BROKEN)) {
  Deno.test(`the engine reads no file when its broker ${name}`, async () => {
    using folder = new Folder();
    const path = join(folder.path, "b1");
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("data", (chunk) => answer?.(socket, JSON.parse(String(chunk)).id));
    });
    if (answer !== undefined) await once(server.listen(path), "listening");
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-config", 'console.log("READ", Deno.readTextFileSync("/etc/passwd"))'],
      env: { DENO_PERMISSION_BROKER_PATH: path },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), name === "says nothing" ? 1000 : 20_000);
    const { code, stdout } = await child.output();
    clearTimeout(timer);
    assert.equal(new TextDecoder().decode(stdout), "");
    assert.equal(code, name === "says nothing" ? 137 : 87);
    for (const socket of sockets) socket.destroy();
    if (answer !== undefined) await new Promise((done) => server.close(done));
  });
}

Deno.test("a sandbox whose broker is lost ends at its next attempt", async () => {
  using folder = new Folder();
  await using sockets = new BrokerSockets(folder.next);
  const broker = await sockets.open();
  const spec = {
    command: Deno.execPath(),
    args: ["run", "--quiet", "--no-prompt", "--deny-import", builtPath("deno")],
    environment: { DENO_PERMISSION_BROKER_PATH: broker.path },
    directory: "/",
  };
  const options = { clock: systemClock, logger: silentLogger, startupTimeoutMs: 20_000, broker };
  await using sandbox = await ProcessSandbox.open(spec, { ...options, ...SPEC });
  broker[Symbol.dispose]();
  const code = "try { await import('file:///etc/passwd') } catch {} return 'still here'";
  const report = await sandbox.run(program(code), recordingHost(), never);
  assert.equal(
    summarize(report),
    "stopped SANDBOX_CRASHED: The sandbox ended before the program did: exit code 87",
  );
});

Deno.test("auto is a broker where one is seen to deny, and flags where none is", async () => {
  const entries: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void entries.push(entry) }], "info");
  await using brokered = createDenoRuntime({ permissions: "auto", logger });
  assert.equal(brokered.describe().permissions, undefined);
  await using _first = await brokered.open(SPEC);
  assert.equal(brokered.describe().permissions, "broker");
  assert.deepEqual(entries, []);
  const deaf = { logger, startupTimeoutMs: 1500, wrapper: DEAF };
  await using flagged = createDenoRuntime({ permissions: "auto", ...deaf });
  await using sandbox = await flagged.open(SPEC);
  assert.equal(flagged.describe().permissions, "flags");
  assert.deepEqual(
    entries.map(({ level, message, fields }) => [level, message, fields["reason"]]),
    [[
      "warn",
      "no permission broker works here; flags deny instead",
      "The sandbox did not become ready: it took too long",
    ]],
  );
  const read = "return await import('file:///etc/passwd', { with: { type: 'text' } })";
  assert.match(
    summarize(await sandbox.run(program(read), recordingHost(), never)),
    /^failed TypeError: This program may not read \/etc\/passwd/,
  );
});

Deno.test("a broker that was asked for and is not asked is no sandbox", async () => {
  const deaf = { startupTimeoutMs: 1500, wrapper: DEAF };
  await using runtime = createDenoRuntime({ permissions: "broker", ...deaf });
  await assert.rejects(runtime.open(SPEC), {
    code: "SANDBOX_CRASHED",
    message: "The sandbox did not become ready: it took too long",
  });
});

Deno.test("the host is told of the first hundred attempts, and then the program ends", async () => {
  const open = () => createDenoRuntime({ permissions: "broker" });
  const code = "for (let i = 0; ; i++) try { await import('file:///etc/' + i) } catch {}";
  const { host, ...report } = await runInSandbox(code, { open });
  assert.equal(
    summarize(report),
    "stopped CALL_LIMIT_EXCEEDED: The program tried more than 1000 times what it may not",
  );
  assert.deepEqual(host.attempts.map(({ target }) => target), [
    ...Array.from({ length: 100 }, (_, i) => `/etc/${i}`),
  ]);
});

Deno.test("a folder too deep for sockets is told at once", async () => {
  using folder = new Folder();
  const deep = join(folder.path, "d".repeat(100));
  Deno.mkdirSync(deep);
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", deep);
  try {
    await using runtime = createDenoRuntime({ permissions: "broker" });
    await assert.rejects(runtime.open(SPEC), {
      code: "RUNTIME_UNAVAILABLE",
      message: "The permission broker has no place: the folder for temporary files is too deep",
    });
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
  }
});
