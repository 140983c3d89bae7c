/** Tells what a transport sends; it has a listener of its own for what it receives only. */

import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";

/** Has `listener` told of each message just before it is sent. */
export function onSent(transport: Transport, listener: (message: JSONRPCMessage) => void): void {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    listener(message);
    return send(message, options);
  };
}
