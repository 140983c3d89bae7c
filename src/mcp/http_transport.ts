/**
 * MCP over streamable HTTP. The protocol is the client package's; here are the credentials and the
 * bound on what a server may answer.
 */

import {
  type FetchLike,
  type RequestId,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { nextTurn } from "../base/next_turn.ts";
import type { Network } from "../base/network.ts";
import type { McpServerConfig } from "../config/mod.ts";
import type { Authorizer } from "./authorizer.ts";
import { answerInPlace, requestIdOf } from "./answer_in_place.ts";
import { MAX_MESSAGE_BYTES } from "./message_meter.ts";
import { type AnswerKind, answerKind, WholeMessages } from "./whole_messages.ts";

/** Bytes of an answer that are read in one go. */
const BYTES_PER_TURN = 128 * 1024;

/** What a transport over HTTP needs besides its configuration. */
export interface HttpTransportDeps {
  /** Told when what a POST is answered with breaks and belongs to no request that could be told. */
  readonly onBroken: (reason: string) => void;
  /** Who has the tokens. @default nobody: there is a configured one, or none */
  readonly authorizer?: Authorizer | undefined;
  /** @default the global `fetch` */
  readonly network?: Network | undefined;
}

/** A streamable HTTP transport with the server's headers and bearer token on each request. */
export function createHttpTransport(
  config: Pick<McpServerConfig, "headers" | "auth">,
  url: URL,
  { onBroken, authorizer, network }: HttpTransportDeps,
): StreamableHTTPClientTransport {
  const ask: FetchLike = async (input, init) => {
    const response = await (network?.fetch ?? fetch)(input, init);
    const isPost = init?.method === "POST";
    const requestId = () => isPost ? requestIdOf(init.body) : undefined;
    // The client takes what it got for a GET as events, whatever its type says.
    const kind = isPost || !response.ok ? undefined : "events";
    return boundedResponse(response, (reason) => {
      if (isPost && !init.signal?.aborted) onBroken(reason);
    }, { kind, requestId, signal: init?.signal ?? undefined });
  };
  return new StreamableHTTPClientTransport(url, {
    requestInit: { headers: requestHeaders(config) },
    fetch: authorizer ? authorizer.stepUp(ask) : ask,
    ...(authorizer ? { authProvider: authorizer } : {}),
  });
}

/** The configured headers and the bearer token as plain headers. */
export function requestHeaders(
  config: Pick<McpServerConfig, "headers" | "auth">,
): Record<string, string> {
  const headers = Object.entries(config.headers).map(([name, value]) => [name, value.reveal()]);
  if (config.auth?.type === "bearer") {
    headers.push(["authorization", `Bearer ${config.auth.token.reveal()}`]);
  }
  return Object.fromEntries(headers);
}

/**
 * The same response, whose body fails once one message of it is longer than the bound; an answer with
 * too much in it is told as an error in its place. Where `requestId` is given, all failures are.
 */
export function boundedResponse(
  response: Response,
  onBroken: (reason: string) => void,
  { maxBytes = MAX_MESSAGE_BYTES, requestId, signal, ...options }: {
    readonly maxBytes?: number;
    readonly kind?: AnswerKind | undefined;
    /** The request that it is the answer to, if any; looked for only where it fails. */
    readonly requestId?: () => RequestId | undefined;
    /** Aborts when nobody waits for it any more. */
    readonly signal?: AbortSignal | undefined;
  } = {},
): Response {
  if (!response.body) return response;
  const { kind = answerKind(response.headers.get("content-type")) } = options;
  const body = boundedBody(response.body, new WholeMessages(kind, maxBytes), (error) => {
    // SAFETY: others have their calls in the same conversation, which must not end with this answer
    // (test/integration/mcp/http_failures_test.ts).
    const id = requestId?.();
    if (id !== undefined) return signal?.aborted ? undefined : answerInPlace(id, kind, error);
    onBroken(error instanceof Error ? error.message : String(error));
    return undefined;
  });
  const { status, statusText, headers } = response;
  const bounded = new Response(body, { status, statusText, headers });
  // The client compares it with what it asked for to see redirects.
  Object.defineProperty(bounded, "url", { value: response.url });
  Object.defineProperty(bounded, "redirected", { value: response.redirected });
  return bounded;
}

function boundedBody(
  body: ReadableStream<Uint8Array>,
  messages: WholeMessages,
  onBroken: (error: unknown) => Uint8Array | undefined,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = BYTES_PER_TURN;
  let isUnwanted = false;
  return new ReadableStream({
    async pull(controller) {
      try {
        // A pull that gives nothing is not followed by another one.
        for (let given = 0; given === 0;) {
          const { done, value } = await reader.read();
          left -= value?.length ?? 0;
          // What comes as fast as it is read, such as what was compressed, lets others have their turn.
          if (left < 0) {
            await nextTurn();
            left = BYTES_PER_TURN;
          }
          if (isUnwanted) return;
          const ready = done ? messages.end() : messages.push(value);
          given = ready.length;
          if (given > 0) controller.enqueue(ready);
          if (done) return controller.close();
        }
      } catch (error) {
        const instead = onBroken(error);
        if (instead) {
          controller.enqueue(instead);
          controller.close();
        } else controller.error(error);
        await reader.cancel(error).catch(() => {});
      }
    },
    cancel: (reason) => {
      isUnwanted = true;
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
