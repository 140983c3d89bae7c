/** A WebSocket as a test uses it: what came, in order, and how it ended. */

/** One message of the service. */
export interface SocketMessage {
  readonly id: string | null;
  readonly type: string;
  readonly of?: string;
  readonly event?: number;
  readonly executionId?: string;
  readonly timestamp: string;
  // deno-lint-ignore no-explicit-any -- tests assert on parsed JSON
  readonly payload: any;
}

/** An open socket. */
export interface SocketClient extends AsyncDisposable {
  readonly protocol: string;
  /** Everything that came. */
  readonly messages: readonly SocketMessage[];
  /** The code it was closed with. */
  readonly closed: Promise<number>;
  send(message: unknown): void;
  /** The first message, now or later, for which this holds. */
  find(isWanted: (message: SocketMessage) => boolean): Promise<SocketMessage>;
  /** The messages of one id up to its result or its error. */
  all(id: string): Promise<readonly SocketMessage[]>;
}

/** Opens a socket; rejects when it is refused. */
export async function openSocket(
  url: string,
  options: {
    readonly path?: string;
    readonly protocols?: string[];
    readonly headers?: Record<string, string>;
  } = {},
): Promise<SocketClient> {
  const { path = "/api/v1/ws", protocols = [], headers = {} } = options;
  const address = new URL(path, url.replace(/^http/, "ws"));
  const socket = new WebSocket(address, { protocols, headers });
  const messages: SocketMessage[] = [];
  const listeners = new Set<() => void>();
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<number>();
  socket.onmessage = ({ data }) => {
    messages.push(JSON.parse(String(data)));
    for (const listener of [...listeners]) listener();
  };
  socket.onclose = ({ code }) => onClosed(code);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("the socket was refused"));
  });
  socket.onerror = () => {};
  const find = (isWanted: (message: SocketMessage) => boolean) =>
    new Promise<SocketMessage>((resolve) => {
      const look = () => {
        const found = messages.find(isWanted);
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
    });
  return {
    protocol: socket.protocol,
    messages,
    closed,
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    find,
    async all(id) {
      await find((one) => one.id === id && (one.type === "result" || one.type === "error"));
      return messages.filter((one) => one.id === id);
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}
