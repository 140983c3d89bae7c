/** Sources that come and go, and tools that want to be approved. */

import assert from "node:assert/strict";
import { createDeferred } from "../../../src/base/deferred.ts";
import { createLogger, type LogEntry, silentLogger } from "../../../src/base/log.ts";
import { createCatalog, createNativeSource, type NativeTool } from "../../../src/catalog/mod.ts";
import { callByName } from "../../harness/call_by_name.ts";

const signal = new AbortController().signal;
const source = (name: string, tool: Partial<NativeTool> = {}) =>
  createNativeSource(name, "", { go: { inputSchema: true, execute: () => name, ...tool } });

Deno.test("a source comes, and each change is told", async () => {
  const catalog = createCatalog([], { logger: silentLogger });
  let told = 0;
  catalog.onChange(() => told += 1);
  await assert.rejects(callByName(catalog, "a", "go", {}, { signal }), { code: "TOOL_NOT_FOUND" });
  const a = source("a");
  catalog.add(a);
  assert.equal(await callByName(catalog, "a", "go", {}, { signal }), "a");
  assert.deepEqual([told, catalog.version], [1, 1]);
  assert.equal(await catalog.remove(a, signal), true);
  assert.deepEqual([told, catalog.version, catalog.servers()], [2, 2, []]);
  await assert.rejects(callByName(catalog, "a", "go", {}, { signal }), { code: "TOOL_NOT_FOUND" });
  assert.equal(await catalog.remove(a, signal), true);
  assert.equal(told, 2);
});

Deno.test("a source goes: calls that go on may end while there is patience", async () => {
  const work = createDeferred<string>();
  const slow = source("slow", { execute: () => work.promise });
  const catalog = createCatalog([slow], { logger: silentLogger });
  const calls = [1, 2].map(() => callByName(catalog, "slow", "go", {}, { signal }));
  // The name is free for another one meanwhile.
  const removed = catalog.remove(slow, signal);
  catalog.add(source("slow"));
  assert.equal(await callByName(catalog, "slow", "go", {}, { signal }), "slow");
  work.resolve("late");
  assert.deepEqual(await Promise.all(calls), ["late", "late"]);
  assert.equal(await removed, true);
});

Deno.test("a source goes: when patience ends its remover knows", async () => {
  const work = createDeferred<string>();
  const slow = source("slow", { execute: () => work.promise });
  const catalog = createCatalog([slow], { logger: silentLogger });
  const call = callByName(catalog, "slow", "go", {}, { signal });
  await Promise.resolve();
  assert.equal(await catalog.remove(slow, AbortSignal.abort()), false);
  work.resolve("late");
  assert.equal(await call, "late");
});

Deno.test("a tool says itself whether a call must be approved", async () => {
  const log: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void log.push(entry) }], "warn");
  const answers: Record<string, NativeTool["needsApproval"]> = {
    no: () => false,
    yes: () => Promise.resolve(true),
    large: ({ amount }) => Number(amount) > 5,
    // What is not exactly false is a yes.
    odd: () => undefined as unknown as boolean,
    fails: () => {
      throw new Error("it does not know");
    },
  };
  const inputSchema = { type: "object", properties: { amount: { type: "number" } } };
  const tools = Object.fromEntries(
    Object.entries(answers).map(([name, needsApproval]) => [
      name,
      { inputSchema, execute: () => 1, ...(needsApproval ? { needsApproval } : {}) },
    ]),
  );
  const never = { inputSchema, execute: () => 1 };
  const catalog = createCatalog([createNativeSource("t", "", { ...tools, never })], { logger });
  const ask = (name: string, input: unknown) => {
    const tool = catalog.find("t", name);
    assert.ok(tool);
    return catalog.needsApproval(tool, input, signal);
  };
  assert.deepEqual(
    await Promise.all(
      ["never", "no", "yes", "large", "odd", "fails"].map((name) => ask(name, { amount: 5 })),
    ),
    [false, false, true, false, true, true],
  );
  assert.equal(await ask("large", { amount: 6 }), true);
  assert.deepEqual(log.map(({ message, fields }) => [message, fields?.["tool"]]), [
    ["A tool did not say whether it needs approval", "fails"],
  ]);
  await assert.rejects(ask("large", { amount: "6" }), {
    code: "TOOL_INPUT_INVALID",
    message: "Invalid input for t.large: /amount must be number",
  });
});
