/** Calls a second of one server: they wait where there is time, and are refused at once where not. */

import assert from "node:assert/strict";
import { fixtureConfig, startManager, textOf } from "../../harness/mcp_servers.ts";

const signal = new AbortController().signal;

Deno.test("calls above a server's rate wait for their turn, or fail at once when it is too late", async () => {
  const config = fixtureConfig("v1_server.ts", "stdio", { maxCallsPerSecond: 2 });
  await using started = await startManager({ peer: config });
  const ask = (timeoutMs: number) => started.manager.call("peer", "pid", {}, { signal, timeoutMs });
  const startedAt = performance.now();
  const answers = await Promise.all([ask(20_000), ask(20_000), ask(20_000)]);
  const tookMs = performance.now() - startedAt;
  assert.equal(new Set(answers.map(textOf)).size, 1);
  // Timers may fire a millisecond early.
  assert.ok(tookMs >= 490, `three calls took ${tookMs} ms`);
  const waiting = Array.from({ length: 4 }, () => ask(20_000));
  await assert.rejects(ask(500), (error: { code: string; message: string; details: object }) => {
    assert.equal(error.code, "RATE_LIMITED");
    assert.match(
      error.message,
      /^The call of "pid" on "peer" would wait \d+ ms for its turn: the server takes 2 calls a second$/,
    );
    const { retryAfterMs, ...rest } = error.details as { retryAfterMs: number };
    assert.deepEqual(rest, { server: "peer", tool: "pid", mayHaveTakenEffect: false });
    assert.ok(retryAfterMs > 500);
    return true;
  });
  await Promise.all(waiting);
});
