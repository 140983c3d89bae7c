/**
 * `deno task bench [--json FILE] [--quick]`: the workloads over HTTP and embedded, beside the same
 * work done bare, in one run on one machine. Ratios are what counts; times are this machine's.
 */

import { parseArgs } from "node:util";
import { createCodemode } from "../../src/mod.ts";
import { startService } from "../harness/start_service.ts";
import { startBareClient } from "./bare_client.ts";
import { bareDenoRun } from "./bare_deno_run.ts";
import { benchCheck, type CheckFigures } from "./bench_check.ts";
import { sequential, type Series, throughput } from "./measure.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: { json: { type: "string" }, quick: { type: "boolean" } },
});

const COUNT = values.quick ? 20 : 60;
const CALLERS = 8;
const ROOT = new URL("../../", import.meta.url).pathname;

const SERVERS = `
  servers:
    bench:
      transport: stdio
      command: deno
      args: [run, -A, --config, ${ROOT}deno.json, ${ROOT}test/bench/bench_server.ts]
      maxConcurrentCalls: 64`;

const CONFIG = `
server: { port: 0 }
sandbox: { workers: { min: 4, max: 10 } }
security: { capabilities: { mcp: { allowedServers: [bench], maxCallsPerSecond: 100000, maxConcurrentCalls: 10 } } }
logging: { level: info, format: json, outputs: [{ type: console }] }
mcp: ${SERVERS}
`;

interface Figures {
  readonly rested: Series;
  readonly backToBack: Series;
  readonly perSecond: number;
}

interface Row {
  readonly workload: string;
  readonly about: string;
  readonly http: Figures;
  readonly embedded: Figures;
  readonly bare: { readonly backToBack: Series; readonly perSecond: number };
}

async function figures(
  run: () => Promise<unknown>,
  rest: () => Promise<unknown>,
): Promise<Figures> {
  await sequential(5, run);
  return {
    rested: await sequential(COUNT, run, rest),
    backToBack: await sequential(COUNT, run),
    perSecond: await throughput(COUNT * 2, CALLERS, run),
  };
}

async function bareFigures(run: () => Promise<unknown>) {
  await sequential(5, run);
  return {
    backToBack: await sequential(COUNT, run),
    perSecond: await throughput(COUNT * 2, CALLERS, run),
  };
}

/** Waits until as many sandboxes are warm as the pool keeps. */
async function poolIsFull(metrics: () => Promise<string>): Promise<void> {
  for (;;) {
    const [, warm = "0"] =
      /codemode_sandboxes\{runtime="deno",state="warm"\} (\d+)/.exec(await metrics()) ?? [];
    if (Number(warm) >= 4) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function measure(workload: Workload): Promise<Row> {
  const { name, about, program } = workload;
  const http = await figures(
    async () => assertRan(name, await service.execute(program)),
    () => poolIsFull(async () => await (await service.request("/metrics")).text()),
  );
  const embedded = await figures(
    async () => assertRan(name, await codemode.execute(program)),
    () => new Promise((resolve) => setTimeout(resolve, 60)),
  );
  const bare = await bareFigures(
    workload.bare ? () => workload.bare!(client.call) : () => bareDenoRun(workload),
  );
  return { workload: name, about, http, embedded, bare };
}

function assertRan(name: string, answer: { success: boolean; error?: unknown }): void {
  if (!answer.success) throw new Error(`${name} failed: ${JSON.stringify(answer.error)}`);
}

function table(rows: readonly Row[], check: CheckFigures): string {
  const ms = (value: number) => value.toFixed(2).padStart(9);
  const ratio = (value: number) => value.toFixed(2).padStart(6);
  const lines = [
    "workload  door      rested p50  back-to-back p50/p95      at 8 callers   × bare p50 (rested, b2b)  × bare rate",
  ];
  for (const { workload, http, embedded, bare } of rows) {
    for (const [door, one] of Object.entries({ http, embedded })) {
      lines.push(
        `${workload.padEnd(10)}${door.padEnd(10)}${ms(one.rested.p50)}  ${ms(one.backToBack.p50)} ${
          ms(one.backToBack.p95)
        }` +
          `  ${ms(one.perSecond)}/s      ${ratio(one.rested.p50 / bare.backToBack.p50)} ${
            ratio(one.backToBack.p50 / bare.backToBack.p50)
          }` +
          `          ${ratio(one.perSecond / bare.perSecond)}`,
      );
    }
    lines.push(
      `${workload.padEnd(10)}${"bare".padEnd(10)}${"".padStart(9)}  ${ms(bare.backToBack.p50)} ${
        ms(bare.backToBack.p95)
      }  ${ms(bare.perSecond)}/s`,
    );
  }
  const w3 = rows.find(({ workload }) => workload === "W3");
  if (w3) {
    const extra = (w3.http.rested.p50 - w3.bare.backToBack.p50) / 200;
    lines.push(
      "",
      `a tool call through the guest costs ${extra.toFixed(3)} ms more than bare (W3, 200 calls)`,
    );
  }
  lines.push(
    `warm check with ${check.tools} tools: p50 ${check.ours.p50.toFixed(2)} ms, bare ts-morph ${
      check.bare.p50.toFixed(2)
    } ms, ` +
      `ratio ${(check.ours.p50 / check.bare.p50).toFixed(2)}`,
  );
  return lines.join("\n");
}

const folder = await Deno.makeTempDir({ prefix: "codemode-bench-" });
await Deno.writeTextFile(`${folder}/codemode.config.yaml`, CONFIG);
await using service = await startService({ config: CONFIG });
await using codemode = await createCodemode({ config: `${folder}/codemode.config.yaml` });
await using client = await startBareClient(`${ROOT}test/bench/bench_server.ts`);
const rows: Row[] = [];
for (const workload of WORKLOADS) {
  console.error(`${workload.name}: ${workload.about}…`);
  rows.push(await measure(workload));
}
console.error("check…");
const check = await benchCheck(COUNT);
console.log(table(rows, check));
if (values.json) await Deno.writeTextFile(values.json, JSON.stringify({ rows, check }, null, 2));
await Deno.remove(folder, { recursive: true });
