/** Calls of tools that are shown under their own names: the same gate, the answer untouched. */

import type { CallToolResult } from "@modelcontextprotocol/server";
import { ProtocolError } from "@modelcontextprotocol/server";
import type { Tool } from "../contract/mod.ts";
import { startCall } from "./call.ts";
import { noLongerAsked } from "./first_shown.ts";
import { askedBy, asProtocolError, relayHooks, roundOf, toRelayed } from "./relay.ts";
import { canAnswer, converse, type Talk, type ToolReply } from "./talk.ts";
import { knowsTasks } from "./tasks.ts";
import { toRefusedResult } from "./tool_result.ts";

/** Calls one. */
export async function callRelayed(
  talk: Talk,
  tool: Tool,
  input: Readonly<Record<string, unknown>>,
): Promise<ToolReply> {
  const { door: { parts }, visit: { caller } } = talk;
  const mayAsk = canAnswer(talk);
  const asked = askedBy(talk);
  if (asked !== undefined && asked.server !== tool.server) throw noLongerAsked();
  const hooks = relayHooks(talk);
  // What may become a task must be able to ask later than its first request; a name means one server.
  const led = knowsTasks(talk) ? {} : { round: roundOf(talk, tool.server, true) };
  return await converse(
    talk,
    () =>
      Promise.resolve(startCall(async ({ ask, signal, onProgress }) => {
        try {
          const call = { server: tool.server, tool: tool.name, input };
          const options = { onProgress, ...hooks, ...led, ...(mayAsk ? { ask } : {}), signal };
          return await toRelayed(
            talk,
            tool.server,
            await parts.engine.relay(call, caller, options),
          ) as CallToolResult;
        } catch (thrown) {
          const error = asProtocolError(thrown);
          if (error instanceof ProtocolError) throw error;
          return toRefusedResult(thrown, parts.logger);
        }
      }, parts)),
  );
}
