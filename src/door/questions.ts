/** Questions of servers in the words of the protocol, both ways. */

import {
  type ClientCapabilities,
  type ElicitRequestFormParams,
  type ElicitRequestURLParams,
  type InputRequests,
  inputRequired,
  inputResponse,
  type ServerContext,
  type StandardSchemaV1,
} from "@modelcontextprotocol/server";
import { CodemodeError } from "../base/errors.ts";
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

/** The answers a request brought, by question; throws `INVALID_REQUEST` where one cannot be read. */
export function readAnswers(
  responses: ServerContext["mcpReq"]["inputResponses"],
): [string, QuestionAnswer][] {
  return Object.keys(responses ?? {}).flatMap((name): [string, QuestionAnswer][] => {
    const view = inputResponse(responses, name);
    if (view.kind !== "elicit") return [];
    return [[name, readAnswer(view)]];
  });
}

/** A question as it is put beside the answer to a request. */
export interface Elicitation {
  readonly question: OpenQuestion;
  /** Takes the request back. */
  readonly settled: AbortSignal;
  /** What was wrong with the answer before. @default there was none */
  readonly issue?: string | undefined;
}

/**
 * Asks by a request to the client, beside the answer to its own; `cancel` when it cannot ask, or is
 * gone. What it answers is read here and not by the library, which would compile the form of a stranger;
 * throws `INVALID_REQUEST` where it cannot be read.
 */
export async function elicit(
  { mcpReq }: ServerContext,
  { question, settled, issue }: Elicitation,
): Promise<QuestionAnswer> {
  const params = question.mode === "url"
    ? { mode: "url" as const, elicitationId: newId("elicit"), ...urlParams(question) }
    : formParams(question);
  const message = issue === undefined ? params.message : `${issue}\n${params.message}`;
  const signal = AbortSignal.any([mcpReq.signal, settled]);
  const options = { signal, relatedRequestId: mcpReq.id, timeout: NO_TIMEOUT_MS };
  const request = { method: "elicitation/create", params: { ...params, message } };
  let told: unknown;
  try {
    told = await mcpReq.send(request, UNREAD, options);
  } catch {
    return { action: "cancel" };
  }
  return readAnswer(told);
}

/** Whoever keeps the question ends it, not the protocol's timer. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** A schema that leaves the reading to others. */
const UNREAD: StandardSchemaV1<unknown, unknown> = Object.freeze({
  "~standard": Object.freeze({
    version: 1 as const,
    vendor: "codemode",
    validate: (value: unknown) => ({ value }),
  }),
});

function readAnswer(told: unknown): QuestionAnswer {
  const { action, content } = Object(told) as { readonly [member: string]: unknown };
  const parsed = QuestionAnswerSchema.safeParse(
    action === "accept" && content !== undefined ? { action, content } : { action },
  );
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join(".").slice(0, MAX_PATH);
  throw new CodemodeError(
    "INVALID_REQUEST",
    `The answer does not fit its question: ${path} is not what an answer has there`,
  );
}

const MAX_PATH = 200;

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
