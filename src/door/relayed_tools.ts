/** Calls of tools that are shown under their own names: the same gate, the answer untouched. */

import type { CallToolResult } from "@modelcontextprotocol/server";
import { ProtocolError } from "@modelcontextprotocol/server";
import type { Tool } from "../contract/mod.ts";
import { startCall } from "./call.ts";
import { assertParamHeaders } from "./param_headers.ts";
import { asProtocolError, relayHooks, toRelayed } from "./relay.ts";
import { canAnswer, converse, type Talk, type ToolReply } from "./talk.ts";
import { toRefusedResult } from "./tool_result.ts";

/** Calls one. */
export async function callRelayed(
  talk: Talk,
  tool: Tool,
  input: Readonly<Record<string, unknown>>,
): Promise<ToolReply> {
  const { door: { parts }, visit: { caller, era }, ctx } = talk;
  if (era === "modern") assertParamHeaders(ctx.http?.req?.headers, tool.inputSchema, input);
  let refused: ProtocolError | undefined;
  const mayAsk = canAnswer(talk);
  const reply = await converse(
    talk,
    () =>
      Promise.resolve(startCall(async ({ ask, signal, onProgress }) => {
        try {
          const hooks = { onProgress, ...relayHooks(talk), ...(mayAsk ? { ask } : {}), signal };
          const call = { server: tool.server, tool: tool.name, input };
          const answer = await toRelayed(talk, await parts.engine.relay(call, caller, hooks));
          return answer as CallToolResult;
        } catch (thrown) {
          const error = asProtocolError(thrown);
          if (error instanceof ProtocolError) refused = error;
          return toRefusedResult(thrown, parts.logger);
        }
      }, parts.clock)),
  );
  if (refused !== undefined) throw refused;
  return reply;
}
