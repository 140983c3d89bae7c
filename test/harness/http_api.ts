/** A real HTTP API on loopback for tests, which keeps what it was asked. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** One request as it came. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  readonly text: string;
}

/** Answers one request; what it returns is sent as JSON unless it answered itself. */
export type Answer = (
  request: ReceivedRequest,
  response: ServerResponse,
) => unknown;

/** A running API. */
export interface HttpApi extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
}

/** Starts an API on a port the kernel chooses. */
export async function startHttpApi(answer: Answer): Promise<HttpApi> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const request = await receive(incoming);
    requests.push(request);
    const value = await answer(request, response);
    if (response.headersSent || value === HANDLED) return;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Said by an {@link Answer} that answers later, or never. */
export const HANDLED = Symbol("handled");

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  const body = new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  const { method = "", url = "", headers } = incoming;
  return { method, url, headers: { ...headers }, body, text: new TextDecoder().decode(body) };
}
