/** Why a server cannot be connected to or does not answer: what all may be told, and what the log is. */

import { ProtocolError, SdkHttpError } from "@modelcontextprotocol/client";
import { CodemodeError } from "../base/errors.ts";
import { AddressRefused } from "../base/network.ts";
import { isUnsent, unavailableReason } from "./call_failure.ts";
import { saidOfCauses } from "./said_of_causes.ts";
import { ServerFailure } from "./server_failure.ts";

const MAX_CAUSES = 5;
/** Characters of a line for the log. */
const MAX_LINE = 500;
const ADDRESS = /\b(?:https?|wss?):\/\/[^\s"')]+/g;

/**
 * The reason in words of our own.
 *
 * SAFETY: everybody who wants the server is told it, so nothing the library, the platform or the server
 * says is in it: it holds paths and addresses of the operator, or quotes headers
 * (test/unit/mcp/connect_failure_test.ts).
 */
export function connectFailure(thrown: unknown): string {
  let error = thrown;
  for (let depth = 0; depth < MAX_CAUSES && error instanceof Error; depth += 1) {
    const reason = reasonOf(error);
    if (reason !== undefined) return reason;
    error = error.cause;
  }
  return isUnsent(thrown) ? "Its address cannot be reached" : "The connection to it failed";
}

/** What was thrown, with its causes, as a bounded line; of addresses only the host is left. */
export function connectFailureCause(thrown: unknown): string {
  const said = saidOfCauses(thrown);
  const told = said.filter((text, index) =>
    !said.slice(0, index).some((one) => one.includes(text))
  );
  return told.join(": ").replaceAll(ADDRESS, originOf).slice(0, MAX_LINE);
}

function reasonOf(error: Error): string | undefined {
  if (error instanceof ServerFailure || error instanceof AddressRefused) return error.message;
  if (error instanceof CodemodeError) return unavailableReason(error);
  if (error instanceof SdkHttpError) return `It answered with HTTP status ${error.status}`;
  if (error instanceof ProtocolError) return `It answered with error ${error.code}`;
  return undefined;
}

function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : "(an address)";
}
