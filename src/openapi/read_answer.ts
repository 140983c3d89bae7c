/** From what an API answers to the value guest code gets, without the host's secrets. Pure. */

import { Buffer } from "node:buffer";
import { CodemodeError } from "../base/errors.ts";
import { findExcess } from "../base/json_extent.ts";
import { MAX_JSON_DEPTH, nestsDeeper } from "./json_depth.ts";
import type { Operation } from "./operation.ts";
import type { SecretScreen } from "./secret_screen.ts";
import type { ApiAnswer } from "./send_request.ts";

/** The value of an answer; `isStructured`: it is meant to match the operation's output schema. */
export interface ReadAnswer {
  readonly value: unknown;
  readonly isStructured: boolean;
}

/** Characters of a failed answer's body that its error has. */
const MAX_EXCERPT = 2_000;
/** Characters of the message a failed answer's body is shown in. */
const MAX_TOLD = 300;

/**
 * JSON as its value, an image or a sound as the content block that MCP tools give, other text as text,
 * other bytes as they are, `null` where there is nothing. Throws
 * `MCP_TOOL_ERROR` with `details.status` and `details.body` for a status that is no success.
 */
export function readAnswer(
  operation: Pick<Operation, "describedStatuses">,
  answer: ApiAnswer,
  screen: SecretScreen,
): ReadAnswer {
  const { status } = answer;
  if (status < 200 || status > 299) throw failed(answer, screen);
  const { describedStatuses: described } = operation;
  const isDescribed = described.has(String(status)) || described.has("2XX");
  if (answer.body.length === 0) return { value: null, isStructured: false };
  // SAFETY: an API may repeat what it was sent; the host's proofs reach no guest (test/integration/openapi).
  if (isJson(answer)) {
    return { value: screen.hide(readJson(answer)), isStructured: isDescribed };
  }
  const text = isText(answer) ? decode(answer.body) : undefined;
  const value = screen.hide(text ?? answer.body);
  return { value: toMedia(value, answer) ?? value, isStructured: false };
}

function isJson({ contentType }: ApiAnswer): boolean {
  return /^[\w.-]+\/(?:[\w.+-]+\+)?json\b/.test(contentType);
}

/** Bytes that can be shown, with what they are; in this form a caller is given them as what they are. */
function toMedia(value: unknown, { contentType }: ApiAnswer): unknown {
  const [, mimeType, type] = /^((image|audio)\/[\w.+-]+)/.exec(contentType) ?? [];
  if (!(value instanceof Uint8Array) || mimeType === undefined) return undefined;
  return { type, data: Buffer.from(value).toString("base64"), mimeType };
}

function isText({ contentType }: ApiAnswer): boolean {
  return contentType === "" || /^text\//.test(contentType) || /charset=|[/+](?:xml|yaml)\b/.test(
    contentType,
  ) || /^application\/(?:x-www-form-urlencoded|javascript|x-ndjson)\b/.test(contentType);
}

function readJson({ body, status }: ApiAnswer): unknown {
  if (nestsDeeper(body)) {
    throw new CodemodeError(
      "TOOL_OUTPUT_INVALID",
      `The API's JSON nests deeper than ${MAX_JSON_DEPTH} levels`,
      { details: { status } },
    );
  }
  const text = new TextDecoder().decode(body);
  const excess = findExcess(text);
  if (excess !== undefined) {
    const details = { status, limit: excess.limit, unit: excess.kind };
    const message = `The API's JSON cannot be taken: ${excess.reason}`;
    throw new CodemodeError("TOOL_OUTPUT_INVALID", message, { details });
  }
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says quotes the text, and so perhaps a secret.
    throw new CodemodeError("TOOL_OUTPUT_INVALID", "The API's JSON cannot be parsed", {
      details: { status },
    });
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function failed(answer: ApiAnswer, screen: SecretScreen): CodemodeError {
  const { status } = answer;
  const text = isJson(answer) || isText(answer) ? decode(answer.body) ?? "" : "";
  // Whole secrets are hidden before the text is cut, so that no part of one is left.
  const shown = screen.hideText(text).slice(0, MAX_EXCERPT);
  const line = shown.replaceAll(/\s+/g, " ").trim().slice(0, MAX_TOLD);
  const message = `The API answered with status ${status}${line === "" ? "" : `: ${line}`}`;
  return new CodemodeError("MCP_TOOL_ERROR", message, {
    details: { status, body: toBody(answer, shown), message },
  });
}

function toBody(answer: ApiAnswer, shown: string): unknown {
  // What was cut is no JSON any more, and what was not is small.
  if (!isJson(answer)) return shown;
  try {
    return JSON.parse(shown);
  } catch {
    return shown;
  }
}
