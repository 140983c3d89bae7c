/** The one message of a POST, read and parsed once; what is none is refused in the protocol's words. */

import { isJsonContentType, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { readBounded, TooManyBytes } from "../base/bounded_bytes.ts";
import { CodemodeError } from "../base/errors.ts";
import { findExcess } from "../base/json_extent.ts";

/** The message as JSON, or the answer to what is none. */
export type ReadMessage = { readonly message: unknown } | { readonly refusal: Response };

/** Of what the transport, not the protocol, is at odds with. */
const TRANSPORT_ERROR = -32000;

/** Reads it; the body of the request is used up then. Never rejects. */
export async function readMessage(request: Request, maxBodyBytes: number): Promise<ReadMessage> {
  if (!isJsonContentType(request.headers.get("content-type"))) {
    return refuse(415, TRANSPORT_ERROR, "The content-type must be application/json");
  }
  let message: unknown;
  try {
    if (Number(request.headers.get("content-length")) > maxBodyBytes) throw new TooManyBytes();
    const bytes = await readBounded(request.body, maxBodyBytes);
    const text = new TextDecoder().decode(bytes);
    const excess = findExcess(text);
    if (excess !== undefined) {
      return refuse(413, TRANSPORT_ERROR, `The body is too much: ${excess.reason}`);
    }
    message = JSON.parse(text);
  } catch (error) {
    if (error instanceof TooManyBytes) {
      return refuse(413, TRANSPORT_ERROR, `The body is larger than ${maxBodyBytes} bytes`);
    }
    // What the listener found wrong with it.
    if (error instanceof CodemodeError) {
      return refuse(error.meaning.status, TRANSPORT_ERROR, error.message);
    }
    return refuse(400, ProtocolErrorCode.ParseError, "The body is not one complete JSON text");
  }
  // SAFETY: one request would be as many as there are in the list, and count as one where requests are
  // counted (test/unit/door: read_message).
  if (Array.isArray(message)) {
    return refuse(
      400,
      ProtocolErrorCode.InvalidRequest,
      "A request carries one message: there are no batches since the revision 2025-06-18",
    );
  }
  return { message };
}

function refuse(status: number, code: number, message: string): ReadMessage {
  const error = { code, message };
  return { refusal: Response.json({ jsonrpc: "2.0", id: null, error }, { status }) };
}
