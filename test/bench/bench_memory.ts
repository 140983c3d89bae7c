/**
 * What programs that wait take: the memory of a service with all its processes while 42 programs wait
 * on the light engine, beside that while 2 do. Processes that were started for them are in it.
 */

import { startService } from "../harness/start_service.ts";
import { descendants } from "../harness/processes.ts";

/** Memory of a service and its processes, in megabytes. */
export interface MemoryFigures {
  /** A page that several processes share counts for each a part of it. */
  readonly proportional: { readonly few: number; readonly many: number };
  /** A page counts for each process that has it. */
  readonly resident: { readonly few: number; readonly many: number };
}

const FEW = 2;
const MANY = 42;
const CONFIG = `
server: { port: 0, limits: { requestsPerSecond: 1000, burst: 1000 } }
logging: { level: info, format: json, outputs: [{ type: console }] }
`;

/** Measures a service of its own; Linux alone tells such figures. */
export async function benchMemory(): Promise<MemoryFigures> {
  await using service = await startService({ config: CONFIG });
  const run = (code: string) => service.execute(code, { runtime: "quickjs" });
  for (let n = 0; n < 10; n += 1) await run("return 1");
  const leaving = new AbortController();
  const waiting: Promise<unknown>[] = [];
  const waitUntil = async (count: number) => {
    while (waiting.length < count) waiting.push(sleeper(service.url, leaving.signal));
    while (await running(service) < count) await new Promise((done) => setTimeout(done, 50));
    // What was allocated on the way is collected by then.
    await new Promise((done) => setTimeout(done, 2000));
    return await memoryOf(service.pid);
  };
  const few = await waitUntil(FEW);
  const many = await waitUntil(MANY);
  leaving.abort();
  await Promise.allSettled(waiting);
  const beside = (kind: "Pss" | "Rss") => ({ few: few[kind], many: many[kind] });
  return { proportional: beside("Pss"), resident: beside("Rss") };
}

/** The figures as a line for people. */
export function printMemory({ proportional, resident }: MemoryFigures): string {
  const each = ({ few, many }: { readonly few: number; readonly many: number }) =>
    ((many - few) / (MANY - FEW)).toFixed(2);
  return `memory: ${each(proportional)} MB for each waiting program, ${each(resident)} MB with ` +
    `shared pages counted for each process (${FEW} and ${MANY} programs on quickjs: ` +
    `${proportional.few.toFixed(0)} and ${proportional.many.toFixed(0)} MB in all)`;
}

async function sleeper(url: string, signal: AbortSignal): Promise<void> {
  const code = "await new Promise((done) => setTimeout(done, 600_000))";
  const response = await fetch(new URL("/api/v1/execute", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code, runtime: "quickjs", timeout: 300_000 }),
    signal,
  });
  await response.body?.cancel();
}

async function running({ request }: Awaited<ReturnType<typeof startService>>): Promise<number> {
  const text = await (await request("/metrics")).text();
  const found = /^codemode_sandboxes\{runtime="quickjs",state="running"\} (\d+)$/m.exec(text);
  return Number(found?.[1] ?? 0);
}

async function memoryOf(pid: number): Promise<{ Pss: number; Rss: number }> {
  const sum = { Pss: 0, Rss: 0 };
  for (const one of [pid, ...await descendants(pid)]) {
    const text = await Deno.readTextFile(`/proc/${one}/smaps_rollup`);
    for (const kind of ["Pss", "Rss"] as const) {
      sum[kind] += Number(new RegExp(`^${kind}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? NaN) / 1024;
    }
  }
  return sum;
}
