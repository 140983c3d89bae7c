/**
 * The transport of one session, in which an id names one request at a time: the library sends an answer
 * where the newest request of its id waits, and leaves the others without one.
 */

import {
  type HandleRequestOptions,
  type JSONRPCMessage,
  ProtocolErrorCode,
  type RequestId,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";

/** What a message may be, before anybody has looked at it. */
interface Unchecked {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/** The transport of a session. */
export class SessionTransport extends WebStandardStreamableHTTPServerTransport {
  /** Requests that were not answered yet, also those whose sender has gone. */
  readonly #underWay = new Set<RequestId>();

  override async handleRequest(
    request: Request,
    options?: HandleRequestOptions,
  ): Promise<Response> {
    const message = Object(options?.parsedBody) as Unchecked;
    const id = idOf(message);
    if (id === undefined) {
      const response = await super.handleRequest(request, options);
      this.#forgetCancelled(message);
      return response;
    }
    // SAFETY: one answer must not reach another request (test/unit/door: session_transport).
    if (this.#underWay.has(id)) return alreadyUnderWay(id);
    this.#underWay.add(id);
    const response = await super.handleRequest(request, options);
    // Whatever is not a stream is a refusal, and nothing was begun.
    if (!isStream(response)) this.#underWay.delete(id);
    return response;
  }

  override async send(
    message: JSONRPCMessage,
    options?: { relatedRequestId?: RequestId },
  ): Promise<void> {
    try {
      await super.send(message, options);
    } finally {
      if (!("method" in message) && message.id !== undefined) this.#underWay.delete(message.id);
    }
  }

  /** A request that was cancelled is not answered; what waits for its answer is let go. */
  #forgetCancelled({ method, params }: Unchecked): void {
    if (method !== "notifications/cancelled") return;
    const { requestId } = Object(params) as { readonly requestId?: unknown };
    if (!isRequestId(requestId) || !this.#underWay.delete(requestId)) return;
    this.closeSSEStream(requestId);
  }
}

/** The id of a request; none of an answer or a notice. */
function idOf({ id, method }: Unchecked): RequestId | undefined {
  return typeof method === "string" && isRequestId(id) ? id : undefined;
}

function isRequestId(id: unknown): id is RequestId {
  return typeof id === "string" || typeof id === "number";
}

function isStream({ ok, headers }: Response): boolean {
  return ok && headers.get("content-type")?.startsWith("text/event-stream") === true;
}

function alreadyUnderWay(id: RequestId): Response {
  const message = "A request of this id is under way in this session";
  const error = { code: ProtocolErrorCode.InvalidRequest, message };
  return Response.json({ jsonrpc: "2.0", id, error }, { status: 400 });
}
