/**
 * `deno task soak [--count 4000]`: one service, 8 callers, honest and hostile programs mixed. Prints what
 * was seen and exits with 1 when an honest program failed, when honest ones became more than three
 * times slower than in a calm run beside it, or when a process, descriptor or folder was left.
 */

import { parseArgs } from "node:util";
import { THREATS } from "../escape/threats.ts";
import { descendants, isAlive, residentBytes } from "../harness/processes.ts";
import { ROOT, type Service, startService } from "../harness/start_service.ts";
import { toSeries } from "../bench/measure.ts";

const { values } = parseArgs({ options: { count: { type: "string", default: "4000" } } });
const COUNT = Number(values.count);
const CALLERS = 8;
/** Honest programs of the calm run, which also warms the service up. */
const CALM = Math.min(1000, COUNT);
const SPIN_MS = 300;

const CONFIG = `
server: { port: 0 }
sandbox: { workers: { min: 4, max: 10 }, queue: 1000 }
security: { capabilities: { mcp: { allowedServers: [bench], maxCallsPerSecond: 1000, maxConcurrentCalls: 10 } } }
logging: { level: info, format: json, outputs: [{ type: console }] }
mcp:
  servers:
    bench:
      transport: stdio
      command: deno
      args: [run, -A, --config, ${ROOT}deno.json, ${ROOT}test/bench/bench_server.ts]
`;

/** What a program took, and whether it ended as it should. */
interface Sample {
  readonly tookMs: number;
  readonly isRight: boolean;
}

async function honest(service: Service, n: number): Promise<Sample> {
  const code =
    `const all = await Promise.all([mcp.bench.echo({ n: ${n} }), mcp.bench.echo({ n: 1 })]);
console.log(all.length);
return all.reduce((sum, one) => sum + one.n, 0);`;
  const startedAt = performance.now();
  const { result } = await service.execute(code);
  return { tookMs: performance.now() - startedAt, isRight: result === n + 1 };
}

/** An attack is answered, whatever the answer says. */
async function hostile(service: Service, n: number): Promise<boolean> {
  const { code } = THREATS[n % THREATS.length]!;
  const answer = await service.execute(code, { timeout: SPIN_MS, check: "off" });
  return typeof answer.success === "boolean";
}

async function together(count: number, one: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: CALLERS }, async () => {
    while (next < count) await one(next++);
  }));
}

function openDescriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** Waits until nothing runs and the stock is full, so that two looks compare the same state. */
async function untilCalm(service: Service): Promise<void> {
  for (;;) {
    const text = await (await service.request("/metrics")).text();
    const warm = Number(/codemode_sandboxes\{runtime="deno",state="warm"\} (\d+)/.exec(text)?.[1]);
    if (text.includes("codemode_executions_inside 0\n") && warm === 4) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const temporary = await Deno.makeTempDir({ prefix: "soak-" });
const service = await startService({ config: CONFIG, env: { TMPDIR: temporary } });
const faults: string[] = [];
const calm: Sample[] = [];
await together(CALM, async (n) => void calm.push(await honest(service, n)));
await untilCalm(service);
const before = {
  bytes: await residentBytes(service.pid),
  descriptors: openDescriptors(service.pid),
};

const mixed: Sample[] = [];
let unanswered = 0;
await together(COUNT, async (n) => {
  if (n % 5 === 0) unanswered += await hostile(service, n / 5) ? 0 : 1;
  else mixed.push(await honest(service, n));
});
await untilCalm(service);
const after = {
  bytes: await residentBytes(service.pid),
  descriptors: openDescriptors(service.pid),
};

const children = await descendants(service.pid);
const exitCode = await service.stop();
const alive = (await Promise.all(children.map(isAlive))).filter(Boolean).length;
const left = [...Deno.readDirSync(temporary)].map(({ name }) => name);
await Deno.remove(temporary, { recursive: true });

const calmTimes = toSeries(calm.map(({ tookMs }) => tookMs));
const mixedTimes = toSeries(mixed.map(({ tookMs }) => tookMs));
const wrong = [...calm, ...mixed].filter(({ isRight }) => !isRight).length;
const slower = mixedTimes.p95 / calmTimes.p95;
if (wrong > 0) faults.push(`${wrong} honest programs failed`);
if (unanswered > 0) faults.push(`${unanswered} attacks were not answered`);
if (slower > 3) faults.push(`honest programs became ${slower.toFixed(1)} times slower`);
if (after.descriptors > before.descriptors + 8) faults.push("descriptors were left open");
if (alive > 0) faults.push(`${alive} processes were left`);
if (left.length > 0) faults.push(`folders were left: ${left.join(", ")}`);
if (exitCode !== 0) faults.push(`the service exited with ${exitCode}`);

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
console.log(`honest    ${calm.length} calm, ${mixed.length} mixed, ${wrong} wrong`);
console.log(
  `p95       ${calmTimes.p95.toFixed(0)} ms calm, ${mixedTimes.p95.toFixed(0)} ms mixed, ${
    slower.toFixed(2)
  } ×`,
);
console.log(`memory    ${megabytes(before.bytes)} before, ${megabytes(after.bytes)} after`);
console.log(`open      ${before.descriptors} before, ${after.descriptors} after`);
console.log(`left      ${alive} processes, ${left.length} folders`);
for (const fault of faults) console.log(`FAILED    ${fault}`);
Deno.exitCode = faults.length > 0 ? 1 : 0;
