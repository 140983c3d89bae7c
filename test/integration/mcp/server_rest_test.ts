/** What a stdio server wrote before it ended is read to its end, also while it is to be left alone. */

import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import { MAX_REST_BYTES, StdioTransport } from "../../../src/mcp/stdio_transport.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const NOTICE = '{"jsonrpc":"2.0","method":"notice"}';
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{"text":"the last words"}}';
const PING = { jsonrpc: "2.0" as const, id: 1, method: "ping" };

/** A server that is this script. Each message takes `busyMs`; the clock moves by nothing else. */
function startServer(script: string, busyMs: number) {
  const clock = new FakeClock();
  const directory = Deno.cwd();
  const started = { command: "/bin/sh", args: ["-c", script], environment: {}, directory, clock };
  const transport = new StdioTransport("brief", started, createLogger([], "error"));
  const heard: unknown[] = [];
  const closed = new Promise<void>((resolve) => transport.onclose = resolve);
  const first = new Promise<void>((resolve) => {
    transport.onmessage = (message) => {
      heard.push(message);
      clock.advance(busyMs);
      // What follows from it is after the turn in which it was read.
      setTimeout(resolve, 0);
    };
  });
  return { transport, clock, heard, first, closed };
}

Deno.test("a server that ends while it is left alone: its last answer is read", async () => {
  const script = `echo '${NOTICE}'; read line; echo '${ANSWER}'; echo '${NOTICE}'`;
  const { transport, clock, heard, first, closed } = startServer(script, 1_000);
  await transport.start();
  await first;
  assert.equal(clock.pending, 1);
  await transport.send(PING);
  await closed;
  assert.deepEqual(heard, [NOTICE, ANSWER, NOTICE].map((line) => JSON.parse(line)));
  await transport.close();
  assert.equal(clock.pending, 0);
});

Deno.test("a server that ends with much unread: all that a pipe holds is read", async () => {
  const script = `echo '${NOTICE}'; read line
    i=0; while [ $i -lt 1000 ]; do echo '${NOTICE}'; i=$((i + 1)); done; echo '${ANSWER}'`;
  const { transport, heard, first, closed } = startServer(script, 1_000);
  await transport.start();
  await first;
  await transport.send(PING);
  await closed;
  assert.deepEqual([heard.length, heard.at(-1)], [1_002, JSON.parse(ANSWER)]);
  await transport.close();
});

Deno.test("a server whose child holds its streams open: it is not waited for", async () => {
  const script = `echo '${NOTICE}'; sleep 600 & read line; echo '${ANSWER}'`;
  const { transport, clock, heard, first, closed } = startServer(script, 0);
  await transport.start();
  await first;
  await transport.send(PING);
  while (heard.length < 2 || clock.pending === 0) await new Promise((r) => setTimeout(r, 5));
  clock.advance(1_000);
  await closed;
  await transport.close();
});

Deno.test("a server whose child goes on writing: no more than a pipe holds is read", async () => {
  const script = `echo '${NOTICE}'; (while :; do echo '${NOTICE}'; done) & read line`;
  const { transport, heard, first, closed } = startServer(script, 0);
  await transport.start();
  await first;
  await transport.send(PING);
  await closed;
  const length = heard.length;
  await transport.close();
  assert.equal(heard.length, length);
  assert.ok(length > MAX_REST_BYTES / (NOTICE.length + 1), `${length} messages`);
});
