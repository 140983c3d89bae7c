/** Connections of sessions that are lost in the middle of a program: who comes back, and who does not. */

import assert from "node:assert/strict";
import { type AddressInfo, connect as dial, createServer, type Socket } from "node:net";
import { createApp } from "../../../src/app.ts";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import type { Caller } from "../../../src/engine/mod.ts";
import { type ClientKind, connect } from "../../harness/mcp_clients.ts";
import { PROJECT } from "../../harness/mcp_servers.ts";
import { INITIALIZE } from "../../harness/raw_mcp.ts";

/** With sessions; the newest revision has none. */
const KINDS: readonly ClientKind[] = ["v1", "v2 2025-11-25"];
const FOREVER_MS = 60_000;

interface Stage {
  readonly url: URL;
  readonly statuses: () => readonly string[];
  /** Calls that the server was told nobody wants. */
  readonly cancelled: () => Promise<number>;
}

async function withService(patience: string, use: (stage: Stage) => Promise<void>): Promise<void> {
  const config = parseConfig({
    server: { port: 0, mcp: { patience } },
    sandbox: { workers: { min: 0, max: 2 } },
    mcp: {
      servers: {
        peer: {
          transport: "stdio",
          command: "deno",
          args: ["run", "-A", `${PROJECT}test/fixtures/servers/v2_server.ts`, "stdio"],
        },
      },
    },
  });
  await using app = createApp(config, { logger: createLogger([], "error") });
  await using server = await app.listen();
  const caller: Caller = { id: "anonymous", grant: app.defaultGrant };
  await app.engine.toolbox(caller);
  await use({
    url: new URL(`${server.url}/mcp`),
    statuses: () => app.engine.executions(caller).executions.map(({ status }) => status),
    async cancelled() {
      const call = { server: "peer", tool: "seen", input: {} };
      const { value } = await app.engine.callTool(call, caller);
      return (value as { readonly cancelled: number }).cancelled;
    },
  });
  await app.close();
}

/** Connections to a service that can be cut. */
async function createCable(to: URL) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial(Number(to.port), to.hostname);
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
}

const program = (ms: number) => ({ code: `return await mcp.peer.slow({ ms: ${ms} })` });

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

Deno.test("a program whose client does not come back ends, and its call with it", async () => {
  await withService("200ms", async ({ url, statuses, cancelled }) => {
    const headers: Record<string, string> = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
    };
    const post = (body: unknown, signal?: AbortSignal) =>
      fetch(url, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
        ...(signal === undefined ? {} : { signal }),
      });
    const begun = await post(INITIALIZE);
    headers["mcp-session-id"] = begun.headers.get("mcp-session-id") ?? "";
    await begun.text();
    const params = { name: "execute", arguments: program(FOREVER_MS), _meta: { progressToken: 1 } };
    const left = new AbortController();
    const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params };
    const answer = await post(call, left.signal);
    for await (const text of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (text.includes(`"message":"peer.slow"`)) break;
    }
    left.abort();
    await until(async () => await cancelled() === 1);
    assert.deepEqual(statuses(), ["cancelled"]);
    const again = await post({ jsonrpc: "2.0", id: 3, method: "ping" });
    assert.match(await again.text(), /"result":\{\}/);
  });
});

Deno.test("a client that lost its connection comes back and has its result", async (t) => {
  await withService("10m", async ({ url, statuses, cancelled }) => {
    for (const kind of KINDS) {
      await t.step(kind, async () => {
        await using cable = await createCable(url);
        await using client = await connect(kind, { url: cable.url });
        let cuts = 0;
        const result = await client.call("execute", program(1500), {
          onMessage(message) {
            if (message !== "peer.slow") return;
            cuts += 1;
            cable.cut();
          },
        });
        assert.equal(result.structuredContent?.["result"], "done", JSON.stringify(result));
        assert.equal(cuts, 1);
      });
    }
    assert.deepEqual([statuses(), await cancelled()], [["completed", "completed"], 0]);
  });
});
