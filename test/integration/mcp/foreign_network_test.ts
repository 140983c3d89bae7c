/** Servers that are reached by a network of their own: a real one behind a name that nobody knows. */

import assert from "node:assert/strict";
import { pinnedFetch } from "../../../src/access/pinned_fetch.ts";
import type { Network } from "../../../src/base/network.ts";
import { serverConfig, startListening, startManager, textOf } from "../../harness/mcp_servers.ts";

const signal = AbortSignal.timeout(60_000);

/** Every name is this machine's loopback, as a name server of the internet would never say. */
function localNetwork(asked: string[]): Network {
  return {
    async fetch(input, init = {}) {
      const url = new URL(input);
      asked.push(url.hostname);
      const request = new Request(url, { ...init, redirect: "manual" });
      const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
      return await pinnedFetch(request, body, "127.0.0.1");
    },
    check: () => Promise.reject(new TypeError("nothing else connects")),
  };
}

for (const file of ["v1_server.ts", "v2_server.ts"] as const) {
  Deno.test(`${file}: tools are listed and called, and streams end with the server`, async () => {
    await using server = await startListening(file, "http");
    const asked: string[] = [];
    await using test = await startManager({});
    const url = server.url.replace("127.0.0.1", "peer.example");
    const config = serverConfig({ transport: "http", url });
    test.manager.add("peer", config, { network: localNetwork(asked) });
    await test.manager.ensure("peer", signal);
    const result = await test.manager.call("peer", "echo", { text: "hello" }, { signal });
    assert.match(textOf(result), /hello/);
    assert.deepEqual([...new Set(asked)], ["peer.example"]);
  });
}
