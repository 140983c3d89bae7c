/** The tools of the door itself: what each is called, takes and does. */

import type { Tool } from "@modelcontextprotocol/server";
import { CodemodeError } from "../base/errors.ts";
import type { DoorConfig } from "../config/mod.ts";
import { parseRequest } from "../contract/mod.ts";
import { searchHint, type Toolbox, toPlainCall, toToolHit } from "../engine/mod.ts";
import { startCall } from "./call.ts";
import { executeDescription } from "./execute_description.ts";
import { startProgram } from "./program.ts";
import { traceOf } from "./relay.ts";
import { canAnswer, converse, type Talk, type ToolReply } from "./talk.ts";
import {
  CallInputSchema,
  ExecuteInputSchema,
  ReadInputSchema,
  SearchInputSchema,
  toInputSchema,
  withDefault,
} from "./tool_inputs.ts";
import { CALL_OUTPUT, EXECUTE_OUTPUT, READ_OUTPUT, SEARCH_OUTPUT } from "./tool_outputs.ts";
import { toRefusedResult, toToolResult } from "./tool_result.ts";

/** What the operator chose of what clients are told. */
type Shown = Pick<DoorConfig, "declarationTokens" | "resultTokens">;

/** One tool of the door. */
export interface OwnTool {
  readonly name: string;
  /** What clients are told; the toolbox is that of whoever asks. */
  define(toolbox: Toolbox, config: Shown): Tool;
  run(talk: Talk, given: unknown): Promise<ToolReply>;
}

const execute: OwnTool = {
  name: "execute",
  define: (toolbox, { declarationTokens, resultTokens }) => ({
    name: "execute",
    title: "Run a program",
    description: executeDescription(toolbox, declarationTokens),
    inputSchema: withDefault(EXECUTE_INPUT, "maxResultTokens", resultTokens),
    outputSchema: EXECUTE_OUTPUT,
    annotations: { destructiveHint: true, idempotentHint: false, openWorldHint: true },
  }),
  async run(talk, given) {
    const { door: { parts }, visit } = talk;
    const { maxResultTokens = parts.config.resultTokens, ...rest } = parseRequest(
      ExecuteInputSchema,
      given,
    );
    const options = {
      ...traceOf(talk),
      caller: visit.caller,
      canAnswer: canAnswer(talk),
      config: parts.config,
      logger: parts.logger,
    };
    return await converse(
      talk,
      () => startProgram(parts.engine, { ...rest, maxResultTokens }, options),
    );
  },
};

const searchTools: OwnTool = {
  name: "search_tools",
  define: ({ namespaces }) => ({
    name: "search_tools",
    title: "Search tools",
    description:
      "Finds tools by what they do. Answers with ranked signatures that can be pasted into a program " +
      `for execute; no further look-up is needed. There are ${countTools(namespaces)} tools.`,
    inputSchema: SEARCH_INPUT,
    outputSchema: SEARCH_OUTPUT,
    annotations: { readOnlyHint: true, openWorldHint: false },
  }),
  async run({ door: { parts }, visit }, given) {
    const { query, limit, detail, language } = parseRequest(SearchInputSchema, given);
    const toolbox = await parts.engine.toolbox(visit.caller);
    const tools = toolbox.search(query, limit).map((hit) => toToolHit(hit, detail, language));
    if (tools.length === 0) {
      const hint = searchHint(toolbox);
      return toToolResult({ structured: { tools, hint }, summary: hint }, parts.config);
    }
    const found = tools.length === 1 ? "1 tool" : `${tools.length} tools`;
    const summary = `${found}, the best first, in the structured content.`;
    return toToolResult({ structured: { tools }, summary }, parts.config);
  },
};

const callTool: OwnTool = {
  name: "call_tool",
  define: (_toolbox, { resultTokens }) => ({
    name: "call_tool",
    title: "Call one tool",
    description:
      "Calls one tool without a program. For more than one call, or to work with what it " +
      "answers, write a program for execute: it takes one turn.",
    inputSchema: withDefault(CALL_INPUT, "maxResultTokens", resultTokens),
    outputSchema: CALL_OUTPUT,
    annotations: { destructiveHint: true, idempotentHint: false, openWorldHint: true },
  }),
  async run(talk, given) {
    const { door: { parts }, visit: { caller } } = talk;
    assertPath(given);
    const { path, input, maxResultTokens = parts.config.resultTokens } = parseRequest(
      CallInputSchema,
      given,
    );
    const found = (await parts.engine.toolbox(caller)).findByPath(path);
    const { server, name } = found?.named.tool ?? splitPath(path);
    const call = { server, tool: name, input, maxResultTokens };
    const mayAsk = canAnswer(talk);
    return await converse(talk, () =>
      Promise.resolve(startCall(async ({ ask, ...hooks }) => {
        try {
          const options = { ...hooks, ...traceOf(talk), ...(mayAsk ? { ask } : {}) };
          const { result, truncated, content } = toPlainCall(
            await parts.engine.callTool(call, caller, options),
          );
          return toToolResult({
            structured: { result, ...(truncated === undefined ? {} : { truncated }) },
            summary: "What the tool returned is `result` of the structured content.",
            ...(content === undefined ? {} : { content }),
          }, parts.config);
        } catch (thrown) {
          return toRefusedResult(thrown, parts.logger);
        }
      }, parts)));
  },
};

const readResult: OwnTool = {
  name: "read_result",
  define: (_toolbox, { resultTokens }) => ({
    name: "read_result",
    title: "Read a kept result",
    description:
      "Reads a part of a result that was too big to be shown: a JSONPath into it, and an " +
      "offset and a limit of elements, members or characters.",
    inputSchema: withDefault(READ_INPUT, "maxTokens", resultTokens),
    outputSchema: READ_OUTPUT,
    annotations: { readOnlyHint: true, openWorldHint: false },
  }),
  async run({ door: { parts }, visit }, given) {
    const { handle, maxTokens = parts.config.resultTokens, ...reading } = parseRequest(
      ReadInputSchema,
      given,
    );
    const page = await parts.engine.readResult(handle, { ...reading, maxTokens }, visit.caller);
    const summary = page.next === undefined
      ? "This is the end."
      : `There is more: read on with offset ${page.next}.`;
    return toToolResult({ structured: page, summary }, parts.config);
  },
};

const EXECUTE_INPUT = toInputSchema(ExecuteInputSchema);
const SEARCH_INPUT = toInputSchema(SearchInputSchema);
const CALL_INPUT = toInputSchema(CallInputSchema);
const READ_INPUT = toInputSchema(ReadInputSchema);

/** All of them, in the order in which they are listed. */
export const OWN_TOOLS: readonly OwnTool[] = Object.freeze([
  execute,
  searchTools,
  callTool,
  readResult,
]);

function countTools(namespaces: Toolbox["namespaces"]): number {
  return namespaces.reduce((sum, { tools }) => sum + tools.length, 0);
}

/** Says the form to whoever names the server and the tool each by itself. */
function assertPath(given: unknown): void {
  const { path, server, tool } = Object(given) as { readonly [member: string]: unknown };
  if (path !== undefined || (server === undefined && tool === undefined)) return;
  const example = [server, tool].every((name) => typeof name === "string" && name.length <= 100)
    ? `${server}.${tool}`
    : "server.tool";
  const message = `call_tool takes server and tool as one: path: ${JSON.stringify(example)}`;
  throw new CodemodeError("INVALID_REQUEST", message, {
    details: { issues: [{ path: "path", message }] },
  });
}

/** A path that nothing is found by, so that the engine says what was probably meant. */
function splitPath(path: string): { readonly server: string; readonly name: string } {
  const bare = path.replace(/^mcp\./, "");
  const dot = bare.indexOf(".");
  if (dot > 0) return { server: bare.slice(0, dot), name: bare.slice(dot + 1) };
  throw new CodemodeError(
    "TOOL_NOT_FOUND",
    `"${path.slice(0, 200)}" is not of the form server.tool`,
  );
}
