/** One request of a tool: whose it is, how it is heard of, and how far what it began comes within it. */

import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  inputRequired,
  type InputRequiredResult,
  type LoggingLevel,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { toCodemodeError } from "../base/errors.ts";
import type { OpenQuestion } from "../contract/mod.ts";
import { type AttendOptions, Conversation, type Stop, type Subject } from "./conversation.ts";
import type { Door, WaitingState } from "./door.ts";
import type { Visit } from "./door_parts.ts";
import { PutQuestions } from "./put_questions.ts";
import { canPut, readAnswers, toInputRequests } from "./questions.ts";
import { createTask, knowsTasks } from "./tasks.ts";
import { createTeller } from "./teller.ts";

/** One request. */
export interface Talk {
  readonly door: Door;
  readonly visit: Visit;
  readonly server: Server;
  readonly ctx: ServerContext;
  /** Whether the client has asked for logs of that level. */
  readonly mayLog: (level: LoggingLevel) => boolean;
}

/** What a tool's request is answered with. */
export type ToolReply = CallToolResult | InputRequiredResult;

/** What the client of this request can do. */
export function capabilitiesOf({ ctx, server }: Pick<Talk, "ctx" | "server">): ClientCapabilities {
  const envelope: Readonly<Record<string, unknown>> = ctx.mcpReq.envelope ?? {};
  const told = envelope[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
  return told ?? server.getClientCapabilities() ?? {};
}

/** Whether the client of this request can be asked anything. */
export function canAnswer(talk: Talk): boolean {
  return capabilitiesOf(talk).elicitation !== undefined;
}

/** Begins what `begin` makes, or goes on with what waited for this request. */
export async function converse(talk: Talk, begin: () => Promise<Subject>): Promise<ToolReply> {
  const { caller, era } = talk.visit;
  const conversation = resumed(talk) ??
    new Conversation(await begin(), caller, talk.door.parts.clock);
  return era === "legacy"
    ? await askInline(talk, conversation)
    : await untilStop(talk, conversation);
}

/** The conversation whose state came back, with the answers that came along. */
function resumed({ door, visit, ctx }: Talk): Conversation | undefined {
  const state = ctx.mcpReq.requestState<WaitingState>();
  if (state?.conversation === undefined) return undefined;
  const conversation = door.conversations.find(state.conversation, visit.caller);
  if (conversation === undefined) {
    const message = "What waited for these answers has ended";
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  }
  try {
    for (const [question, answer] of readAnswers(ctx.mcpReq.inputResponses)) {
      conversation.answer(question, answer);
    }
  } catch (thrown) {
    const { message } = toCodemodeError(thrown);
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  }
  door.conversations.keep(conversation);
  return conversation;
}

/** The newest revision: whoever is asked answers with a request of its own. */
async function untilStop(talk: Talk, conversation: Conversation): Promise<ToolReply> {
  const { conversations } = talk.door;
  using leave = whenLong(talk);
  using _here = conversations.attended(conversation.id);
  const stop = await attend(talk, conversation, { leave: leave.signal, isHeard: true });
  if (stop.kind === "ended") {
    conversations.release(conversation.id);
    return stop.result;
  }
  // SAFETY: looked at and taken at once, so that no number of requests at the same time gets past the
  // bound (test/unit/door: talk).
  if (conversations.keep(conversation)) return await toStopped(talk, conversation, stop);
  // What cannot be kept asks nobody, and ends within this request.
  const end = await attend(talk, conversation, { isHeard: false });
  return end.kind === "ended" ? end.result : await conversation.end;
}

/** Aborts when it is time for a task, where the client knows tasks. */
function whenLong(talk: Talk): Disposable & { readonly signal: AbortSignal } {
  const { parts: { clock, config } } = talk.door;
  const leave = new AbortController();
  const timer = knowsTasks(talk)
    ? clock.after(config.taskAfterMs, () => leave.abort())
    : { [Symbol.dispose]() {} };
  return { signal: leave.signal, [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

async function toStopped(
  talk: Talk,
  conversation: Conversation,
  stop: Exclude<Stop, { readonly kind: "ended" }>,
): Promise<ToolReply> {
  if (stop.kind === "goes on") return createTask(talk, conversation);
  return inputRequired({
    inputRequests: toInputRequests(stop.questions),
    requestState: await talk.door.states.mint({ conversation: conversation.id }, talk.ctx),
  });
}

/** The older revision: whoever is asked is asked now, while the rest goes on. */
async function askInline(talk: Talk, conversation: Conversation): Promise<CallToolResult> {
  using asked = new PutQuestions(talk.ctx, conversation, talk.door.parts.logger);
  const onQuestions = (open: readonly OpenQuestion[]) => asked.put(open);
  const stop = await attend(talk, conversation, { onQuestions, isHeard: true });
  return stop.kind === "ended" ? stop.result : await conversation.end;
}

function attend(
  talk: Talk,
  conversation: Conversation,
  { isHeard, ...options }: Pick<AttendOptions, "leave" | "onQuestions"> & {
    readonly isHeard: boolean;
  },
): Promise<Stop> {
  const capabilities = capabilitiesOf(talk);
  return conversation.attend({
    signal: talk.ctx.mcpReq.signal,
    ...options,
    onEvent: createTeller(talk.ctx, talk.mayLog),
    canAsk: (question) => isHeard && canPut(capabilities, question),
  });
}
