/**
 * What takes long, as tasks of the extension `io.modelcontextprotocol/tasks`: the client gets a number,
 * asks how it goes, answers questions and fetches the result, each with a request of its own.
 */

import {
  type CallToolResult,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
  type Server,
  type ServerContext,
  type StandardSchemaV1,
} from "@modelcontextprotocol/server";
import { toCodemodeError } from "../base/errors.ts";
import { answered } from "./answered.ts";
import type { Conversation } from "./conversation.ts";
import { canPut, readAnswers, toInputRequests } from "./questions.ts";
import { capabilitiesOf, type Talk } from "./talk.ts";

/** The extension. */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

/** How often a client is asked to ask. */
const POLL_INTERVAL_MS = 1000;
/** Of a header that names another thing than the body. */
const HEADER_MISMATCH = -32020;

/** Whether the client of this request takes a task for an answer. */
export function knowsTasks(talk: Pick<Talk, "ctx" | "server" | "visit">): boolean {
  return talk.visit.era === "modern" &&
    capabilitiesOf(talk).extensions?.[TASKS_EXTENSION] !== undefined;
}

/** The answer that says a conversation goes on as a task. */
export function createTask(talk: Talk, conversation: Conversation): CallToolResult {
  return { resultType: "task", content: [], ...describe(talk, conversation) };
}

/** Registers the extension's methods. */
export function serveTasks(server: Server, talkOf: (ctx: ServerContext) => Talk): void {
  server.setRequestHandler(
    "tasks/get",
    { params: TASK_PARAMS },
    (params, ctx) =>
      answered(talkOf(ctx), (talk) => {
        const conversation = find(talk, params);
        refuseUnputtable(talk, conversation);
        const asks = conversation.questions.length === 0
          ? {}
          : { inputRequests: toInputRequests(conversation.questions) };
        return complete({ ...describe(talk, conversation), ...endOf(conversation), ...asks });
      }),
  );
  server.setRequestHandler(
    "tasks/update",
    { params: TASK_PARAMS },
    (params, ctx) =>
      answered(talkOf(ctx), (talk) => {
        const conversation = find(talk, params);
        try {
          for (const [question, answer] of readAnswers(ctx.mcpReq.inputResponses)) {
            conversation.answer(question, answer);
          }
        } catch (thrown) {
          throw invalid(toCodemodeError(thrown).message);
        }
        talk.door.conversations.keep(conversation);
        return complete({});
      }),
  );
  server.setRequestHandler(
    "tasks/cancel",
    { params: TASK_PARAMS },
    (params, ctx) =>
      answered(talkOf(ctx), (talk) => {
        find(talk, params).cancel("The task was cancelled by its caller");
        return complete({});
      }),
  );
}

/** A schema that only reads the one member that counts. */
const TASK_PARAMS: StandardSchemaV1<unknown, { readonly taskId: string }> = Object.freeze({
  "~standard": Object.freeze({
    version: 1 as const,
    vendor: "codemode",
    validate(value: unknown) {
      const { taskId } = Object(value) as { readonly taskId?: unknown };
      if (typeof taskId === "string" && taskId.length <= 200) return { value: { taskId } };
      return { issues: [{ message: "taskId must be a text" }] };
    },
  }),
});

function find(talk: Talk, { taskId }: { readonly taskId: string }): Conversation {
  if (!knowsTasks(talk)) {
    throw new MissingRequiredClientCapabilityError({
      requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } },
    });
  }
  const { conversations } = talk.door;
  const named = talk.ctx.http?.req?.headers.get("mcp-name");
  if (talk.ctx.http !== undefined && named !== taskId) {
    throw new ProtocolError(HEADER_MISMATCH, "The header Mcp-Name does not name the task");
  }
  const conversation = conversations.find(taskId, talk.visit.caller);
  if (conversation === undefined) throw invalid("There is no such task, or not any more");
  conversations.keep(conversation);
  return conversation;
}

/** A question that this client has no way to put is answered for it. */
function refuseUnputtable(talk: Talk, conversation: Conversation): void {
  const capabilities = capabilitiesOf(talk);
  for (const question of conversation.questions) {
    if (!canPut(capabilities, question)) {
      conversation.answer(question.question, { action: "cancel" });
    }
  }
}

function describe({ door }: Talk, conversation: Conversation) {
  return {
    taskId: conversation.id,
    status: statusOf(conversation),
    createdAt: new Date(conversation.createdAt).toISOString(),
    lastUpdatedAt: new Date(conversation.updatedAt).toISOString(),
    ttlMs: door.parts.config.patienceMs,
    pollIntervalMs: POLL_INTERVAL_MS,
  };
}

function statusOf(
  { isCancelled, ending, questions }: Conversation,
): "cancelled" | "completed" | "failed" | "input_required" | "working" {
  if (isCancelled) return "cancelled";
  if (ending !== undefined) return "result" in ending ? "completed" : "failed";
  return questions.length > 0 ? "input_required" : "working";
}

function endOf({ isCancelled, ending }: Conversation) {
  if (ending === undefined || isCancelled) return {};
  if ("result" in ending) return { result: ending.result };
  const { code, message, data } = ending.error;
  return { error: { code, message, ...(data === undefined ? {} : { data }) } };
}

function complete(members: Readonly<Record<string, unknown>>): Result {
  return { resultType: "complete", ...members };
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
