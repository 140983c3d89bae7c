/**
 * The client that the conformance suite tests: our connector to MCP servers, doing what the scenario
 * named by the environment expects of a client. The suite gives the server's address as last argument;
 * what it saw on the wire decides, so a call that fails is told and nothing else.
 */

import { env, stderr } from "node:process";
import { systemClock } from "../../src/base/clock.ts";
import { createLogger, type LogEntry } from "../../src/base/log.ts";
import type { QuestionAnswer, Tool } from "../../src/contract/mod.ts";
import type { McpServerConfig } from "../../src/config/mod.ts";
import { createMcpManager, type McpManager, type PassThrough } from "../../src/mcp/mod.ts";
import { serverConfig } from "../harness/mcp_servers.ts";
import {
  type ClientContext,
  createLoginDriver,
  loginConfig,
  type LoginDriver,
} from "./login_driver.ts";

const SERVER = "peer";
const signal = AbortSignal.timeout(60_000);

/** What the suite tells of a scenario that needs it. */
interface Context extends ClientContext {
  readonly toolCalls?: readonly {
    readonly name: string;
    readonly arguments: Record<string, unknown>;
  }[];
}

const scenario = env["MCP_CONFORMANCE_SCENARIO"] ?? "";
const context = JSON.parse(env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as Context;

/** Answers a question: nothing where the form's defaults are what is tested. */
function ask(): Promise<QuestionAnswer> {
  const content = scenario.includes("defaults") ? {} : { confirmed: true };
  return Promise.resolve({ action: "accept", content });
}

async function attempt(what: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    stderr.write(`${what}: ${error}\n`);
  }
}

async function callTool(
  manager: McpManager,
  name: string,
  input: Record<string, unknown>,
): Promise<void> {
  await attempt(name, () => manager.call(SERVER, name, input, { signal, ask }));
}

async function callAll(manager: McpManager, tools: readonly Tool[]): Promise<void> {
  const schema = tools.find(({ name }) => name === "json_schema_2020_12_tool")?.inputSchema;
  for (const { name } of tools) {
    if (name === "add_numbers") await callTool(manager, name, { a: 2, b: 3 });
    else if (name === "json_schema_echo") await callTool(manager, name, { schema });
    else await callTool(manager, name, {});
  }
}

async function readAll(peer: PassThrough): Promise<void> {
  await attempt("resources", async () => {
    const [first] = (await peer.listResources({ signal })).items;
    if (first) await peer.readResource(String(first["uri"]), { signal });
  });
  await attempt("prompts", async () => {
    const [first] = (await peer.listPrompts({ signal })).items;
    if (first) await peer.getPrompt(String(first["name"]), {}, { signal, ask });
  });
}

function createManager(config: McpServerConfig, driver?: LoginDriver): McpManager {
  const write = (entry: LogEntry) => {
    driver?.note(entry);
    stderr.write(`${JSON.stringify(entry)}\n`);
  };
  return createMcpManager({ [SERVER]: config }, {
    logger: createLogger([{ write }], "debug"),
    clock: systemClock,
    directory: ".",
    canAsk: true,
    logins: driver?.store,
  });
}

/** Lists and calls, logging in whenever that is what it takes. */
async function useGuarded(url: string): Promise<void> {
  const config = serverConfig({ transport: "http", url, auth: loginConfig(scenario, context) });
  await using driver = await createLoginDriver(SERVER, config, signal);
  await using manager = createManager(config, driver);
  await driver.attempt(manager, () => manager.ensure(SERVER, signal));
  const { tools = [] } = manager.groups()[0] ?? {};
  // Twice, because an authorization server may have moved after the first time.
  for (const { name } of [...tools, ...tools]) {
    await driver.attempt(manager, () => manager.call(SERVER, name, {}, { signal }));
  }
}

async function main(url: string): Promise<void> {
  if (scenario.startsWith("auth/")) return await attempt(scenario, () => useGuarded(url));
  await using manager = createManager(serverConfig({ transport: "http", url }));
  await manager.ensure(SERVER, signal);
  const tools = manager.groups()[0]?.tools ?? [];
  if (scenario === "json-schema-ref-no-deref") return;
  if (context.toolCalls) {
    for (const call of context.toolCalls) await callTool(manager, call.name, call.arguments);
  } else await callAll(manager, tools);
  await readAll(manager.passThrough(SERVER)!);
}

try {
  await main(Deno.args.at(-1)!);
  Deno.exit(0);
} catch (error) {
  stderr.write(`${error}\n`);
  Deno.exit(1);
}
