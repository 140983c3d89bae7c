/**
 * The transport of one session. In it an id names one request at a time: the library sends an answer
 * where the newest request of its id waits, and leaves the others without one. A stream that was lost is
 * taken up again where it was, and what nobody comes back for is ended.
 */

import {
  type HandleRequestOptions,
  type JSONRPCMessage,
  ProtocolErrorCode,
  type RequestId,
  WebStandardStreamableHTTPServerTransport,
  type WebStandardStreamableHTTPServerTransportOptions,
} from "@modelcontextprotocol/server";
import { SentMessages } from "./sent_messages.ts";

/** What a message may be, before anybody has looked at it. */
interface Unchecked {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

const LEFT = "Nobody came back for the answer";

/** The transport of a session. */
export class SessionTransport extends WebStandardStreamableHTTPServerTransport {
  /** Requests that were not answered yet, also those whose sender has gone. */
  readonly #underWay = new Set<RequestId>();
  readonly #sent: SentMessages;

  constructor(options: Omit<WebStandardStreamableHTTPServerTransportOptions, "eventStore">) {
    const sent = new SentMessages();
    super({ ...options, eventStore: sent });
    this.#sent = sent;
  }

  /** Whether a request waits for its answer. */
  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Ends what is under way, as if its senders had cancelled it. */
  async abandon(): Promise<void> {
    for (const requestId of [...this.#underWay]) {
      const params = { requestId, reason: LEFT };
      this.onmessage?.({ jsonrpc: "2.0", method: "notifications/cancelled", params });
      await this.#letGo(requestId, LEFT);
    }
  }

  override async handleRequest(
    request: Request,
    options?: HandleRequestOptions,
  ): Promise<Response> {
    const lastEvent = request.method === "GET" ? request.headers.get("last-event-id") : null;
    if (lastEvent && !this.#sent.has(lastEvent)) return notKept();
    const message = Object(options?.parsedBody) as Unchecked;
    const id = idOf(message);
    if (id === undefined) {
      const response = await super.handleRequest(request, options);
      await this.#forgetCancelled(message);
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
  async #forgetCancelled({ method, params }: Unchecked): Promise<void> {
    if (method !== "notifications/cancelled") return;
    const { requestId } = Object(params) as { readonly requestId?: unknown };
    if (isRequestId(requestId)) await this.#letGo(requestId, "The request was cancelled");
  }

  /** Closes the stream of a request that will have no answer; who takes it up again is told why. */
  async #letGo(id: RequestId, message: string): Promise<void> {
    if (!this.#underWay.delete(id)) return;
    this.closeSSEStream(id);
    const error = { code: ProtocolErrorCode.InternalError, message };
    await super.send({ jsonrpc: "2.0", id, error }).catch(() => {});
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

function notKept(): Response {
  const error = { code: ProtocolErrorCode.InvalidRequest, message: "The stream is not kept" };
  return Response.json({ jsonrpc: "2.0", id: null, error }, { status: 400 });
}
