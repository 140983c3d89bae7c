/** Tools: the door's own, and those of shown servers. */

import {
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { answered } from "./answered.ts";
import { OWN_TOOLS } from "./own_tools.ts";
import { callRelayed } from "./relayed_tools.ts";
import { shownTools, toListed } from "./shown_servers.ts";
import type { Talk, ToolReply } from "./talk.ts";
import { toRefusedResult, unknownTool } from "./tool_result.ts";

/** Registers the methods. */
export function serveTools(server: Server, talkOf: (ctx: ServerContext) => Talk): void {
  server.setRequestHandler("tools/list", (_request, ctx) =>
    answered(talkOf(ctx), async (talk) => {
      const { door: { parts }, visit } = talk;
      const toolbox = await parts.engine.toolbox(visit.caller);
      return {
        tools: [
          ...OWN_TOOLS.map((tool) => tool.define(toolbox, parts.config)),
          ...shownTools(parts, toolbox).map(toListed),
        ],
      };
    }));
  server.setRequestHandler("tools/call", async ({ params }, ctx) => {
    const talk = talkOf(ctx);
    try {
      return await call(talk, params.name, params.arguments ?? {});
    } catch (thrown) {
      if (thrown instanceof ProtocolError) throw thrown;
      return toRefusedResult(thrown, talk.door.parts.logger);
    }
  });
}

async function call(
  talk: Talk,
  name: string,
  input: Readonly<Record<string, unknown>>,
): Promise<ToolReply> {
  const own = OWN_TOOLS.find((tool) => tool.name === name);
  if (own !== undefined) return await own.run(talk, input);
  const { door: { parts }, visit } = talk;
  if (parts.config.passThrough.length > 0) {
    const toolbox = await parts.engine.toolbox(visit.caller);
    const shown = shownTools(parts, toolbox).find((tool) => tool.name === name);
    if (shown !== undefined) return await callRelayed(talk, shown, input);
  }
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, unknownTool(name).message);
}
