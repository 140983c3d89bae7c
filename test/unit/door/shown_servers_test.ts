/** Of several shown servers one is gone or away: what the others have is there all the same. */

import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import type { Engine, Toolbox } from "../../../src/engine/mod.ts";
import type { PassThrough } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { modern } from "../../harness/raw_mcp.ts";

const CALLER = { id: "alice", grant: { mcp: { allowedServers: ["*"] } } };

/** A door that shows `one` and `two` as far as they are there. */
function setUp(servers: Readonly<Record<string, Partial<PassThrough>>>) {
  const endpoint = createMcpEndpoint({
    config: { ...parseConfig({}).server.mcp, passThrough: ["one", "two"] },
    engine: {
      toolbox: () => Promise.resolve({ namespaces: [] } as unknown as Toolbox),
    } as Partial<Engine> as Engine,
    questions: parseConfig({}).executions.questions,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    passThrough: (name) => servers[name] as PassThrough | undefined,
    onServerChange: () => ({ [Symbol.dispose]() {} }),
    clock: new FakeClock(),
    logger: createLogger([], "error"),
    version: "1.2.3",
    maxBodyBytes: 10_000,
  });
  const send = async (method: string, params: Record<string, unknown> = {}) =>
    (await modern(endpoint, method, params, { caller: CALLER })).body;
  return { endpoint, send };
}

const listOf = (...items: readonly Readonly<Record<string, unknown>>[]) => () =>
  Promise.resolve({ items, isComplete: true, keepMs: 0 });
const READ = { contents: [{ uri: "two://x", text: "read" }] };

const TWO: Partial<PassThrough> = {
  listResources: listOf({ uri: "two://x", name: "x" }),
  listResourceTemplates: listOf({ uriTemplate: "two://{name}", name: "any" }),
  listPrompts: listOf({ name: "greet" }),
  readResource: () => Promise.resolve(READ),
};

Deno.test("a server that is not there any more takes nothing of the others along", async () => {
  const { endpoint, send } = setUp({ two: TWO });
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  assert.deepEqual(names((await send("prompts/list")).result.prompts), ["write-program", "greet"]);
  assert.ok(names((await send("resources/list")).result.resources).includes("x"));
  const { result } = await send("resources/templates/list");
  assert.deepEqual(names(result.resourceTemplates), ["any"]);
  assert.deepEqual(
    (await send("resources/read", { uri: "two://x" })).result.contents,
    READ.contents,
  );
  await endpoint[Symbol.asyncDispose]();
});
