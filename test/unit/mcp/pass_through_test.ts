import assert from "node:assert/strict";
import { InFlight } from "../../../src/base/in_flight.ts";
import { createLogger } from "../../../src/base/log.ts";
import { Audience } from "../../../src/mcp/audience.ts";
import { ServerPassThrough } from "../../../src/mcp/pass_through.ts";
import type { ServerChange } from "../../../src/mcp/server_change.ts";
import type { Session } from "../../../src/mcp/session.ts";
import type { Server } from "../../../src/mcp/server_request.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

Deno.test("of resources that nobody subscribed to nothing is told, and nothing is kept", () => {
  const clock = new FakeClock();
  const server = { name: "peer" } as Server;
  const logger = createLogger([], "error");
  const audience = new Audience("peer", logger);
  const calls = new InFlight();
  const passThrough = new ServerPassThrough(server, { clock, logger, audience, calls });
  const told: unknown[] = [];
  using _listener = audience.listen((change) => told.push(change));
  for (let at = 0; at < 10_000; at += 1) {
    passThrough.changed({ type: "resource", uri: `x://${at}` });
  }
  assert.deepEqual([told, clock.pending], [[], 0]);
  for (let at = 0; at < 10_000; at += 1) passThrough.changed({ type: "resources" });
  assert.deepEqual([told, clock.pending], [[{ type: "resources" }], 1]);
  passThrough[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});

Deno.test("who came back is told of: what it has, and what was subscribed to", async () => {
  const clock = new FakeClock();
  const logger = createLogger([], "error");
  const audience = new Audience("peer", logger);
  const calls = new InFlight();
  using passThrough = new ServerPassThrough({ name: "peer" } as Server, {
    clock,
    logger,
    audience,
    calls,
  });
  const told: ServerChange[] = [];
  using _listener = audience.listen((change) => told.push(change));
  const session = (capabilities: object) =>
    ({
      capabilities,
      subscribe: () => Promise.resolve(() => Promise.resolve()),
    }) as unknown as Session;
  passThrough.renewed(session({ prompts: {} }));
  assert.deepEqual(told, [{ type: "prompts" }]);
  const { signal } = new AbortController();
  const both = session({ resources: { subscribe: true }, prompts: {} });
  await using _held = await audience.subscriptions.add("x://y", both, { principal: "p", signal });
  told.length = 0;
  clock.advance(100);
  passThrough.renewed(both);
  assert.deepEqual(told, [{ type: "resources" }, { type: "prompts" }, {
    type: "resource",
    uri: "x://y",
  }]);
});
