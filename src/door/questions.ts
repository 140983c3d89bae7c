/** Questions of servers in the words of the protocol, both ways. */

import {
  type ClientCapabilities,
  type ElicitRequestFormParams,
  type ElicitRequestURLParams,
  type InputRequests,
  inputRequired,
  inputResponse,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { newId } from "../base/ids.ts";
import { type OpenQuestion, type QuestionAnswer, QuestionAnswerSchema } from "../contract/mod.ts";

/** Whether a client can put a question to its person. */
export function canPut(
  { elicitation }: ClientCapabilities,
  { mode }: Pick<OpenQuestion, "mode">,
): boolean {
  if (elicitation === undefined) return false;
  if (mode === "url") return elicitation.url !== undefined;
  // Who names no mode means forms, as before there were others.
  return elicitation.form !== undefined || elicitation.url === undefined;
}

/** The questions as requests inside a result. */
export function toInputRequests(questions: readonly OpenQuestion[]): InputRequests {
  return Object.fromEntries(questions.map((question) => [
    question.question,
    question.mode === "url"
      ? inputRequired.elicitUrl(urlParams(question))
      : inputRequired.elicit(formParams(question)),
  ]));
}

/** The answers a request brought, by question. */
export function readAnswers(
  responses: ServerContext["mcpReq"]["inputResponses"],
): [string, QuestionAnswer][] {
  return Object.keys(responses ?? {}).flatMap((name): [string, QuestionAnswer][] => {
    const view = inputResponse(responses, name);
    if (view.kind !== "elicit") return [];
    return [[name, toAnswer(view)]];
  });
}

/**
 * Asks by a request to the client, beside the answer to its own; `cancel` when it gives no usable
 * answer. `settled` takes the request back.
 */
export async function elicit(
  { mcpReq }: ServerContext,
  question: OpenQuestion,
  settled: AbortSignal,
): Promise<QuestionAnswer> {
  const params = question.mode === "url"
    ? { mode: "url" as const, elicitationId: newId("elicit"), ...urlParams(question) }
    : formParams(question);
  const signal = AbortSignal.any([mcpReq.signal, settled]);
  const options = { signal, relatedRequestId: mcpReq.id, timeout: NO_TIMEOUT_MS };
  try {
    return toAnswer(await mcpReq.elicitInput(params, options));
  } catch {
    return { action: "cancel" };
  }
}

/** Whoever keeps the question ends it, not the protocol's timer. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

function toAnswer(
  { action, content }: { readonly action: QuestionAnswer["action"]; readonly content?: unknown },
): QuestionAnswer {
  const parsed = QuestionAnswerSchema.safeParse(
    action === "accept" && content !== undefined ? { action, content } : { action },
  );
  return parsed.success ? parsed.data : { action: "cancel" };
}

function formParams({ server, message, requestedSchema }: OpenQuestion): ElicitRequestFormParams {
  return {
    mode: "form",
    message: attributed(server, message),
    requestedSchema:
      (requestedSchema ?? { type: "object", properties: {} }) as ElicitRequestFormParams[
        "requestedSchema"
      ],
  };
}

function urlParams(
  { server, message, url = "" }: OpenQuestion,
): Omit<ElicitRequestURLParams, "mode" | "elicitationId"> {
  return { message: attributed(server, message), url };
}

/** Whose words they are: the client knows only us. */
function attributed(server: string, message: string): string {
  return `${server}: ${message}`;
}
