import assert from "node:assert/strict";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { UnputQuestions } from "../../../src/mcp/unput_questions.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

function unput() {
  const clock = new FakeClock();
  const log: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void log.push(entry) }], "info");
  const told = () => log.map(({ level, message, fields }) => [level, message, fields]);
  return { clock, told, questions: new UnputQuestions({ clock, logger }) };
}

Deno.test("a question where nobody can be asked is told once a minute, with its execution and tool", () => {
  const { clock, told, questions } = unput();
  const message = "MCP server asked where nobody can be asked";
  questions.addMute({ tool: "confirm", owner: "exec_1" });
  for (let more = 0; more < 9; more += 1) questions.addMute({ tool: "confirm", owner: "exec_2" });
  clock.advance(59_999);
  questions.addMute({ tool: "confirm", owner: "exec_3" });
  assert.equal(told().length, 1);
  clock.advance(1);
  questions.addMute({ tool: "visit", owner: {} });
  assert.deepEqual(told(), [
    ["info", message, { tool: "confirm", execution: "exec_1", count: 1 }],
    ["info", message, { tool: "visit", count: 11 }],
  ]);
});

Deno.test("it takes no line from a question that was put to nobody, which is told as often", () => {
  const { told, questions } = unput();
  questions.addMute({ tool: "confirm", owner: "exec_1" });
  const place = { call: { tool: "confirm", owner: "exec_2" }, openQuestions: 0 };
  questions.add("isStuck", []);
  questions.add("isStuck", [place]);
  questions.add("isStuck", [place]);
  const reason = "several calls wait for questions, and nothing tells whose this one is";
  assert.deepEqual(told().slice(1), [
    ["warn", "MCP server asked what was put to nobody", { reason, count: 1 }],
  ]);
});
