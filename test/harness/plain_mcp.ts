/** MCP servers of a few lines, in the process of the test, that answer as no library would. */

/** A message as it came. */
export interface PlainMessage {
  readonly id?: number | string;
  readonly method: string;
  // deno-lint-ignore no-explicit-any -- whatever the client sent
  readonly params?: any;
}

/** A result, to be sent in the form that the transport has. */
export type PlainResult = Readonly<Record<string, unknown>>;

/** A server over HTTP: what it is asked, and how it answers `tools/call`. */
export interface PlainHttpServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The protocol's method of each POST, the HTTP method of all else. */
  readonly seen: string[];
  /** The names of the tools that were called. */
  readonly called: string[];
}

/** Options of {@link startPlainHttp}. */
export interface PlainHttpOptions {
  readonly tools: Readonly<
    Record<string, (message: PlainMessage) => Response | Promise<Response>>
  >;
  /** Whether it speaks the newest revision, without sessions. */
  readonly isModern?: boolean;
  readonly port?: number;
  /** How a DELETE is answered. @default 200 */
  readonly onDelete?: (request: Request) => Response | Promise<Response>;
}

/** An answer to a request over HTTP. */
export function answerTo({ id }: PlainMessage, result: PlainResult, headers = {}): Response {
  return Response.json({ jsonrpc: "2.0", id, result }, { headers });
}

/** A result of one text, in either revision. */
export function plainText(text: string): PlainResult {
  return { resultType: "complete", content: [{ type: "text", text }] };
}

/** Starts a server over HTTP on a port of the kernel's. */
export function startPlainHttp(options: PlainHttpOptions): PlainHttpServer {
  const { tools, port = 0, isModern = false, onDelete = () => new Response() } = options;
  const seen: string[] = [];
  const called: string[] = [];
  let sessions = 0;
  const hello = (message: PlainMessage) => {
    if (isModern) return answerTo(message, discovered());
    return answerTo(message, initialized(), { "mcp-session-id": `s${++sessions}` });
  };
  const served = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, async (request) => {
    if (request.method !== "POST") seen.push(request.method);
    if (request.method === "DELETE") return await onDelete(request);
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const message: PlainMessage = await request.json();
    seen.push(message.method);
    if (message.method === (isModern ? "server/discover" : "initialize")) return hello(message);
    if (message.method === "tools/list") return answerTo(message, listed(Object.keys(tools)));
    if (message.id === undefined) return new Response(null, { status: 202 });
    const name = String(message.params?.name);
    if (message.method !== "tools/call" || !(name in tools)) return notFound(message);
    called.push(name);
    return await tools[name]!(message);
  });
  return {
    url: `http://127.0.0.1:${served.addr.port}/mcp`,
    port: served.addr.port,
    seen,
    called,
    [Symbol.asyncDispose]: () => served.shutdown(),
  };
}

/** A server over a WebSocket. */
export interface PlainSocketServer extends AsyncDisposable {
  readonly url: string;
  /** Lets nobody in any more. */
  refuse(): void;
}

/** Starts a server over a WebSocket; `onMessage` gets what is neither the handshake nor the list. */
export function startPlainSocket(
  tools: readonly string[],
  onMessage: (message: PlainMessage, socket: WebSocket) => void,
): PlainSocketServer {
  const sockets = new Set<WebSocket>();
  let isOpen = true;
  const served = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (!isOpen) return new Response(null, { status: 503 });
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "mcp" });
    sockets.add(socket);
    socket.onclose = () => void sockets.delete(socket);
    socket.onmessage = ({ data }) => {
      const message: PlainMessage = JSON.parse(data);
      if (message.method === "initialize") return sendAnswer(socket, message, initialized());
      if (message.method === "tools/list") return sendAnswer(socket, message, listed(tools));
      if (message.method === "tools/call") return onMessage(message, socket);
      if (message.id === undefined) return onMessage(message, socket);
      socket.send(JSON.stringify(notFoundFor(message)));
    };
    return response;
  });
  return {
    url: `ws://127.0.0.1:${served.addr.port}/`,
    refuse: () => void (isOpen = false),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.close();
      await served.shutdown();
    },
  };
}

/** Answers over a WebSocket. */
export function sendAnswer(socket: WebSocket, { id }: PlainMessage, result: PlainResult): void {
  socket.send(JSON.stringify({ jsonrpc: "2.0", id, result }));
}

function initialized(): PlainResult {
  return { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: SERVER };
}

function discovered(): PlainResult {
  return {
    resultType: "complete",
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {} },
    serverInfo: SERVER,
    ttlMs: 0,
    cacheScope: "private",
  };
}

function listed(names: readonly string[]): PlainResult {
  const tools = names.map((name) => ({ name, inputSchema: { type: "object" } }));
  return { resultType: "complete", tools, ttlMs: 0, cacheScope: "private" };
}

function notFoundFor({ id }: PlainMessage) {
  return { jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } };
}

function notFound(message: PlainMessage): Response {
  return Response.json(notFoundFor(message));
}

const SERVER = { name: "plain", version: "1.0.0" };
