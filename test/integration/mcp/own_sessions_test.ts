/** Whoever would wait for what somebody else is asked has a session of its own, on servers that really run. */

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { McpServerConfig } from "../../../src/config/mod.ts";
import type { McpCallOptions, McpManager } from "../../../src/mcp/mod.ts";
import { IDLE_MS, KEEP_MS } from "../../../src/mcp/own_sessions.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import {
  fixtureConfig,
  npmConfig,
  serverConfig,
  startListening,
  startManager,
  textOf,
} from "../../harness/mcp_servers.ts";
import { person } from "../../harness/person.ts";
import { descendants } from "../../harness/processes.ts";

const { signal } = new AbortController();
type Options = Partial<McpCallOptions>;

/** Somebody who answers at once. */
function quick() {
  const one = person();
  one.answer();
  return one;
}

async function call(
  manager: McpManager,
  tool: string,
  options: Options = {},
  input: Record<string, unknown> = {},
): Promise<unknown> {
  return JSON.parse(textOf(await manager.call("peer", tool, input, { signal, ...options })));
}

async function confirm(manager: McpManager, what: string, options: Options): Promise<unknown> {
  const answer = await call(manager, "confirm", options, { what });
  return (answer as { readonly action: string }).action;
}

/** Resolves when a call waits because somebody else is asked; `isOver` tells when that ended. */
function stillness() {
  const begun = Promise.withResolvers<void>();
  const begin = () => {
    begun.resolve();
    return { [Symbol.dispose]() {} };
  };
  return { standstill: { begin }, begun: begun.promise };
}

/** A manager of one server, with a person who is asked in the session that all share. */
async function startAsked(config: McpServerConfig, deps: Parameters<typeof startManager>[1] = {}) {
  const started = await startManager({ peer: config }, { canAsk: true, ...deps });
  const ann = person();
  const cancelling = new AbortController();
  const annCall = confirm(started.manager, "ann", {
    ask: ann.ask,
    principal: "ann",
    signal: cancelling.signal,
  });
  await ann.wasAsked;
  return { ...started, ann, annCall, cancel: () => cancelling.abort() };
}

for (const transport of ["stdio", "http"] as const) {
  Deno.test(`while one is asked over ${transport}, others are asked and answered, also who cannot be`, async () => {
    await using server = transport === "http"
      ? await startListening("asking_v1.ts", "http")
      : undefined;
    const config = server
      ? serverConfig({ transport: "http", url: server.url })
      : fixtureConfig("asking_v1.ts", "stdio");
    await using started = await startAsked(config, { clock: new FakeClock() });
    const { manager, ann, annCall } = started;
    const bob = quick();
    const calls = [confirm(manager, "bob", bob), confirm(manager, "mute", {})];
    assert.deepEqual(await Promise.all(calls), ["accept", "cancel"]);
    assert.deepEqual([ann.questions, bob.questions], [["Confirm ann?"], ["Confirm bob?"]]);
    ann.answer();
    assert.equal(await annCall, "accept");
  });
}

Deno.test("server-everything: while one is asked another is asked, and who cannot be is answered", async () => {
  await using started = await startManager({ peer: npmConfig("everything") }, { canAsk: true });
  const { manager } = started;
  const ask = async (options: Options) => {
    const tool = "trigger-elicitation-request";
    return textOf(await manager.call("peer", tool, {}, { signal, ...options }));
  };
  const [ann, bob] = [person({ name: "Ann" }), person({ name: "Bob" })];
  bob.answer();
  const annCall = ask(ann);
  await ann.wasAsked;
  const [bobSaid, muteSaid] = await Promise.all([ask(bob), ask({})]);
  assert.match(String(bobSaid), /^✅/);
  assert.match(String(muteSaid), /cancelled/);
  ann.answer();
  assert.match(await annCall, /^✅/);
  assert.deepEqual([ann.questions.length, bob.questions.length], [1, 1]);
});

Deno.test("after whoever is asked was cancelled the next is asked at once", async () => {
  await using started = await startAsked(fixtureConfig("asking_v1.ts", "stdio"), {
    clock: new FakeClock(),
  });
  const { manager, annCall, cancel } = started;
  cancel();
  await assert.rejects(annCall, { code: "CANCELLED" });
  const bob = quick();
  assert.equal(await confirm(manager, "bob", bob), "accept");
  assert.deepEqual(bob.questions, ["Confirm bob?"]);
});

Deno.test("an execution keeps its session, all of its calls go there, and processes end when idle", async () => {
  const clock = new FakeClock();
  const before = (await descendants(Deno.pid)).length;
  const processes = async () => (await descendants(Deno.pid)).length - before;
  {
    const config = fixtureConfig("asking_v1.ts", "stdio");
    await using started = await startAsked(config, { clock });
    const { manager, ann, annCall } = started;
    const shared = await call(manager, "pid", { execution: "x" });
    assert.equal(await processes(), 1);
    const bobs = ["b1", "b2"].map((what) => confirm(manager, what, { ...quick(), execution: "x" }));
    assert.deepEqual(await Promise.all(bobs), ["accept", "accept"]);
    assert.equal(await processes(), 2, "one for both");
    const own = await call(manager, "pid", { execution: "x" });
    assert.notEqual(own, shared);
    assert.equal(await call(manager, "pid", { execution: "y" }), shared);
    assert.equal(await confirm(manager, "y", { ...quick(), execution: "y" }), "accept");
    assert.equal(await processes(), 3);
    clock.advance(KEEP_MS);
    assert.equal(await call(manager, "pid", { execution: "x" }), own, "nobody else has had it");
    clock.advance(IDLE_MS);
    clock.advance(IDLE_MS + KEEP_MS);
    await gone(async () => await processes() === 1);
    assert.equal(await call(manager, "pid", { execution: "x" }), shared);
    assert.equal(await confirm(manager, "z", { ...quick(), execution: "z" }), "accept");
    clock.advance(KEEP_MS);
    assert.equal(await confirm(manager, "w", { ...quick(), execution: "w" }), "accept");
    assert.equal(await processes(), 2, "what is free is used again");
    ann.answer();
    await annCall;
  }
  assert.equal(await processes(), 0);
});

Deno.test("who waits for a call that turns out to ask has a session from then on", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio");
  await using started = await startManager({ peer: config }, {
    canAsk: true,
    clock: new FakeClock(),
  });
  const { manager } = started;
  await call(manager, "visit", quick());
  const [ann, bob] = [person(), quick()];
  const annCall = confirm(manager, "ann", ann);
  assert.equal(await confirm(manager, "bob", bob), "accept");
  assert.deepEqual([ann.questions, bob.questions], [["Confirm ann?"], ["Confirm bob?"]]);
  ann.answer();
  assert.equal(await annCall, "accept");
});

Deno.test("with as many as there may be, calls wait; what becomes free is the next one's", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio", { sessions: 3 });
  await using started = await startAsked(config, { clock: new FakeClock() });
  const { manager, ann, annCall } = started;
  const [bob, eve] = [person(), quick()];
  const bobCall = confirm(manager, "bob", bob);
  await bob.wasAsked;
  const { standstill, begun } = stillness();
  const eveCall = confirm(manager, "eve", { ...eve, standstill });
  await begun;
  await call(manager, "pid");
  assert.deepEqual(eve.questions, []);
  bob.answer();
  assert.deepEqual([await bobCall, await eveCall], ["accept", "accept"]);
  ann.answer();
  assert.equal(await annCall, "accept");
});

Deno.test("questions that stay open keep nobody waiting who can be asked nothing", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio");
  await using started = await startAsked(config, { clock: new FakeClock() });
  const { manager, ann, annCall, log } = started;
  const people = [person(), person()];
  const calls = people.map((one, index) =>
    confirm(manager, String(index), { ...one, execution: String(index) })
  );
  await Promise.all(people.map(({ wasAsked }) => wasAsked));
  const { standstill, begun } = stillness();
  const late = quick();
  const lateCall = confirm(manager, "late", { ...late, standstill });
  await begun;
  // A program's, twice in the same one, and a call without a program.
  const mutes = [{ execution: "x" }, { execution: "y" }, { execution: "x" }, {}];
  const answers = mutes.map((one) => confirm(manager, "mute", one));
  assert.deepEqual(await Promise.all(answers), ["cancel", "cancel", "cancel", "cancel"]);
  assert.deepEqual(late.questions, []);
  for (const one of [ann, ...people]) one.answer();
  assert.deepEqual(await Promise.all([annCall, ...calls, lateCall]), Array(4).fill("accept"));
  const told = log.filter(({ message }) =>
    message === "MCP server asked where nobody can be asked"
  );
  assert.equal(told.length, 1);
  assert.deepEqual([told[0]!.level, told[0]!.fields["tool"], told[0]!.fields["server"]], [
    "info",
    "confirm",
    "peer",
  ]);
});

Deno.test("one principal's questions leave a session to the others", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio", { sessions: 4 });
  const deps = { clock: new FakeClock(), tellsCallersApart: true };
  await using started = await startAsked(config, deps);
  const { manager, ann, annCall } = started;
  const [second, third, bob] = [person(), person(), quick()];
  const secondCall = confirm(manager, "second", { ...second, principal: "ann" });
  await second.wasAsked;
  const { standstill, begun } = stillness();
  const thirdCall = confirm(manager, "third", { ...third, principal: "ann", standstill });
  await begun;
  assert.equal(await confirm(manager, "bob", { ...bob, principal: "bob" }), "accept");
  assert.deepEqual(third.questions, []);
  for (const one of [ann, second, third]) one.answer();
  const all = [annCall, secondCall, thirdCall];
  assert.deepEqual(await Promise.all(all), ["accept", "accept", "accept"]);
});

Deno.test("where no further session can be opened the call waits, and the operator reads why", async () => {
  const folder = await mkdtemp(join(tmpdir(), "codemode-once-"));
  const { args } = fixtureConfig("asking_v1.ts", "stdio");
  const once = `mkdir "$0/started" && exec "$@"`;
  const config = serverConfig({
    command: "sh",
    args: ["-c", once, folder, Deno.execPath(), ...args],
  });
  {
    await using started = await startAsked(config, { clock: new FakeClock() });
    const { manager, ann, annCall, log } = started;
    const { standstill, begun } = stillness();
    const bob = quick();
    const bobCall = confirm(manager, "bob", { ...bob, standstill });
    await begun;
    const refused = "MCP server cannot be given a further session";
    await gone(() => Promise.resolve(log.some(({ message }) => message === refused)));
    assert.deepEqual(bob.questions, []);
    ann.answer();
    assert.deepEqual([await annCall, await bobCall], ["accept", "accept"]);
  }
  await rm(folder, { recursive: true });
});

Deno.test("a further session that dies fails its own call alone, one that is not answered ends", async () => {
  await using started = await startAsked(fixtureConfig("asking_v1.ts", "stdio"), {
    clock: new FakeClock(),
  });
  const { manager, ann, annCall } = started;
  const x = { ...quick(), execution: "x" };
  await confirm(manager, "x", x);
  const own = Number(await call(manager, "pid", x));
  const lost = person();
  const lostCall = confirm(manager, "lost", { ...x, ask: lost.ask });
  await lost.wasAsked;
  Deno.kill(own, "SIGKILL");
  await assert.rejects(lostCall, { code: "MCP_SERVER_UNAVAILABLE" });
  assert.equal(await confirm(manager, "again", x), "accept");

  const cancelling = new AbortController();
  const given = { ...x, signal: cancelling.signal };
  const next = Number(await call(manager, "pid", x));
  assert.notEqual(next, own);
  const stray = call(manager, "stray", given);
  await call(manager, "pid", x);
  cancelling.abort();
  await assert.rejects(stray, { code: "CANCELLED" });
  await gone(async () => !(await descendants(Deno.pid)).includes(next));
  ann.answer();
  assert.equal(await annCall, "accept");
});

/** Waits until it is so; what never is fails by the test's own end. */
async function gone(isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}
