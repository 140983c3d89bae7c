/** The whole service in a process of its own: hostile requests over and over do not make it grow. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { residentBytes } from "../harness/processes.ts";
import { noServers } from "../harness/service_config.ts";
import { startService } from "../harness/start_service.ts";
import { searchOf } from "./property.ts";
import { exchange } from "./raw_exchange.ts";
import { rawBytes, requests, type Sent } from "./requests.ts";

const MEGABYTE = 1024 * 1024;
/** Requests of one round; the first rounds fill caches and let the heap find its size. */
const ROUND = 120;
const WARM_ROUNDS = 3;
/** What the service may be larger by after two rounds more; their bodies alone are twice as much. */
const MAX_GROWTH = 64 * MEGABYTE;

const LIMITS = "limits: { requestsPerSecond: 100000, burst: 100000, failuresPerMinute: 100000 }";

/** A body of nearly a megabyte, told as JSON, that is refused late: when it has been read as a whole. */
const large: fc.Arbitrary<Sent> = fc.tuple(
  fc.constantFrom('{"code":"1","contexts":"', '{"code":"1","unknown":"', '{"code":1,"a":"'),
  fc.integer({ min: 0, max: 0xffff }),
).map(([head, mark]) => {
  const body = `${head}${mark}${"x".repeat(1_000_000)}"}`;
  const type = "content-type: application/json\r\nconnection: close\r\n";
  return {
    method: "POST",
    pieces: [
      `POST /api/v1/execute HTTP/1.1\r\nhost: localhost\r\n${type}content-length: ${body.length}\r\n\r\n`,
      body,
    ],
    leaving: "hears",
  };
});

const sent: fc.Arbitrary<Sent> = fc.oneof(
  // Programs that are admitted are checked here and not run: that is for the soak.
  {
    weight: 2,
    arbitrary: requests.map((one) => ({
      ...one,
      pieces: one.pieces.map((piece) => piece.replaceAll(/execute/g, "check")),
    })),
  },
  { weight: 3, arbitrary: large },
  {
    weight: 1,
    arbitrary: rawBytes.map((bytes): Sent => ({
      method: "",
      pieces: [bytes],
      leaving: "vanishes",
    })),
  },
);

Deno.test("fuzz: a service that is sent anything at all stays as large as it was, and serves", async () => {
  const config = noServers().replace("server: { port: 0 }", `server: { port: 0, ${LIMITS} }`);
  await using service = await startService({ config });
  const { seed, times } = searchOf(Deno.env);
  const rounds = WARM_ROUNDS + 2 * times;
  const sizes: number[] = [];
  const all = fc.sample(sent, { seed, numRuns: ROUND * rounds });
  for (let round = 0; round < rounds; round++) {
    for (const { pieces, leaving } of all.slice(round * ROUND, (round + 1) * ROUND)) {
      await exchange(service.url, pieces, leaving);
    }
    sizes.push(await residentBytes(service.pid));
  }
  const before = sizes[WARM_ROUNDS - 1] ?? 0;
  const grown = (sizes.at(-1) ?? Infinity) - before;
  assert.ok(grown < MAX_GROWTH, `grown by ${grown} bytes: ${sizes.join(", ")}`);
  const { success, result } = await service.execute("return 6 * 7");
  assert.deepEqual([success, result], [true, 42]);
  assert.deepEqual(service.log.filter(({ level }) => level === "error"), []);
  const { status } = await (await service.request("/health")).json();
  assert.equal(status, "healthy");
  assert.equal(await service.stop(), 0);
});
