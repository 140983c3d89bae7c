/** What servers have besides tools, as they are, at both revisions and over both transports. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { createLogger } from "../../../src/base/log.ts";
import { createCatalog, createMcpSource, failedResult } from "../../../src/catalog/mod.ts";
import type { McpManager, ServerChange } from "../../../src/mcp/mod.ts";
import {
  fixtureConfig,
  serverConfig,
  startListening,
  startManager,
  textOf,
} from "../../harness/mcp_servers.ts";
import { callByName, exchangeByName } from "../../harness/call_by_name.ts";

const signal = new AbortController().signal;
const URI = "file:///a.txt";

for (const file of ["asking_v1.ts", "asking_v2.ts"] as const) {
  for (const transport of ["stdio", "http"] as const) {
    Deno.test(`resources, prompts and completions of ${file} over ${transport}`, async () => {
      await using server = transport === "stdio"
        ? undefined
        : await startListening(file, transport);
      const config = server
        ? serverConfig({ transport, url: server.url })
        : fixtureConfig(file, "stdio");
      await using started = await startManager({ peer: config }, { canAsk: true });
      const { manager } = started;
      const peer = manager.passThrough("peer")!;
      const call = (tool: string, input = {}) => manager.call("peer", tool, input, { signal });

      assert.equal(peer.isConnected, true);
      assert.equal(peer.mentionOf({ resource: URI }), "none");
      const { items, isComplete } = await peer.listResources({ signal });
      assert.deepEqual([items, isComplete], [[{
        uri: URI,
        name: "a",
        description: "A",
        mimeType: "text/plain",
      }], true]);
      assert.equal((await peer.listResources({ signal })).items, items, "kept");
      assert.equal(textOf(await call("lists")), "1");
      assert.deepEqual((await peer.listResourceTemplates({ signal })).items, [{
        uriTemplate: "file:///{name}",
        name: "any",
        description: "Any",
      }]);
      const mentions = [URI, "file:///{name}", "file:///b.txt", "http://a"].map((resource) =>
        peer.mentionOf({ resource })
      );
      assert.deepEqual(mentions, ["named", "named", "likely", "none"]);
      assert.deepEqual((await peer.readResource(URI, { signal }))["contents"], [{
        uri: URI,
        mimeType: "text/plain",
        text: `content of ${URI}`,
      }]);
      const ask = () => Promise.resolve({ action: "decline" as const });
      const prompt = await peer.getPrompt("greet", { whom: "Ada" }, { signal, ask });
      assert.deepEqual(prompt["messages"], [{
        role: "user",
        content: { type: "text", text: 'greet {"kind":"elicit","action":"decline"}' },
      }]);
      const ref = { type: "ref/prompt", name: "greet" };
      const completed = await peer.complete({ ref, argument: { name: "whom", value: "A" } }, {
        signal,
      });
      assert.deepEqual(completed["completion"], { values: ["A!"] });

      const blocks = await call("blocks");
      assert.deepEqual(
        [blocks.content, blocks.structuredContent, (blocks["_meta"] as { c?: unknown }).c],
        [[{ type: "image", data: "aGk=", mimeType: "image/png", _meta: { a: 1 } }], { b: 2 }, 3],
      );

      await changesAreTold(manager, call);
    });
  }
}

Deno.test("what a server does not have is empty, or refused as the protocol does", async () => {
  const config = fixtureConfig("v2_server.ts", "stdio");
  await using started = await startManager({ peer: config });
  const peer = started.manager.passThrough("peer")!;
  assert.deepEqual((await peer.listPrompts({ signal })).items, []);
  await assert.rejects(peer.readResource(URI, { signal }), {
    code: "MCP_TOOL_ERROR",
    message: 'The server "peer" has no resources',
  });
  await assert.rejects(peer.subscribe(URI, { signal }), { code: "MCP_TOOL_ERROR" });
  assert.equal(started.manager.passThrough("other"), undefined);
});

Deno.test("through the catalog a call gives what the server answered, also when the tool failed", async () => {
  await using started = await startManager({ peer: fixtureConfig("asking_v1.ts", "stdio") });
  const logger = createLogger([], "error");
  const catalog = createCatalog([createMcpSource(started.manager)], { logger });
  const { value, isStructured, raw } = await exchangeByName(catalog, "peer", "blocks", {}, {
    signal,
  });
  assert.deepEqual([value, isStructured], [{ b: 2 }, true]);
  assert.deepEqual(raw, await started.manager.call("peer", "blocks", {}, { signal }));
  assert.deepEqual(await callByName(catalog, "peer", "blocks", {}, { signal }), { b: 2 });
  const error = await exchangeByName(catalog, "peer", "endless", {}, { signal }).catch((error) =>
    error
  );
  assert.deepEqual(
    [error.code, failedResult(error)],
    ["MCP_TOOL_ERROR", { content: [{ type: "text", text: '"no"' }], isError: true }],
  );
  assert.equal(failedResult(new Error("other")), undefined);
});

for (const file of ["asking_v1.ts", "asking_v2.ts"] as const) {
  Deno.test(`a call of ${file} is looked at again when it has waited, and may still be refused`, async () => {
    const config = fixtureConfig(file, "stdio", { maxConcurrentCalls: 1 });
    await using started = await startManager({ peer: config });
    const { manager } = started;
    const holding = new AbortController();
    const held = manager.call("peer", "slow", { ms: 60_000 }, { signal: holding.signal });
    let looked = 0;
    const beforeSend = () => {
      looked += 1;
      throw new CodemodeError("TOOL_CHANGED", "It has changed");
    };
    const late = manager.call("peer", "endless", {}, { signal, beforeSend });
    await manager.ping("peer", signal);
    assert.equal(looked, 0);
    holding.abort();
    await assert.rejects(held, { code: "CANCELLED" });
    await assert.rejects(late, { code: "TOOL_CHANGED", message: "It has changed" });
    assert.equal(looked, 1);
  });
}

Deno.test("who listens to a server, or to a resource of it, hears of the next one of its name, too", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio");
  await using started = await startManager({ peer: config });
  const { manager } = started;
  const changes: ServerChange[] = [];
  let told = Promise.withResolvers<void>();
  using _listener = manager.onServerChange("peer", (change) => {
    changes.push(change);
    told.resolve();
  });
  const untilTold = async (count: number) => {
    for (; changes.length < count; told = Promise.withResolvers()) await told.promise;
  };
  await using _subscription = await manager.passThrough("peer")!.subscribe(URI, { signal });
  await using _removed = manager.remove("peer");
  assert.equal(manager.passThrough("peer"), undefined);
  manager.add("peer", { ...config, timeoutMs: config.timeoutMs + 1 });
  await manager.ensure("peer", signal);
  await untilTold(3);
  assert.deepEqual(changes.splice(0).map(({ type }) => type), ["resources", "prompts", "resource"]);
  await manager.call("peer", "rename_prompt", { to: "welcome" }, { signal });
  await untilTold(1);
  await manager.call("peer", "touch", { uri: URI }, { signal });
  await untilTold(2);
  assert.deepEqual(changes, [{ type: "prompts" }, { type: "resource", uri: URI }]);
});

Deno.test("what is asked of a server that is removed may end before it is closed", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio");
  await using started = await startManager({ peer: config }, { canAsk: true });
  const { manager } = started;
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ask = async () => {
    asked.resolve();
    await answered.promise;
    return { action: "decline" as const };
  };
  const peer = manager.passThrough("peer")!;
  const prompt = peer.getPrompt("greet", { whom: "Ada" }, { signal, ask });
  await asked.promise;
  await using removed = manager.remove("peer")!;
  // A subscription would outlive it.
  await assert.rejects(peer.subscribe(URI, { signal }), {
    code: "MCP_SERVER_UNAVAILABLE",
    message: 'The MCP server "peer" is not available: it is shut down',
  });
  const gaveUp = new AbortController();
  const early = removed.drained(gaveUp.signal);
  gaveUp.abort();
  assert.equal(await early, false);
  answered.resolve();
  assert.equal(await removed.drained(signal), true);
  assert.deepEqual((await prompt)["messages"], [{
    role: "user",
    content: { type: "text", text: 'greet {"kind":"elicit","action":"decline"}' },
  }]);
});

async function changesAreTold(
  manager: McpManager,
  call: (tool: string, input?: Record<string, unknown>) => Promise<unknown>,
): Promise<void> {
  const changes: ServerChange[] = [];
  let next = Promise.withResolvers<void>();
  const peer = manager.passThrough("peer")!;
  using _listener = manager.onServerChange("peer", (change) => {
    changes.push(change);
    next.resolve();
  });
  assert.deepEqual((await peer.listPrompts({ signal })).items.map(({ name }) => name), ["greet"]);
  await call("rename_prompt", { to: "welcome" });
  await next.promise;
  assert.deepEqual((await peer.listPrompts({ signal })).items.map(({ name }) => name), ["welcome"]);
  next = Promise.withResolvers();
  const subscription = await peer.subscribe(URI, { signal });
  await call("touch", { uri: URI });
  await next.promise;
  await subscription[Symbol.asyncDispose]();
  await call("touch", { uri: URI });
  assert.deepEqual(changes, [{ type: "prompts" }, { type: "resource", uri: URI }]);
}
