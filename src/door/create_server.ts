/** One server of the protocol for one visit: handlers over the shared door, nothing of its own. */

import {
  type LoggingLevel,
  McpServer,
  type Server,
  type ServerCapabilities,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { LOG_LEVELS } from "../mcp/mod.ts";
import type { Door } from "./door.ts";
import type { Visit } from "./door_parts.ts";
import { servePrompts } from "./serve_prompts.ts";
import { serveResources } from "./serve_resources.ts";
import { serveTools } from "./serve_tools.ts";
import { serveSubscriptions } from "./subscriptions.ts";
import type { Talk } from "./talk.ts";
import { serveTasks, TASKS_EXTENSION } from "./tasks.ts";

/** How long a list may be used again; it is told when tools change. */
const LIST_TTL_MS = 60_000;

const INSTRUCTIONS =
  "Write one program for execute instead of many tool calls: it is type-checked against the " +
  "declarations of the tools, runs in a sandbox and returns only what you ask for. search_tools finds " +
  "tools by what they do; results too big to be shown are read with read_result.";

/**
 * A server, and the schema of the tool that its one request calls: where that asks for headers that
 * repeat arguments, the library compares them before the call is made.
 */
class DoorServer extends McpServer {
  readonly #calledSchema: Readonly<Record<string, unknown>> | undefined;

  constructor(
    options: ConstructorParameters<typeof McpServer>[1],
    version: string,
    calledSchema: Readonly<Record<string, unknown>> | undefined,
  ) {
    super({ name: "codemode", title: "Code Mode", version }, options);
    this.#calledSchema = calledSchema;
  }

  override toolInputSchemaJson(): Record<string, unknown> | undefined {
    return this.#calledSchema && { ...this.#calledSchema };
  }
}

/** Creates it; connect it to a transport. `calledSchema` is that of a shown tool that is called. */
export function createServer(
  door: Door,
  visit: Visit,
  calledSchema?: Readonly<Record<string, unknown>>,
): McpServer {
  const { parts } = door;
  const hint = { ttlMs: LIST_TTL_MS, cacheScope: "private" as const };
  const product = new DoorServer(
    {
      capabilities: capabilitiesIn(visit.era),
      instructions: INSTRUCTIONS,
      cacheHints: {
        "tools/list": hint,
        "resources/list": hint,
        "resources/templates/list": hint,
        "prompts/list": hint,
      },
      requestState: { verify: door.states.verify },
    },
    parts.version,
    calledSchema,
  );
  const { server } = product;
  const mayLog = logFilter(server, visit);
  const talkOf = (ctx: ServerContext): Talk => ({ door, visit, server, ctx, mayLog });
  serveTools(server, talkOf);
  serveResources(server, talkOf);
  servePrompts(server, talkOf);
  if (visit.era === "modern") serveTasks(server, talkOf);
  else serveSubscriptions(server, talkOf);
  return product;
}

function capabilitiesIn(era: Visit["era"]): ServerCapabilities {
  return {
    tools: { listChanged: true },
    resources: { listChanged: true, ...(era === "legacy" ? { subscribe: true } : {}) },
    prompts: { listChanged: true },
    completions: {},
    logging: {},
    ...(era === "modern" ? { extensions: { [TASKS_EXTENSION]: {} } } : {}),
  };
}

/** Logs are told from the level on that was asked for, in the way of the revision. */
function logFilter(server: Server, { era }: Visit): (level: LoggingLevel) => boolean {
  // There the library goes by the level that each request brings.
  if (era === "modern") return () => true;
  let least: LoggingLevel | undefined;
  server.setRequestHandler("logging/setLevel", ({ params }) => {
    least = params.level;
    return {};
  });
  return (level) => least !== undefined && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}
