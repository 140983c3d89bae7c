/** HTTP as bytes on a socket, for what a client would never send. */

/** A connection that sends what it is told and reads what comes. */
export interface RawConnection extends Disposable {
  send(text: string): Promise<void>;
  sendBytes(bytes: Uint8Array): Promise<void>;
  /** Says that nothing more will be sent. */
  end(): Promise<void>;
  /** Everything that comes until the peer closes. */
  readonly answered: Promise<string>;
  /** The same as bytes. */
  readonly bytes: Promise<Uint8Array>;
  /** What came so far. */
  readonly received: string;
}

/** Connects to the host and port of `url`. */
export async function connectRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const decoder = new TextDecoder();
  let received = "";
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let isClosed = false;
  const readAll = async () => {
    const buffer = new Uint8Array(16_384);
    try {
      for (let count; (count = await connection.read(buffer)) !== null;) {
        pieces.push(buffer.slice(0, count));
        received += decoder.decode(buffer.subarray(0, count), { stream: true });
      }
    } catch {
      // A reset ends it as a close does.
    }
    return received;
  };
  const sendBytes = async (bytes: Uint8Array) => {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  };
  const answered = readAll();
  return {
    answered,
    bytes: answered.then(async () => new Uint8Array(await new Blob(pieces).arrayBuffer())),
    sendBytes,
    get received() {
      return received;
    },
    send: (text) => sendBytes(new TextEncoder().encode(text)),
    end: () => connection.closeWrite(),
    [Symbol.dispose]() {
      if (!isClosed) connection.close();
      isClosed = true;
    },
  };
}

/** Sends `text` and gives the status line of the answer, once the peer has closed. */
export async function statusOf(url: string, text: string): Promise<string> {
  using connection = await connectRaw(url);
  await connection.send(text).catch(() => {});
  const [line = ""] = (await connection.answered).split("\r\n");
  return line;
}
