/**
 * `deno task bench [--json FILE] [--quick] [--only W1,W7,engines,memory,check,search] [--permissions flags]`: the workloads over
 * HTTP and embedded, beside the same work done bare, in one run on one machine. Ratios are what
 * counts; times are this machine's.
 */

import { parseArgs } from "node:util";
import { createCodemode } from "../../src/mod.ts";
import { startService } from "../harness/start_service.ts";
import { startBareClient } from "./bare_client.ts";
import { bareDenoRun } from "./bare_deno_run.ts";
import { benchCheck, type CheckFigures } from "./bench_check.ts";
import { benchEngines, printEngines } from "./bench_engines.ts";
import { benchMemory, printMemory } from "./bench_memory.ts";
import { benchSearch, printSearch } from "./bench_search.ts";
import { sequential, type Series, throughput, toSeries } from "./measure.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    json: { type: "string" },
    quick: { type: "boolean" },
    only: { type: "string" },
    permissions: { type: "string", default: "auto" },
  },
});

/** Runs of one round: long enough that the warm sandboxes it begins with do not decide it. */
const RESTED = values.quick ? 5 : 20;
const BACK_TO_BACK = values.quick ? 10 : 40;
const AT_ONCE = values.quick ? 40 : 160;
/** Of runs that take a millisecond: a round of fewer is over before the service is warm. */
const AT_ONCE_LIGHT = 1280;
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
server: { port: 0, limits: { requestsPerSecond: 1000000, burst: 1000000 } }
sandbox: { permissions: ${values.permissions}, workers: { min: 4, max: 10 } }
security:
  capabilities:
    mcp: { allowedServers: [bench], maxCallsPerSecond: 100000, maxConcurrentCalls: 10 }
    network: { allowedHosts: ["127.0.0.1:9"] }
    filesystem: { allowedPaths: [./data] }
logging: { level: info, format: json, outputs: [{ type: console }] }
mcp: ${SERVERS}
`;

interface Figures {
  readonly rested: Series;
  readonly backToBack: Series;
  readonly perSecond: number;
}

type BareFigures = Omit<Figures, "rested">;

interface Row {
  readonly workload: string;
  readonly about: string;
  readonly http: Figures;
  readonly embedded: Figures;
  readonly bare: BareFigures;
}

/** One way to do the work; `rest` lets it recover before each run that is timed alone. */
interface Contender {
  readonly run: () => Promise<unknown>;
  readonly rest?: () => Promise<unknown>;
  /** Runs of one round at 8 callers. @default AT_ONCE */
  readonly atOnce?: number;
}

/** Rounds of every series. A machine's speed drifts, so contenders take turns round by round. */
const ROUNDS = 3;

async function race<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
): Promise<Record<Name, Figures>> {
  const names = Object.keys(contenders) as Name[];
  const laps = Object.fromEntries(names.map((name) => [name, newLaps()])) as Record<Name, Laps>;
  const inTurn = async (lap: (one: Contender, laps: Laps) => Promise<unknown>) => {
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of names) await lap(contenders[name], laps[name]);
    }
  };
  for (const name of names) await sequential(5, contenders[name].run);
  await inTurn(async ({ run, rest }, laps) => {
    if (rest !== undefined) laps.rested.push(...await sequential(RESTED, run, rest));
  });
  await inTurn(async ({ run }, laps) =>
    laps.backToBack.push(...await sequential(BACK_TO_BACK, run))
  );
  await inTurn(async ({ run, atOnce = AT_ONCE }, laps) =>
    laps.rates.push(await throughput(atOnce, CALLERS, run))
  );
  return Object.fromEntries(names.map((name) => [name, toFigures(laps[name])])) as Record<
    Name,
    Figures
  >;
}

interface Laps {
  readonly rested: number[];
  readonly backToBack: number[];
  readonly rates: number[];
}

function newLaps(): Laps {
  return { rested: [], backToBack: [], rates: [] };
}

function toFigures({ rested, backToBack, rates }: Laps): Figures {
  return {
    rested: toSeries(rested),
    backToBack: toSeries(backToBack),
    perSecond: toSeries(rates).p50,
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
  const ask = asking(workload);
  const atOnce = workload.runtime === "auto" ? AT_ONCE_LIGHT : AT_ONCE;
  const figures = await race({
    http: {
      atOnce,
      run: async () => assertRan(name, await service.execute(program, ask())),
      rest: () => poolIsFull(async () => await (await service.request("/metrics")).text()),
    },
    embedded: {
      atOnce,
      run: async () => assertRan(name, await codemode.execute(program, ask())),
      rest: () => new Promise((resolve) => setTimeout(resolve, 60)),
    },
    bare: {
      run: workload.bare ? () => workload.bare!(client.call) : () => bareDenoRun(workload),
    },
  });
  return { workload: name, about, ...figures };
}

/** Options that ask for the workload's runtime, and for one of its sets after another. */
function asking(
  { runtime = "deno", capabilities: sets }: Workload,
): () => { runtime: "deno" | "auto"; capabilities?: string[] } {
  let turn = 0;
  if (sets === undefined) return () => ({ runtime });
  return () => ({ runtime, capabilities: [...sets[turn++ % sets.length] ?? []] });
}

function assertRan(name: string, answer: { success: boolean; error?: unknown }): void {
  if (!answer.success) throw new Error(`${name} failed: ${JSON.stringify(answer.error)}`);
}

function table(rows: readonly Row[]): string {
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
  const [w1, w3] = ["W1", "W3"].map((name) => rows.find(({ workload }) => workload === name));
  if (w1 && w3) {
    // What an execution costs without calls is not the calls' doing.
    const calls = w3.http.rested.p50 - w1.http.rested.p50;
    const extra = (calls - w3.bare.backToBack.p50) / 200;
    lines.push(
      "",
      `a tool call through the guest costs ${extra.toFixed(3)} ms more than bare (W3 less W1)`,
    );
  }
  const w6 = rows.find(({ workload }) => workload === "W6");
  if (w1 && w6) {
    const ratios = [w6.http.rested.p50 / w1.http.rested.p50, w6.http.perSecond / w1.http.perSecond];
    lines.push(
      `capability sets in turn: p50 ${ratios[0]?.toFixed(2)} ×, rate ${ratios[1]?.toFixed(2)} × W1`,
    );
  }
  return lines.join("\n");
}

function printCheck({ tools, ours, bare }: CheckFigures): string {
  const [mine, theirs] = [ours.p50, bare.p50].map((ms) => ms.toFixed(2));
  const ratio = (ours.p50 / bare.p50).toFixed(2);
  return `warm check with ${tools} tools: p50 ${mine} ms, bare ts-morph ${theirs} ms, ratio ${ratio}`;
}

const folder = await Deno.makeTempDir({ prefix: "codemode-bench-" });
await Deno.writeTextFile(`${folder}/codemode.config.yaml`, CONFIG);
await using service = await startService({ config: CONFIG });
await using codemode = await createCodemode({ config: `${folder}/codemode.config.yaml` });
await using client = await startBareClient(`${ROOT}test/bench/bench_server.ts`);
const rows: Row[] = [];
for (const workload of WORKLOADS) {
  if (values.only?.split(",").includes(workload.name) === false) continue;
  console.error(`${workload.name}: ${workload.about}…`);
  rows.push(await measure(workload));
}
const isWanted = (name: string) => values.only?.split(",").includes(name) !== false;
const engines = isWanted("engines") ? await benchEngines(codemode, values.quick ? 0.3 : 1) : [];
const memory = isWanted("memory") ? await benchMemory() : undefined;
const check = isWanted("check") ? await benchCheck(60) : undefined;
const search = isWanted("search") ? await benchSearch() : undefined;
console.log(
  [
    table(rows),
    ...check ? [printCheck(check)] : [],
    printEngines(engines),
    ...memory ? [printMemory(memory)] : [],
    ...search ? [printSearch(search)] : [],
  ].join("\n"),
);
if (values.json) {
  await Deno.writeTextFile(
    values.json,
    JSON.stringify({ rows, check, engines, memory, search }, null, 2),
  );
}
await Deno.remove(folder, { recursive: true });
