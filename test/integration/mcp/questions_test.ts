/** What servers ask in the middle of a call reaches whoever made it, at both revisions. */

import assert from "node:assert/strict";
import type { McpServerConfig } from "../../../src/config/mod.ts";
import type { Question, QuestionAnswer } from "../../../src/contract/mod.ts";
import { CodemodeError } from "../../../src/base/errors.ts";
import type { Ask, McpManager } from "../../../src/mcp/mod.ts";
import { RENEW_AFTER_MS } from "../../../src/mcp/session_wear.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import {
  fixtureConfig,
  type ListeningServer,
  serverConfig,
  startListening,
  startManager,
  textOf,
} from "../../harness/mcp_servers.ts";

const signal = new AbortController().signal;
const FORM = {
  type: "object",
  properties: {
    sure: { type: "boolean", title: "Sure?" },
    level: { type: "integer", minimum: 1, maximum: 3, default: 2 },
  },
  required: ["sure"],
};
const YES: QuestionAnswer = { action: "accept", content: { sure: true } };

const PEERS = [
  { file: "asking_v1.ts", version: "2025-11-25" },
  { file: "asking_v2.ts", version: "2026-07-28" },
] as const;

/** Answers every question and remembers it. */
function answerer(...answers: QuestionAnswer[]) {
  const questions: Question[] = [];
  const ask = (question: Question) => {
    questions.push(question);
    return Promise.resolve(answers[questions.length - 1] ?? YES);
  };
  return { ask, questions };
}

async function call(
  manager: McpManager,
  tool: string,
  options: Partial<Parameters<McpManager["call"]>[3]> = {},
  input: Record<string, unknown> = {},
): Promise<unknown> {
  return JSON.parse(textOf(await manager.call("peer", tool, input, { signal, ...options })));
}

for (const { file, version } of PEERS) {
  for (const transport of ["stdio", "http"] as const) {
    Deno.test(`questions and progress of ${file} over ${transport}`, async () => {
      await using server = transport === "stdio"
        ? undefined
        : await startListening(file, transport);
      await using started = await startManager({ peer: configOf(file, transport, server) }, {
        canAsk: true,
      });
      const { manager } = started;
      assert.equal(manager.status()[0]?.protocolVersion, version);

      const one = answerer();
      assert.deepEqual(await call(manager, "confirm", one, { what: "it" }), {
        kind: "elicit",
        action: "accept",
        content: { sure: true, level: 2 },
      });
      assert.deepEqual(one.questions, [{
        server: "peer",
        tool: "confirm",
        message: "Confirm it?",
        mode: "form",
        requestedSchema: FORM,
      }]);

      const two = answerer(YES, { action: "decline" });
      assert.deepEqual(await call(manager, "twice", two), { kind: "elicit", action: "decline" });
      assert.deepEqual(two.questions.map(({ message }) => message), ["First?", "Second?"]);

      const away = answerer({ action: "accept", content: { ignored: true } });
      assert.deepEqual(await call(manager, "visit", away), { kind: "elicit", action: "accept" });
      assert.deepEqual(away.questions, [{
        server: "peer",
        tool: "visit",
        message: "Log in",
        mode: "url",
        url: "https://example.com/in?x=1",
      }]);

      const wrong = answerer({ action: "accept", content: { sure: "yes" } });
      assert.deepEqual(await call(manager, "confirm", wrong), { kind: "elicit", action: "cancel" });

      const progress: unknown[] = [];
      const trace = {
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate: "a=1",
      };
      const onProgress = (each: unknown) => void progress.push(each);
      assert.equal(await call(manager, "steps", { onProgress }), "done");
      assert.deepEqual(
        progress,
        [0, 50, 100].map((at) => ({ progress: at, total: 100, message: `at ${at}` })),
      );
      const meta = await call(manager, "meta", { trace }) as Record<string, unknown>;
      assert.deepEqual({ ...trace, ...meta }, meta);
    });
  }
}

for (const { file } of PEERS) {
  Deno.test(`a question of ${file} ends with its call and with its server; its time is not the call's`, async () => {
    const clock = new FakeClock();
    const config = fixtureConfig(file, "stdio", { timeoutMs: 20_000, maxConcurrentCalls: 1 });
    await using started = await startManager({ peer: config }, { canAsk: true, clock });
    const { manager } = started;

    const slowly = () => {
      clock.advance(15_000);
      clock.advance(15_000);
      return Promise.resolve(YES);
    };
    assert.deepEqual(await call(manager, "confirm", { ask: slowly }, { what: "it" }), {
      kind: "elicit",
      action: "accept",
      content: { sure: true, level: 2 },
    });

    const calling = async () => {
      assert.equal(typeof await call(manager, "pid"), "number", "its place is free meanwhile");
      return YES;
    };
    await call(manager, "confirm", { ask: calling }, { what: "it" });

    const caller = new AbortController();
    const given = askedOnce(() => caller.abort());
    await assert.rejects(call(manager, "confirm", { ask: given.ask, signal: caller.signal }), {
      code: "CANCELLED",
    });
    assert.equal(given.over?.aborted, true);
    // Until then the next question could be about the call that was given up.
    clock.advance(RENEW_AFTER_MS);

    const pid = Number(await call(manager, "pid"));
    const lost = askedOnce(() => Deno.kill(pid, "SIGKILL"));
    await assert.rejects(call(manager, "confirm", { ask: lost.ask }), {
      code: "MCP_SERVER_UNAVAILABLE",
      details: { server: "peer", tool: "confirm", mayHaveTakenEffect: true },
    });
    assert.equal(lost.over?.aborted, true);
  });
}

Deno.test("nobody can be asked: the newest revision knows before, the older hears that nobody answered", async () => {
  const servers = {
    old: fixtureConfig("asking_v1.ts", "stdio"),
    new: fixtureConfig("asking_v2.ts", "stdio"),
  };
  await using started = await startManager(servers, { canAsk: true });
  const { manager } = started;
  const answer = await manager.call("old", "confirm", { what: "it" }, { signal });
  assert.deepEqual(JSON.parse(textOf(answer)), { kind: "elicit", action: "cancel" });
  await assert.rejects(
    manager.call("new", "confirm", { what: "it" }, { signal }),
    (error) => error instanceof CodemodeError && error.details["errorCode"] === -32021,
  );
  await assert.rejects(manager.call("new", "endless", {}, { signal, ...answerer() }), {
    code: "MCP_TOOL_ERROR",
    message: 'The server "new" asked in the middle of "endless" more than 8 times',
  });
  const both = answerer();
  const said = await manager.call("new", "two_at_once", {}, { signal, ...both });
  assert.deepEqual(Object.keys(JSON.parse(textOf(said))), ["it", "other"]);
  assert.deepEqual(both.questions.map(({ message }) => message), ["One?", "Other?"]);
});

Deno.test("callers of one older server at once: each sees its own questions and no other", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio");
  await using started = await startManager({ peer: config }, { canAsk: true });
  const { manager } = started;
  const confirm = async (principal: string) => {
    const own = answerer();
    const answer = call(manager, "confirm", { ...own, principal }, { what: principal });
    const action = await answer.then(
      (value) => (value as { action: string }).action,
      (error) => error instanceof CodemodeError ? error.details["reason"] : error,
    );
    const seen = own.questions.map(({ message }) => message);
    assert.deepEqual(seen, action === "accept" ? [`Confirm ${principal}?`] : []);
    return action;
  };
  const names = ["ann", "bob", "eve", "kim"];
  const first = await Promise.all(names.map(confirm));
  assert.ok(first.includes("accept"), "the last to be left is asked");
  const rest = first.filter((action) => action !== "accept");
  assert.deepEqual(rest, rest.map(() => "question_not_put"), "nobody is said to have answered");
  // The server is known to ask now, so its calls take turns.
  assert.deepEqual(await Promise.all(names.map(confirm)), names.map(() => "accept"));
});

Deno.test("what a server asks and logs for a call that was given up reaches nobody else", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio");
  await using started = await startManager({ peer: config }, { canAsk: true });
  const { manager } = started;
  const caller = new AbortController();
  const ann = { ...answerer(), principal: "ann", signal: caller.signal };
  const stray = call(manager, "stray", ann);
  // Answered after the stray call was received.
  await call(manager, "pid");
  caller.abort();
  await assert.rejects(stray, { code: "CANCELLED" });
  const logged: unknown[] = [];
  const bob = { ...answerer(), onLog: (entry: unknown) => void logged.push(entry) };
  await assert.rejects(call(manager, "release_stray", { ...bob, principal: "bob" }), NOT_PUT);
  assert.deepEqual([ann.questions, bob.questions, logged], [[], [], []]);
});

Deno.test("a call that was given up silences others only until its session is renewed", async () => {
  const clock = new FakeClock();
  const config = fixtureConfig("asking_v1.ts", "stdio");
  await using started = await startManager({ peer: config }, { canAsk: true, clock });
  const { manager, log } = started;
  const caller = new AbortController();
  const stray = call(manager, "stray", { principal: "ann", signal: caller.signal });
  const pid = await call(manager, "pid");
  caller.abort();
  await assert.rejects(stray, { code: "CANCELLED" });
  const bob = { ...answerer(), principal: "bob" };
  await assert.rejects(call(manager, "confirm", bob, { what: "it" }), NOT_PUT);
  const silenced = log.filter(({ level, message }) =>
    level === "warn" && message === "MCP server asked what was put to nobody"
  );
  assert.equal(silenced.length, 1);
  clock.advance(RENEW_AFTER_MS);
  const answer = await call(manager, "confirm", bob, { what: "it" });
  assert.equal((answer as { action: string }).action, "accept");
  assert.deepEqual(bob.questions.map(({ message }) => message), ["Confirm it?"]);
  assert.notEqual(await call(manager, "pid"), pid);
  const renewed = "MCP server renewed: it never answered a call that was given up";
  assert.equal(log.filter(({ message }) => message === renewed).length, 1);
});

/** What a call fails with whose question is put to nobody, so that nobody is said to have declined. */
const NOT_PUT = (error: unknown) =>
  error instanceof CodemodeError && error.code === "MCP_TOOL_ERROR" &&
  error.details["reason"] === "question_not_put";

/** Whoever is asked does something and then never answers. */
function askedOnce(action: () => void) {
  const asked: { ask: Ask; over?: AbortSignal } = {
    ask: (_, over) => {
      asked.over = over;
      action();
      return new Promise(() => {});
    },
  };
  return asked;
}

function configOf(
  file: (typeof PEERS)[number]["file"],
  transport: "stdio" | "http",
  server: ListeningServer | undefined,
): McpServerConfig {
  if (!server) return fixtureConfig(file, "stdio");
  return serverConfig({ transport, url: server.url });
}
