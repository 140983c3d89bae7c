/** Servers that come and go, without any that is real. */

import assert from "node:assert/strict";
import { createDeferred } from "../../src/base/deferred.ts";
import { silentLogger } from "../../src/base/log.ts";
import { type ChangingCatalog, createCatalog } from "../../src/catalog/mod.ts";
import { parseConfig } from "../../src/config/mod.ts";
import { createMcpManager } from "../../src/mcp/mod.ts";
import { openapi } from "../../src/server_tools.ts";
import { toolSet } from "../../src/tool_set.ts";
import { createToolSources, type ToolSources } from "../../src/tool_sources.ts";
import { FakeClock } from "../harness/fake_clock.ts";

const signal = new AbortController().signal;

/** An API with one operation of this name. */
const api = (operationId: string) => ({
  baseUrl: "https://a.example",
  document: { openapi: "3.1.0", paths: { "/x": { get: { operationId } } } },
});
const lazy = (command: string) => ({ transport: "stdio", command, start: "lazy" });

interface World extends AsyncDisposable {
  readonly sources: ToolSources;
  readonly catalog: ChangingCatalog;
  readonly clock: FakeClock;
}

function open(file: Record<string, unknown> = {}): World {
  const config = parseConfig(file, "/srv");
  const clock = new FakeClock();
  const logger = silentLogger;
  const servers = createMcpManager(config.mcp.servers, { logger, clock, directory: "/srv" });
  const catalog = createCatalog([], { logger });
  const { graceMs } = config.reload;
  const sources = createToolSources({
    catalog,
    servers,
    config,
    fixed: [],
    logger,
    clock,
    graceMs,
  });
  return {
    sources,
    catalog,
    clock,
    async [Symbol.asyncDispose]() {
      await sources[Symbol.asyncDispose]();
      await servers[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a call that outlives the grace of its server ends", async () => {
  await using world = open({ reload: { grace: "3s" } });
  const { sources, catalog, clock } = world;
  const given: AbortSignal[] = [];
  const set = toolSet({
    hang: {
      inputSchema: true,
      execute: (_, options) => {
        given.push(options.signal);
        return createDeferred<never>().promise;
      },
    },
  });
  await sources.add("slow", set);
  const call = catalog.call("slow", "hang", {}, { signal });
  const failed = assert.rejects(call, {
    code: "MCP_SERVER_UNAVAILABLE",
    message: 'The server "slow" was removed',
    details: { server: "slow", tool: "hang", mayHaveTakenEffect: true },
  });
  while (given.length === 0) await Promise.resolve();
  let isGone = false;
  const removed = sources.remove("slow").then((value) => isGone = value);
  clock.advance(2_999);
  await Promise.resolve();
  assert.deepEqual([isGone, given[0]?.aborted, sources.list()], [false, false, []]);
  clock.advance(1);
  await failed;
  assert.equal(await removed, true);
  assert.equal(given[0]?.aborted, true);
});

Deno.test("another configuration: what is the same stays, the rest is told", async () => {
  const before = {
    mcp: { servers: { kept: lazy("a"), changed: lazy("b"), gone: lazy("c") } },
    openapi: { same: api("x"), other: api("x"), left: api("x") },
  };
  await using world = open(before);
  const { sources, catalog } = world;
  await sources.settled(signal);
  const same = catalog.find("same", "x");
  assert.ok(same);
  const after = parseConfig({
    mcp: { servers: { kept: lazy("a"), changed: lazy("B"), come: lazy("d") } },
    openapi: { same: api("x"), other: api("y"), added: api("x") },
  }, "/srv");
  await sources.add("mine", toolSet({}));
  await sources.add("added", openapi(api("z")));
  assert.deepEqual(sources.apply(after), {
    added: ["come"],
    removed: ["gone", "left"],
    replaced: ["changed", "other"],
    problems: ['the server "added" is there already, added at run time'],
  });
  await sources.settled(signal);
  assert.equal(catalog.find("same", "x"), same);
  assert.deepEqual(
    sources.list().map(({ name, origin, state }) => `${name} ${origin} ${state}`),
    [
      "added added ready",
      "changed config idle",
      "come config idle",
      "kept config idle",
      "mine added ready",
      "other config ready",
      "same config ready",
    ],
  );
  assert.deepEqual([catalog.find("other", "x"), catalog.find("other", "y")?.name], [
    undefined,
    "y",
  ]);
  assert.deepEqual(sources.apply(after), {
    added: [],
    removed: [],
    replaced: [],
    problems: ['the server "added" is there already, added at run time'],
  });
});

Deno.test("of two that add one name at the same time one is refused", async () => {
  await using world = open();
  const results = await Promise.allSettled([
    world.sources.add("one", toolSet({})),
    world.sources.add("one", toolSet({})),
  ]);
  assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected"]);
  assert.equal(world.sources.list().length, 1);
});
