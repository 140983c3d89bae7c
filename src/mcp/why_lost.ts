/** Why a conversation with a server ended, in words of our own. */

import { SdkError, SdkErrorCode, type Transport } from "@modelcontextprotocol/client";
import { ServerFailure } from "./server_failure.ts";
import { StdioTransport } from "./stdio_transport.ts";
import { WebSocketTransport } from "./websocket_transport.ts";

/**
 * What a transport knows of its end.
 *
 * SAFETY: the library is not asked, because what it says of a stray answer is that answer, whosesoever
 * it is (test/integration/mcp/websocket_end_test.ts).
 */
export function closeReasonOf(transport: Transport): string | undefined {
  const knows = transport instanceof StdioTransport || transport instanceof WebSocketTransport;
  return knows ? transport.closeReason : undefined;
}

/** An error of a conversation that ended for a known reason: the client knows only that it did. */
export function explained(error: unknown, reason: string | undefined): unknown {
  if (reason === undefined) return error;
  const code = error instanceof SdkError ? error.code : SdkErrorCode.ConnectionClosed;
  const told = reason.replace(/^it/, "The server");
  return new SdkError(code, told, undefined, { cause: new ServerFailure(told, { cause: error }) });
}
