/** Of several shown servers one is gone or away: what the others have is there all the same. */

import assert from "node:assert/strict";
import { CodemodeError, type ErrorCode } from "../../../src/base/errors.ts";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import type { Engine, Toolbox } from "../../../src/engine/mod.ts";
import type { Mention, PassThrough } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { INITIALIZE, modern, post } from "../../harness/raw_mcp.ts";

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
  isConnected: true,
  mentionOf: () => "none",
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

Deno.test("a list that is not whole is not to be used again, one that is may be", async () => {
  const away = () => Promise.reject(new CodemodeError("MCP_SERVER_UNAVAILABLE", "It is away"));
  const one: Partial<PassThrough> = {
    listResources: away,
    listResourceTemplates: away,
    listPrompts: away,
  };
  const methods = ["resources/list", "resources/templates/list", "prompts/list"] as const;
  for (const [servers, ttlMs] of [[{ one, two: TWO }, 0], [{ two: TWO }, 60_000]] as const) {
    const { endpoint, send } = setUp(servers);
    for (const method of methods) {
      const { result } = await send(method);
      assert.deepEqual([result.ttlMs, result.cacheScope], [ttlMs, "private"], method);
    }
    await endpoint[Symbol.asyncDispose]();
  }
});

const METHODS = [
  ["resources/read", { uri: "two://x" }],
  ["prompts/get", { name: "greet" }],
  ["completion/complete", {
    ref: { type: "ref/prompt", name: "greet" },
    argument: { name: "whom", value: "A" },
  }],
] as const;

/** A server that answers, or fails with a code; what it is asked goes to `asked`. */
function answering(
  name: string,
  asked: string[],
  {
    fails,
    mention = "none",
    isConnected = true,
  }: { readonly fails?: ErrorCode; readonly mention?: Mention; readonly isConnected?: boolean } =
    {},
): Partial<PassThrough> {
  const answer = <Answer>(given: Answer) => (): Promise<Answer> => {
    asked.push(name);
    const details = fails === "MCP_TOOL_ERROR" ? { errorCode: -32602 } : {};
    if (fails === undefined) return Promise.resolve(given);
    return Promise.reject(new CodemodeError(fails, `${name} fails`, { details }));
  };
  return {
    isConnected,
    mentionOf: () => mention,
    readResource: answer(READ as never),
    getPrompt: answer({ messages: [] } as never),
    complete: answer({ completion: { values: [] } } as never),
  };
}

Deno.test("a server that is away keeps nobody from what another one has", async () => {
  for (
    const fails of [
      "MCP_SERVER_UNAVAILABLE",
      "LOGIN_REQUIRED",
      "TOOL_TIMEOUT",
      "RATE_LIMITED",
    ] as const
  ) {
    for (const [method, params] of METHODS) {
      const asked: string[] = [];
      const [one, two] = [answering("one", asked, { fails }), answering("two", asked)];
      const { endpoint, send } = setUp({ one, two });
      const { result } = await send(method, params);
      assert.equal(result?.resultType, "complete", `${method} ${fails}`);
      assert.deepEqual(asked, ["one", "two"]);
      await endpoint[Symbol.asyncDispose]();
    }
  }
});

Deno.test("where nobody else has it, the failure of the one that is away is told", async () => {
  for (const order of [["one", "two"], ["two", "one"]] as const) {
    const asked: string[] = [];
    const servers = Object.fromEntries(order.map((name, at) => {
      const fails = at === 0 ? "MCP_SERVER_UNAVAILABLE" : "MCP_TOOL_ERROR";
      return [name, answering(name, asked, { fails })];
    }));
    const { endpoint, send } = setUp(servers);
    for (const [method, params] of METHODS) {
      const { error } = await send(method, params);
      assert.match(error.message, new RegExp(`${order[0]} fails`));
    }
    assert.equal(asked.length, 6);
    await endpoint[Symbol.asyncDispose]();
  }
});

Deno.test("the likeliest is asked first: who names it, who has such, who is there", async () => {
  const asked: string[] = [];
  for (
    const [of, expected] of [
      [[{}, { mention: "named", isConnected: false }], "two"],
      [[{}, { mention: "likely" }], "two"],
      [[{ mention: "likely" }, { mention: "named" }], "two"],
      [[{ isConnected: false }, {}], "two"],
      [[{}, {}], "one"],
      [[{ mention: "likely" }, { mention: "likely" }], "one"],
    ] as const
  ) {
    const [one, two] = [answering("one", asked, of[0]), answering("two", asked, of[1])];
    const { endpoint, send } = setUp({ one, two });
    asked.length = 0;
    for (const [method, params] of METHODS) await send(method, params);
    assert.deepEqual(asked, [expected, expected, expected]);
    await endpoint[Symbol.asyncDispose]();
  }
});

/** A server that takes any subscription, and what it is asked. */
function taking(name: string, uri: string, asked: string[]): Partial<PassThrough> {
  let mention: Mention = "none";
  return {
    isConnected: true,
    mentionOf: (sought) => "resource" in sought && sought.resource === uri ? mention : "none",
    listResources() {
      asked.push(`${name} lists`);
      mention = "named";
      return listOf({ uri, name: "x" })();
    },
    listResourceTemplates: listOf(),
    subscribe() {
      asked.push(`${name} takes`);
      return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() });
    },
  };
}

Deno.test("a subscription goes to the server that lists the resource, though any would take it", async () => {
  const asked: string[] = [];
  const [one, two] = [taking("one", "one://x", asked), taking("two", "two://x", asked)];
  const { endpoint } = setUp({ one, two });
  const begun = await post(endpoint, INITIALIZE, { caller: CALLER });
  const headers = {
    "mcp-session-id": begun.headers.get("mcp-session-id") ?? "",
    "mcp-protocol-version": "2025-11-25",
  };
  const subscribe = async (id: number, uri: string) => {
    asked.length = 0;
    const body = { jsonrpc: "2.0", id, method: "resources/subscribe", params: { uri } };
    const answer = await post(endpoint, body, { caller: CALLER, headers });
    assert.deepEqual(answer.body.result, {});
    return [...asked];
  };
  assert.deepEqual(await subscribe(2, "two://x"), ["one lists", "two lists", "two takes"]);
  assert.deepEqual(await subscribe(3, "one://x"), ["one takes"]);
  assert.deepEqual(await subscribe(4, "hidden://x"), ["one lists", "two lists", "one takes"]);
  await endpoint[Symbol.asyncDispose]();
});
