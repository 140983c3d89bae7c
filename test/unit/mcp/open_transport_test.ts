/** What a server that is reached by a network alone may not be. */

import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import { AddressRefused, type Network } from "../../../src/base/network.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { openTransport } from "../../../src/mcp/open_transport.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const refused = () => Promise.reject(new AddressRefused("Cannot reach it"));
const network: Network = { fetch: refused, check: refused };

function open(options: Record<string, unknown>) {
  const config = parseConfig({ mcp: { servers: { peer: options } } }).mcp.servers["peer"]!;
  return openTransport("peer", config, {
    logger: silentLogger,
    clock: new FakeClock(),
    directory: "/",
    onBroken: () => {},
    network,
  });
}

Deno.test("a network starts no command", () => {
  assert.throws(() => open({ transport: "stdio", command: "true" }), { code: "CONFIG_INVALID" });
});

Deno.test("each transport asks its network first", async () => {
  const http = open({ transport: "http", url: "http://127.0.0.1:1/mcp" });
  await http.start();
  const message = { jsonrpc: "2.0", id: 1, method: "ping" } as const;
  await assert.rejects(http.send(message), { name: "AddressRefused" });
  await http.close();
  const socket = open({ transport: "websocket", url: "ws://127.0.0.1:1/mcp" });
  await assert.rejects(socket.start(), { name: "AddressRefused" });
  await socket.close();
});

Deno.test("a WebSocket that is closed while its address is judged is not opened", async () => {
  let judged = () => {};
  const config = parseConfig({
    mcp: { servers: { peer: { transport: "websocket", url: "ws://127.0.0.1:1/mcp" } } },
  }).mcp.servers["peer"]!;
  const slow: Network = { ...network, check: () => new Promise((resolve) => judged = resolve) };
  const deps = { logger: silentLogger, clock: new FakeClock(), directory: "/", network: slow };
  const socket = openTransport("peer", config, { ...deps, onBroken: () => {} });
  const starting = socket.start();
  await socket.close();
  judged();
  await assert.rejects(starting, { message: "The WebSocket was closed before it was open" });
});
