/** An execution as doors hold it: what they see of it while it runs and after it. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import type { ExecutionEvent } from "../../../src/contract/mod.ts";
import type { ExecutionResult } from "../../../src/engine/answer.ts";
import { Executions, type Watch } from "../../../src/engine/executions.ts";
import type { Caller } from "../../../src/engine/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";
import { completed } from "../http/scripted_app.ts";

const ADA = { id: "ada", grant: {} };

function executionsOf(config: Record<string, unknown> = {}) {
  const clock = new FakeClock();
  const executions = new Executions(parseConfig({ executions: config }).executions, clock);
  const begin = (
    program: (watch: Watch) => Promise<ExecutionResult>,
    executionId = "exec_1",
    caller: Caller = ADA,
  ) => {
    const cancelled: string[] = [];
    const cancel = ({ message }: CodemodeError) => void cancelled.push(message);
    const beginning = {
      executionId,
      requestId: "req_1",
      caller,
      language: "typescript" as const,
      cancel,
    };
    return { execution: executions.begin(beginning, program), cancelled };
  };
  return { clock, executions, begin };
}

async function read(events: AsyncIterable<ExecutionEvent>): Promise<ExecutionEvent[]> {
  const all: ExecutionEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const EPOCH = "1970-01-01T00:00:00.000Z";

Deno.test("executions: one that runs, then has ended, in both its views and its events", async () => {
  const { clock, executions, begin } = executionsOf();
  const ending = Promise.withResolvers<ExecutionResult>();
  const { execution } = begin(({ feed }) => {
    feed.queued(0);
    feed.running("quickjs");
    feed.callStarted("memory", "read", { key: "x" });
    return ending.promise;
  });
  const view = {
    executionId: "exec_1",
    requestId: "req_1",
    status: "working",
    phase: "running",
    runtime: "quickjs",
    calls: 1,
    lastEventId: 3,
    createdAt: EPOCH,
  };
  assert.deepEqual(execution.view(), view);
  assert.deepEqual(execution.details(), { ...view, questions: [] });
  clock.advance(1000);
  const result = completed(42);
  ending.resolve(result);
  assert.equal(await execution.result, result);
  const ended = {
    ...view,
    status: "completed",
    phase: "ended",
    lastEventId: 4,
    endedAt: "1970-01-01T00:00:01.000Z",
  };
  const answer = { ...result.answer, result: 42 };
  assert.deepEqual(executions.find("exec_1", ADA).details(), { ...ended, questions: [], answer });
  assert.deepEqual(executions.list(ADA, {}), { executions: [ended] });
  const head = { executionId: "exec_1", timestamp: EPOCH };
  assert.deepEqual(await read(execution.events()), [
    { id: 1, ...head, type: "phase", payload: { phase: "queued", position: 0 } },
    { id: 2, ...head, type: "phase", payload: { phase: "running", runtime: "quickjs" } },
    {
      ...{ id: 3, ...head, type: "call" },
      payload: {
        ...{ call: 1, server: "memory", tool: "read", status: "started" },
        arguments: '{"key":"x"}',
      },
    },
    { id: 4, ...head, timestamp: "1970-01-01T00:00:01.000Z", type: "result", payload: answer },
  ]);
});

Deno.test("executions: its parts hear when it has ended, however it did", async () => {
  const { begin } = executionsOf();
  const ends = [() => Promise.resolve(completed(1)), () => Promise.reject(new Error("crash"))];
  for (const [index, end] of ends.entries()) {
    const ended: AbortSignal[] = [];
    const program = (watch: Watch) => {
      ended.push(watch.ended);
      assert.equal(watch.ended.aborted, false);
      return end();
    };
    await begin(program, `exec_${index}`).execution.result.catch(() => {});
    assert.deepEqual(ended.map(({ aborted }) => aborted), [true]);
  }
});

Deno.test("executions: what kept a program from running is its last event, and rejects its result", async () => {
  const { executions, begin } = executionsOf();
  const error = new CodemodeError("QUEUE_FULL", "It waited too long");
  const { execution } = begin(() => Promise.reject(error));
  const events = await read(execution.events());
  const problem = {
    ...{ type: "runtime", code: "QUEUE_FULL", message: "It waited too long" },
    ...{ timestamp: EPOCH, requestId: "req_1" },
  };
  assert.deepEqual(events.map(({ type, payload }) => [type, payload]), [["error", problem]]);
  await assert.rejects(execution.result, error);
  const { status, error: code, problem: told } = executions.find("exec_1", ADA).details();
  assert.deepEqual([status, code, told], ["failed", "QUEUE_FULL", problem]);
});

Deno.test("executions: a program that was cancelled, and cancelling one that has ended", async () => {
  const { begin } = executionsOf();
  const ending = Promise.withResolvers<ExecutionResult>();
  const { execution, cancelled } = begin(() => ending.promise);
  execution.cancel();
  execution.cancel("enough");
  const { answer } = completed(undefined);
  const error = {
    ...{ type: "runtime" as const, code: "CANCELLED" as const, message: "enough" },
    ...{ timestamp: EPOCH, requestId: "req_1" },
  };
  ending.resolve({ answer: { ...answer, success: false, error } });
  await execution.result;
  execution.cancel("again");
  assert.deepEqual(cancelled, ["The execution was cancelled by its caller", "enough"]);
  assert.equal(execution.view().status, "cancelled");
  assert.throws(() => execution.answer("q1", { action: "accept" }), {
    code: "INVALID_REQUEST",
    message: "The execution has ended; none of its questions is open",
  });
});

Deno.test("executions: a server's progress is shown as far as it makes sense", async () => {
  const { begin } = executionsOf();
  const { execution } = begin(({ feed }) => {
    feed.progress(1, { progress: 1, total: 2, message: "m".repeat(5000) });
    feed.progress(1, { progress: NaN });
    feed.progress(1, { progress: 2, total: Infinity });
    return Promise.resolve(completed(1));
  });
  const events = await read(execution.events());
  assert.deepEqual(
    events.flatMap(({ type, payload }) => type === "progress" ? [payload] : []),
    [{ call: 1, progress: 1, total: 2, message: "m".repeat(1000) }, { call: 1, progress: 2 }],
  );
});

Deno.test("executions: logs beyond what is kept are lost to who comes late, and nothing else is", async () => {
  const { begin } = executionsOf({ events: { entries: 2 } });
  const { execution } = begin(({ feed }) => {
    feed.queued(0);
    for (let line = 1; line <= 5; line += 1) feed.log({ level: "log", text: `${line}` });
    return Promise.resolve(completed(1));
  });
  const events = await read(execution.events());
  assert.deepEqual(events.map(({ id, type }) => [id, type]), [
    [1, "phase"],
    [4, "log"],
    [5, "log"],
    [6, "log"],
    [7, "result"],
  ]);
  assert.deepEqual(events[1]?.payload, {
    level: "warn",
    message: "3 events were dropped: logs or progress, more than is kept",
  });
  assert.deepEqual((await read(execution.events(3))).map(({ id }) => id), [4, 5, 6, 7]);
});

Deno.test("executions: of a large result no more is kept than the bytes that are", async () => {
  const { executions, begin } = executionsOf({ kept: { bytes: "10KB" } });
  await begin(() => Promise.resolve(completed("small")), "exec_1").execution.result;
  const large = begin(() => Promise.resolve(completed("x".repeat(20_000))), "exec_2");
  const reading = read(large.execution.events());
  await settle();
  assert.equal((await reading).at(-1)?.type, "result");
  assert.deepEqual(executions.list(ADA, {}), { executions: [] });
  assert.throws(() => executions.find("exec_2", ADA), {
    code: "EXECUTION_NOT_FOUND",
    message: 'There is no execution "exec_2", or not any more',
  });
});

Deno.test("executions: what was begun with more than its caller has now is not there", async () => {
  const { executions, begin } = executionsOf();
  const wide = { id: "ada", grant: { mcp: { allowedServers: ["notes", "bank"] } } };
  const narrow = { id: "ada", grant: { mcp: { allowedServers: ["notes"] } } };
  const callers = { exec_1: narrow, exec_2: wide, exec_3: narrow, exec_4: wide };
  for (const [id, caller] of Object.entries(callers)) {
    await begin(() => Promise.resolve(completed("1")), id, caller).execution.result;
  }
  const listed = (caller: Caller, page = {}) => {
    const { executions: found, next } = executions.list(caller, page);
    return { ids: found.map(({ executionId }) => executionId), next };
  };
  assert.deepEqual(listed(wide).ids, ["exec_4", "exec_3", "exec_2", "exec_1"]);
  assert.deepEqual(listed(narrow), { ids: ["exec_3", "exec_1"], next: undefined });
  assert.deepEqual(listed(narrow, { limit: 1 }), { ids: ["exec_3"], next: 3 });
  assert.deepEqual(listed(narrow, { limit: 1, before: 3 }), { ids: ["exec_1"], next: undefined });
  assert.equal(executions.find("exec_2", structuredClone(wide)).executionId, "exec_2");
  assert.equal(executions.find("exec_3", wide).executionId, "exec_3");
  assert.throws(() => executions.find("exec_2", narrow), {
    code: "EXECUTION_NOT_FOUND",
    message: 'There is no execution "exec_2", or not any more',
  });
});
