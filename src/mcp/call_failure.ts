/** What went wrong with a call: the client's and the network's errors in the house's terms. */

import {
  InsufficientScopeError,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
} from "@modelcontextprotocol/client";
import { CodemodeError } from "../base/errors.ts";
import { BROKEN_ANSWER, ENDLESS_ANSWER } from "./answer_in_place.ts";
import { isForgotten } from "./forgotten_session.ts";
import { loginRequiredOf } from "./login_required.ts";
import { namesNoTool } from "./names_no_tool.ts";
import { EXCESS_ERROR, NO_ANSWER } from "./read_message.ts";
import { saidOfCauses } from "./said_of_causes.ts";

/** A failed call. `sessionLost`: nothing more can be asked. `unsent`: the tool has certainly not run. */
export interface CallFailure {
  readonly error: CodemodeError;
  readonly sessionLost: boolean;
  readonly unsent: boolean;
}

/** What is known of the conversation that a call failed in. */
interface Conversation {
  /** What of the server's doing broke it. */
  readonly brokenBy?: string | undefined;
  /** Whether the server has given it an id, without which there is nothing to forget. */
  readonly hasId?: boolean;
  /** Whether the server was removed, which ends what was under way. */
  readonly isRemoved?: boolean;
}

/** What transports and platforms say when nothing was sent: there was no connection to send it over. */
const UNSENT = new RegExp(
  [
    "its process has ended|is not open|not connected|connection refused|client error \\(Connect\\)",
    "ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT",
  ].join("|"),
  "i",
);
/** Characters of a reason that others are told. */
const MAX_REASON = 500;
/** What the client puts before the message of an error. */
const CODE = /^MCP error -?\d+: /;

/** What the client throws that is not connected: whatever it was asked for has not been sent. */
export function notConnected(): SdkError {
  return new SdkError(SdkErrorCode.NotConnected, "Not connected");
}

/** Reads an error of `Session.call`; timeouts and cancels are the caller's business. */
export function readCallFailure(
  server: string,
  tool: string,
  thrown: unknown,
  { brokenBy: broken, hasId = false, isRemoved = false }: Conversation = {},
): CallFailure {
  const login = loginRequiredOf(thrown);
  if (login) return { error: login, sessionLost: !("scope" in login.details), unsent: true };
  if (thrown instanceof InsufficientScopeError) return ungranted(server, tool, thrown);
  if (thrown instanceof Error && isBadAnswer(thrown)) return unreadable(server, tool, thrown);
  if (thrown instanceof ProtocolError && thrown.code === BROKEN_ANSWER) {
    return lostAlone(server, tool, thrown);
  }
  if (thrown instanceof ProtocolError) {
    return thrown.code === EXCESS_ERROR || thrown.code === ENDLESS_ANSWER
      ? tooMuch(server, tool, thrown)
      : refused(server, tool, thrown);
  }
  if (thrown instanceof SdkHttpError) return overHttp(server, tool, thrown, hasId);
  const unsent = isUnsent(thrown);
  // What a `fetch` throws is about one connection, which no other call has.
  if (thrown instanceof TypeError && !unsent) return lostAlone(server, tool, thrown);
  return unavailable(server, tool, thrown, { unsent, broken, isRemoved });
}

/** Whether nothing was sent, by what was thrown: there was nothing to send it over. */
export function isUnsent(thrown: unknown): boolean {
  return saidOfCauses(thrown).some((text) => UNSENT.test(text));
}

/** What follows a colon in the message of {@link serverUnavailable}; of other failures the message; bounded. */
export function unavailableReason({ message, details }: CodemodeError): string {
  const prefix = unavailableMessage(String(details["server"]), "");
  const reason = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return reason.slice(0, MAX_REASON);
}

/** The failure of a call whose server is not there. */
export function serverUnavailable(
  server: string,
  options: {
    tool?: string;
    reason?: string | undefined;
    mayHaveTakenEffect: boolean;
    cause?: unknown;
  },
): CodemodeError {
  const { tool, reason, mayHaveTakenEffect, cause } = options;
  return new CodemodeError(
    "MCP_SERVER_UNAVAILABLE",
    unavailableMessage(server, reason),
    {
      details: {
        server,
        ...(tool === undefined ? {} : { tool }),
        mayHaveTakenEffect,
      },
      cause,
    },
  );
}

function unavailableMessage(server: string, reason: string | undefined): string {
  const because = reason === undefined ? "" : `: ${reason}`;
  return `The MCP server "${server}" is not available${because}`;
}

function unavailable(
  server: string,
  tool: string,
  cause: unknown,
  { unsent, broken, isRemoved = false }:
    & Pick<Conversation, "isRemoved">
    & { readonly unsent: boolean; readonly broken?: string | undefined },
): CallFailure {
  const how = isRemoved ? "it was removed during the call" : "it was lost during the call";
  const lost = broken === undefined ? how : `${how}, ${broken}`;
  const reason = unsent ? "the call did not reach it" : lost;
  const options = { tool, reason, mayHaveTakenEffect: !unsent, cause };
  return { error: serverUnavailable(server, options), sessionLost: true, unsent };
}

/** The call was lost, and all that goes on in the same conversation goes on. */
function lostAlone(server: string, tool: string, cause: Error): CallFailure {
  return { ...unavailable(server, tool, cause, { unsent: false }), sessionLost: false };
}

/** The answer came, and nobody looked into it. */
function tooMuch(server: string, tool: string, cause: ProtocolError): CallFailure {
  const reason = cause.message.replace(CODE, "");
  const message = `Invalid output of ${server}.${tool}: ${reason}`;
  const error = new CodemodeError("TOOL_OUTPUT_INVALID", message, {
    details: { server, tool, reason },
    cause,
  });
  return { error, sessionLost: false, unsent: false };
}

function refused(server: string, tool: string, cause: ProtocolError): CallFailure {
  const message = cause.message.replace(CODE, "");
  const isUnknown = namesNoTool(tool, cause);
  const error = isUnknown
    ? new CodemodeError("TOOL_NOT_FOUND", `The server "${server}" has no tool "${tool}"`, {
      details: { server, tool },
      cause,
    })
    : new CodemodeError("MCP_TOOL_ERROR", message, {
      details: { server, tool, message, errorCode: cause.code },
      cause,
    });
  return { error, sessionLost: false, unsent: isUnknown };
}

/** The server still asks for more after it was asked for. */
function ungranted(server: string, tool: string, cause: InsufficientScopeError): CallFailure {
  const reason = `it wants a scope that was not granted: ${cause.requiredScope ?? "unnamed"}`;
  const error = serverUnavailable(server, { tool, reason, mayHaveTakenEffect: false, cause });
  return { error, sessionLost: false, unsent: true };
}

function overHttp(
  server: string,
  tool: string,
  cause: SdkHttpError,
  hasId: boolean,
): CallFailure {
  // A token that was renewed for this call is refused: the next connect finds out what that means.
  if (cause.code === SdkErrorCode.ClientHttpAuthentication) {
    return unavailable(server, tool, cause, { unsent: true });
  }
  if (hasId && isForgotten(cause)) return unavailable(server, tool, cause, { unsent: true });
  const reason = `it answered with HTTP status ${cause.status}`;
  const mayHaveTakenEffect = cause.status >= 500;
  const error = serverUnavailable(server, { tool, reason, mayHaveTakenEffect, cause });
  return { error, sessionLost: false, unsent: false };
}

function unreadable(server: string, tool: string, cause: Error): CallFailure {
  const message = `The server "${server}" gave an answer to "${tool}" that cannot be read`;
  const error = new CodemodeError("TOOL_OUTPUT_INVALID", message, {
    details: { server, tool, reason: cause.message.slice(0, 500) },
    cause,
  });
  return { error, sessionLost: false, unsent: false };
}

function isBadAnswer(error: Error): boolean {
  if (error instanceof ProtocolError) return error.code === NO_ANSWER;
  if (!(error instanceof SdkError)) return false;
  return error.code === SdkErrorCode.InvalidResult ||
    error.code === SdkErrorCode.UnsupportedResultType ||
    error.code === SdkErrorCode.ClientHttpUnexpectedContent;
}
