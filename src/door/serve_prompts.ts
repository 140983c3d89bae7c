/** Prompts: one of ours that sets an agent to work, and those of shown servers; and their completions. */

import {
  type CompleteResult,
  type GetPromptResult,
  type Prompt,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { executeDescription } from "./execute_description.ts";
import { asProtocolError, relayHooks, toRelayed } from "./relay.ts";
import { fromEach } from "./serve_resources.ts";
import { shownServers } from "./shown_servers.ts";
import type { Talk } from "./talk.ts";

const WRITE_PROGRAM: Prompt = {
  name: "write-program",
  title: "Write a program",
  description: "Reach a goal with one program instead of many calls",
  arguments: [{ name: "goal", description: "What is to be reached", required: true }],
};

/** Numbers by which servers say that they have no such prompt. */
const NOT_FOUND: ReadonlySet<number> = new Set([-32602, -32601]);

/** Registers the methods. */
export function servePrompts(server: Server, talkOf: (ctx: ServerContext) => Talk): void {
  server.setRequestHandler("prompts/list", async (_request, ctx) => {
    // What servers list is theirs to vouch for; the library checks it on its way out.
    const shown = await fromEach(
      talkOf(ctx),
      (one, options) => one.passThrough.listPrompts(options),
    ) as unknown as readonly Prompt[];
    return { prompts: [WRITE_PROGRAM, ...shown.filter(({ name }) => name !== WRITE_PROGRAM.name)] };
  });
  server.setRequestHandler("prompts/get", async ({ params }, ctx) => {
    const talk = talkOf(ctx);
    if (params.name === WRITE_PROGRAM.name) return await writeProgram(talk, params.arguments);
    return await fromShown(talk, async ({ passThrough }, options) => {
      const given = await passThrough.getPrompt(params.name, params.arguments ?? {}, options);
      return await toRelayed(talk, given) as GetPromptResult;
    });
  });
  server.setRequestHandler("completion/complete", async ({ params }, ctx) => {
    const talk = talkOf(ctx);
    if (params.ref.type === "ref/prompt" && params.ref.name === WRITE_PROGRAM.name) {
      return { completion: { values: [] } };
    }
    return await fromShown(
      talk,
      async ({ passThrough }, options) =>
        await toRelayed(talk, await passThrough.complete(params, options)) as CompleteResult,
    );
  });
}

async function writeProgram(
  { door: { parts }, visit }: Talk,
  given: Readonly<Record<string, string>> | undefined,
): Promise<GetPromptResult> {
  const goal = given?.["goal"];
  if (goal === undefined) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The argument "goal" is missing');
  }
  const toolbox = await parts.engine.toolbox(visit.caller);
  const how = executeDescription(toolbox, parts.config.declarationTokens);
  const text = `${goal}\n\nReach this with one program for the tool execute.\n\n${how}`;
  return { messages: [{ role: "user", content: { type: "text", text } }] };
}

/** The first shown server that knows what is asked for answers. */
async function fromShown<Answer>(
  talk: Talk,
  ask: (
    server: ReturnType<typeof shownServers>[number],
    options: ReturnType<typeof optionsOf>,
  ) => Promise<Answer>,
): Promise<Answer> {
  const { door: { parts }, visit } = talk;
  let refused: ProtocolError | undefined;
  for (const server of shownServers(parts, visit)) {
    try {
      return await ask(server, optionsOf(talk));
    } catch (thrown) {
      const error = asProtocolError(thrown);
      if (!(error instanceof ProtocolError) || !NOT_FOUND.has(error.code)) throw error;
      refused ??= error;
    }
  }
  throw refused ?? new ProtocolError(ProtocolErrorCode.InvalidParams, "There is no such prompt");
}

function optionsOf(talk: Talk) {
  return {
    ...relayHooks(talk),
    signal: talk.ctx.mcpReq.signal,
    principal: talk.visit.caller.id,
  };
}
