/** What servers ask in the middle of a call reaches whoever made it, at both revisions. */

import assert from "node:assert/strict";
import type { McpServerConfig } from "../../../src/config/mod.ts";
import type { Question, QuestionAnswer } from "../../../src/contract/mod.ts";
import type { McpManager } from "../../../src/mcp/mod.ts";
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

function configOf(
  file: (typeof PEERS)[number]["file"],
  transport: "stdio" | "http",
  server: ListeningServer | undefined,
): McpServerConfig {
  if (!server) return fixtureConfig(file, "stdio");
  return serverConfig({ transport, url: server.url });
}
