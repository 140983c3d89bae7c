/** Servers that come and go, without any that is real. */

import assert from "node:assert/strict";
import { createDeferred } from "../../src/base/deferred.ts";
import { AddressRefused, type Network } from "../../src/base/network.ts";
import { createLogger, type LogEntry, silentLogger } from "../../src/base/log.ts";
import { type ChangingCatalog, createCatalog } from "../../src/catalog/mod.ts";
import { parseConfig } from "../../src/config/mod.ts";
import { type AddServerOptions, createMcpManager, type McpManager } from "../../src/mcp/mod.ts";
import { mcpServer, openapi } from "../../src/server_tools.ts";
import { toolSet } from "../../src/tool_set.ts";
import { createToolSources, type ToolSources } from "../../src/tool_sources.ts";
import { FakeClock } from "../harness/fake_clock.ts";
import { callByName } from "../harness/call_by_name.ts";

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

Deno.test("a document that is nowhere, or is none, is refused and leaves nothing behind", async () => {
  await using world = open();
  const { sources } = world;
  const refused = (options: Parameters<typeof openapi>[0], why: string) =>
    assert.rejects(sources.add("pets", openapi(options)), {
      code: "INVALID_REQUEST",
      message: `Cannot add the server "pets": its document cannot be used: ${why}`,
    });
  await refused({ document: "./nope.yaml" }, "its file cannot be read");
  await refused({ document: { openapi: "1.0" } }, "its version is 1.0, not 3.0 or 3.1");
  assert.deepEqual(sources.list(), []);
  await sources.add("pets", openapi(api("getPet")));
  assert.deepEqual(sources.list().map(({ state, tools }) => [state, tools]), [["ready", 1]]);
});

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
  const call = callByName(catalog, "slow", "hang", {}, { signal });
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

const foreign = { isForeign: true };

Deno.test("what a caller adds takes no name of the configuration, also of servers that are gone", async () => {
  await using world = open({ openapi: { "my-pets": api("x"), other: api("x") } });
  const { sources } = world;
  const refusal = (name: string, why: string) => ({
    code: "CONFLICT",
    message: `Cannot add the server "${name}": ${why}`,
  });
  await assert.rejects(
    sources.add("other", openapi(api("y")), foreign),
    refusal("other", "there is a server of that name"),
  );
  await assert.rejects(sources.remove("other", foreign), {
    code: "CONFLICT",
    message: 'Cannot remove the server "other": it is of the configuration',
  });
  assert.equal(await sources.remove("other"), true);
  await assert.rejects(
    sources.add("other", openapi(api("y")), foreign),
    refusal("other", "the configuration has a server of that name"),
  );
  await assert.rejects(
    sources.add("my_pets", openapi(api("y")), foreign),
    refusal("my_pets", 'programs would call the server "my-pets" by another name'),
  );
  await sources.add("mine", openapi(api("y")), foreign);
  assert.equal(await sources.remove("mine", foreign), true);
  assert.equal(await sources.remove("mine", foreign), false);
});

Deno.test("what a caller added gives way to what the configuration names later", async () => {
  await using world = open();
  const { sources, catalog } = world;
  for (const name of ["pets", "my_notes", "stays"]) {
    await sources.add(name, openapi(api("theirs")), foreign);
  }
  const config = parseConfig({ openapi: { pets: api("ours"), "my-notes": api("ours") } }, "/srv");
  assert.deepEqual(sources.apply(config), {
    added: ["my-notes"],
    removed: ["my_notes"],
    replaced: ["pets"],
    problems: [],
  });
  await sources.settled(signal);
  assert.deepEqual(
    sources.list().map(({ name, origin }) => `${name} ${origin}`),
    ["my-notes config", "pets config", "stays added"],
  );
  assert.equal(catalog.find("pets", "theirs"), undefined);
  assert.equal(catalog.find("pets", "ours")?.name, "ours");
});

Deno.test("after the end nothing is added, and nothing of another configuration is opened", async () => {
  await using world = open();
  const { sources } = world;
  const loading = createDeferred<Record<string, never>>();
  const late = sources.add("late", {
    kind: "native",
    description: "",
    load: () => loading.promise,
  });
  await sources[Symbol.asyncDispose]();
  loading.resolve({});
  const over = { code: "SHUTTING_DOWN", message: "The service is shutting down" };
  await assert.rejects(late, over);
  await assert.rejects(sources.add("later", openapi(api("x"))), over);
  assert.throws(() => sources.apply(parseConfig({ openapi: { a: api("x") } }, "/srv")), over);
  assert.deepEqual(sources.list(), []);
});

Deno.test("a server that cannot be closed is gone all the same, and it is logged", async () => {
  const log: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void log.push(entry) }], "warn");
  const catalog = createCatalog([], { logger });
  const broken: ChangingCatalog = Object.create(catalog, {
    add: { value: () => {} },
    remove: { value: () => Promise.reject(new Error("it hangs on")) },
  });
  const config = parseConfig({ openapi: { a: api("x"), b: api("x") } }, "/srv");
  const servers = createMcpManager({}, { logger, clock: new FakeClock(), directory: "/srv" });
  const parts = { catalog: broken, servers, config, fixed: [], logger, clock: new FakeClock() };
  const sources = createToolSources({ ...parts, graceMs: 1 });
  await sources.settled(signal);
  assert.deepEqual(sources.apply(parseConfig({ openapi: { b: api("x") } }, "/srv")).removed, ["a"]);
  assert.equal(await sources.remove("b"), true);
  await sources[Symbol.asyncDispose]();
  assert.deepEqual(
    log.map(({ message, fields }) => `${message}: ${fields["server"]}`),
    ["a server did not close as it should: a", "a server did not close as it should: b"],
  );
});

Deno.test("what a caller added is its own, and reached by its network unless it is a command", async () => {
  const refuse = () => Promise.reject(new AddressRefused("Cannot reach it"));
  const network: Network = { fetch: refuse, check: refuse };
  const given: Record<string, AddServerOptions | undefined> = {};
  const clock = new FakeClock();
  const logger = silentLogger;
  const manager = createMcpManager({}, { logger, clock, directory: "/srv" });
  const servers: McpManager = Object.create(manager, {
    add: { value: (name: string, _: unknown, by?: AddServerOptions) => void (given[name] = by) },
    status: { value: () => [] },
  });
  const catalog = createCatalog([], { logger });
  const config = parseConfig({}, "/srv");
  await using sources = createToolSources({
    catalog,
    servers,
    config,
    fixed: [],
    logger,
    clock,
    graceMs: 1,
  });
  const options = { isForeign: true, network, addedBy: "ada" };
  const far = { transport: "http", url: "https://a.example/", start: "lazy" } as const;
  await sources.add("far", mcpServer(far), options);
  await sources.add("command", mcpServer({ transport: "stdio", command: "a" }), options);
  await sources.add("own", mcpServer(far));
  assert.deepEqual(given, {
    far: { network, addedBy: "ada" },
    command: { addedBy: "ada" },
    own: { network: undefined, addedBy: undefined },
  });
  await sources.add("api", openapi({ document: "https://a.example/openapi.json" }), options);
  await sources.settled(signal);
  const { lastError } = sources.list().find(({ name }) => name === "api") ?? {};
  assert.equal(lastError, "its address is not public");
});
