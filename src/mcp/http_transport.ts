/**
 * MCP over streamable HTTP. The protocol is the client package's; here are the credentials and the
 * bound on what a server may answer.
 */

import { type FetchLike, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Network } from "../base/network.ts";
import type { McpServerConfig } from "../config/mod.ts";
import type { Authorizer } from "./authorizer.ts";
import { type AnswerKind, answerKind, MessageHold } from "./message_hold.ts";
import { MAX_MESSAGE_BYTES, MessageMeter } from "./message_meter.ts";

/** What a transport over HTTP needs besides its configuration. */
export interface HttpTransportDeps {
  /** Told when the stream that carries an answer breaks: the answer will not come. */
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
    return boundedResponse(response, (reason) => {
      if (init?.method === "POST" && !init.signal?.aborted) onBroken(reason);
    });
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
 * too much in it is told as an error in its place.
 */
export function boundedResponse(
  response: Response,
  onBroken: (reason: string) => void,
  maxBytes: number = MAX_MESSAGE_BYTES,
): Response {
  if (!response.body) return response;
  const kind = answerKind(response.headers.get("content-type"));
  const body = boundedBody(response.body, kind, maxBytes, onBroken);
  const { status, statusText, headers } = response;
  const bounded = new Response(body, { status, statusText, headers });
  // The client compares it with what it asked for to see redirects.
  Object.defineProperty(bounded, "url", { value: response.url });
  Object.defineProperty(bounded, "redirected", { value: response.redirected });
  return bounded;
}

function boundedBody(
  body: ReadableStream<Uint8Array>,
  kind: AnswerKind,
  maxBytes: number,
  onBroken: (reason: string) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const meter = new AnswerMeter(kind === "events", maxBytes);
  const hold = new MessageHold(kind, maxBytes);
  let isUnwanted = false;
  return new ReadableStream({
    async pull(controller) {
      try {
        // A pull that gives nothing is not followed by another one.
        for (let isDone = false, given = 0; !isDone && given === 0;) {
          const { done, value } = await reader.read();
          if (isUnwanted) return;
          isDone = done;
          if (!done) meter.measure(value);
          const ready = done ? hold.end() : hold.push(value);
          for (const part of ready) controller.enqueue(part);
          given = ready.length;
          if (done) controller.close();
        }
      } catch (error) {
        onBroken(error instanceof Error ? error.message : String(error));
        controller.error(error);
        await reader.cancel(error).catch(() => {});
      }
    },
    cancel: (reason) => {
      isUnwanted = true;
      return reader.cancel(reason);
    },
  });
}

/** Measures the message being received; in an event stream an empty line ends one. */
class AnswerMeter {
  readonly #isStream: boolean;
  readonly #maxBytes: number;
  readonly #message = new MessageMeter();
  #bytes = 0;
  #lineBytes = 0;

  constructor(isStream: boolean, maxBytes: number) {
    this.#isStream = isStream;
    this.#maxBytes = maxBytes;
  }

  /** Throws a `RangeError` when one message has become too much. */
  measure(chunk: Uint8Array): void {
    let start = 0;
    for (let end = this.#endOfLine(chunk, 0); end !== -1; end = this.#endOfLine(chunk, start)) {
      this.#add(chunk.subarray(start, end));
      this.#endLine();
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
  }

  #endOfLine(chunk: Uint8Array, from: number): number {
    return this.#isStream ? chunk.indexOf(10, from) : -1;
  }

  #add(part: Uint8Array): void {
    this.#lineBytes += part.length;
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) {
      throw new RangeError(`Cannot read the answer: it is longer than ${this.#maxBytes} bytes`);
    }
    this.#message.measure(part);
  }

  #endLine(): void {
    // One byte may be the carriage return of an otherwise empty line.
    if (this.#lineBytes <= 1) {
      this.#bytes = 0;
      this.#message.reset();
    } else {
      this.#bytes += 1;
      this.#message.endLine();
    }
    this.#lineBytes = 0;
  }
}
