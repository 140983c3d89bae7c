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
import { answered } from "./answered.ts";
import { executeDescription } from "./execute_description.ts";
import { firstShown } from "./first_shown.ts";
import { askedBy, relayOptions, roundOf, toRelayed } from "./relay.ts";
import type { Sought } from "../mcp/mod.ts";
import { fromEach } from "./shown_lists.ts";
import type { ShownServer } from "./shown_servers.ts";
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
  server.setRequestHandler(
    "prompts/list",
    (_request, ctx) =>
      answered(talkOf(ctx), async (talk) => {
        const { items, ...hint } = await fromEach(
          talk,
          (one, options) => one.passThrough.listPrompts(options),
        );
        // What servers list is theirs to vouch for; the library checks it on its way out.
        const shown = (items as unknown as readonly Prompt[])
          .filter(({ name }) => name !== WRITE_PROGRAM.name);
        return { prompts: [WRITE_PROGRAM, ...shown], ...hint };
      }),
  );
  server.setRequestHandler(
    "prompts/get",
    ({ params }, ctx) =>
      answered(talkOf(ctx), async (talk) => {
        if (params.name === WRITE_PROGRAM.name) return await writeProgram(talk, params.arguments);
        return await ofShown(talk, { prompt: params.name }, async ({ name, passThrough }) => {
          const options = { ...relayOptions(talk), round: roundOf(talk, name) };
          const given = await passThrough.getPrompt(params.name, params.arguments ?? {}, options);
          return await toRelayed(talk, name, given) as GetPromptResult;
        }, askedBy(talk)?.server);
      }),
  );
  server.setRequestHandler(
    "completion/complete",
    ({ params }, ctx) =>
      answered(talkOf(ctx), async (talk) => {
        if (params.ref.type === "ref/prompt" && params.ref.name === WRITE_PROGRAM.name) {
          return { completion: { values: [] } };
        }
        const { ref } = params;
        const sought = ref.type === "ref/prompt" ? { prompt: ref.name } : { resource: ref.uri };
        return await ofShown(talk, sought, async ({ passThrough }) => {
          // Nobody asks in the middle of a completion.
          const { resultType: _theirs, ...rest } = await passThrough.complete(
            params,
            relayOptions(talk),
          );
          return rest as CompleteResult;
        });
      }),
  );
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

async function ofShown<Answer>(
  talk: Talk,
  sought: Sought,
  ask: (server: ShownServer) => Promise<Answer>,
  asked?: string,
): Promise<Answer> {
  return await firstShown(talk, {
    ask,
    sought,
    asked,
    isUnknown: ({ code }) => NOT_FOUND.has(code),
    none: (refused) =>
      refused ?? new ProtocolError(ProtocolErrorCode.InvalidParams, "There is no such prompt"),
  });
}
