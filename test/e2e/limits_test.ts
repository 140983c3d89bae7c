import assert from "node:assert/strict";
import { descendants, peakResidentBytes, residentBytes } from "../harness/processes.ts";
import { noServers } from "../harness/service_config.ts";
import { startService } from "../harness/start_service.ts";

const HEAP_BOMB = "const a: unknown[] = []; for (;;) a.push(new Array(100000).fill(a.length));";

const MEBIBYTE = 1024 * 1024;
/** Each holds on to more and more memory of another kind. */
const BOMBS: Readonly<Record<string, string>> = {
  buffers: "const a = []; for (;;) a.push(new Uint8Array(32 << 20).fill(1))",
  arrays: "const a = []; for (;;) a.push(new Array(100000).fill(a.length))",
  objects: "const a = []; for (let i = 0;; i++) a.push({ i, text: 'x' + i })",
  strings: "const a = []; for (let i = 0;; i++) a.push('x'.repeat(1 << 20) + i)",
  webassembly:
    "const a = []; for (;;) { const memory = new WebAssembly.Memory({ initial: 512 }); " +
    "new Uint8Array(memory.buffer).fill(1); a.push(memory); }",
};

Deno.test("memory: seen from outside, no bomb goes 64 MB beyond its budget", async (t) => {
  await using service = await startService({ config: noServers() });
  assert.equal((await service.execute("return 1")).result, 1);
  const own = await residentBytes(service.pid);
  for (const [name, code] of Object.entries(BOMBS)) {
    await t.step(name, async () => {
      const idle = await smallestPeak(service.pid);
      const watch = watchPeak(service.pid);
      const answer = await service.execute(code, { check: "off" });
      const peak = await watch.stop();
      assert.equal(answer.error.code, "MEMORY_LIMIT_EXCEEDED", JSON.stringify(answer.error));
      const over = (peak - idle) / MEBIBYTE - 128;
      assert.ok(over <= 64, `${name} went ${over.toFixed(0)} MB beyond its budget`);
    });
  }
  const grown = (await residentBytes(service.pid) - own) / MEBIBYTE;
  assert.ok(grown < 64, `the service grew by ${grown.toFixed(0)} MB`);
});

/** A shell beside the service is smaller, and no sandbox. */
const LEAST_ENGINE_BYTES = 16 * MEBIBYTE;

/** The peak of an idle sandbox: of one that is just ending it would be larger. */
async function smallestPeak(pid: number): Promise<number> {
  const peaks = await Promise.all((await descendants(pid)).map(peakResidentBytes));
  return Math.min(...peaks.filter((bytes) => bytes > LEAST_ENGINE_BYTES));
}

/** Follows the largest peak among the service's children until it is stopped. */
function watchPeak(pid: number): { stop(): Promise<number> } {
  let isOver = false;
  let peak = 0;
  const done = (async () => {
    while (!isOver) {
      const peaks = await Promise.all((await descendants(pid)).map(peakResidentBytes));
      peak = Math.max(peak, ...peaks);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return peak;
  })();
  return {
    stop() {
      isOver = true;
      return done;
    },
  };
}

Deno.test("limits: the program that breaks one ends alone", async (t) => {
  await using service = await startService({
    config: noServers("").replace(
      "queue: 200",
      "queue: 200, limits: { resultBytes: 100000, logLines: 10 }",
    ),
  });

  await t.step("an endless loop ends on time while others finish unharmed", async () => {
    const startedAt = performance.now();
    const stuck = service.execute("for(;;){}", { timeout: 500 })
      .then((answer) => ({ answer, tookMs: performance.now() - startedAt }));
    const others = await Promise.all(
      Array.from({ length: 50 }, (_, n) => service.execute(`return ${n} * 2`)),
    );
    assert.deepEqual(
      others.map(({ result }) => result),
      Array.from({ length: 50 }, (_, n) => n * 2),
    );
    const { answer } = await stuck;
    assert.equal(answer.error.code, "EXECUTION_TIMEOUT");
    assert.equal(answer.error.message, "Code execution timed out after 500ms");
    assert.deepEqual(answer.error.details, { timeout: 500 });
  });

  await t.step("a heap bomb is MEMORY_LIMIT_EXCEEDED and the next execution works", async () => {
    const answer = await service.execute(HEAP_BOMB);
    assert.equal(answer.error.code, "MEMORY_LIMIT_EXCEEDED", JSON.stringify(answer.error));
    assert.equal((await service.execute("return 'on'")).result, "on");
  });

  await t.step("a result above its limit is OUTPUT_LIMIT_EXCEEDED", async () => {
    const answer = await service.execute("return 'x'.repeat(200000)");
    assert.equal(answer.error.code, "OUTPUT_LIMIT_EXCEEDED", JSON.stringify(answer.error));
  });

  await t.step("log lines above their limit are dropped and counted", async () => {
    const answer = await service.execute("for (let i = 0; i < 15; i++) console.log(i); return 1");
    assert.deepEqual(answer.logs, [
      "0",
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
      "8",
      "9",
      "[warn] 5 more log lines were dropped",
    ]);
  });

  await t.step("a caller that goes away ends its execution", async () => {
    const controller = new AbortController();
    const gone = fetch(`${service.url}/api/v1/execute`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: "for(;;){}", timeout: 60000 }),
      signal: controller.signal,
    });
    await untilInside(service, 1);
    controller.abort();
    await assert.rejects(gone, { name: "AbortError" });
    await untilInside(service, 0);
  });
});

Deno.test("soak: 2,000 mixed executions at 8 callers leave nothing behind", async () => {
  const service = await startService({ config: noServers() });
  const honest = (n: number) =>
    `console.log(${n}); return [${n}, ${n} + 1].reduce((a, b) => a + b, 0)`;
  const hostile: readonly [string, string][] = [
    ["for(;;){}", "EXECUTION_TIMEOUT"],
    [HEAP_BOMB, "MEMORY_LIMIT_EXCEEDED"],
    ["throw new Error('no')", "EXECUTION_FAILED"],
    ["return nowhere", "TYPE_CHECK_FAILED"],
    ["return (", "SYNTAX_ERROR"],
  ];
  const wrong: unknown[] = [];
  const one = async (n: number) => {
    const bad = n % 10 === 0 ? hostile[(n / 10) % hostile.length] : undefined;
    const answer = await service.execute(
      bad?.[0] ?? honest(n),
      bad?.[1] === "EXECUTION_TIMEOUT" ? { timeout: 150 } : {},
    );
    const ok = bad ? answer.error?.code === bad[1] : answer.result === 2 * n + 1;
    if (!ok) wrong.push({ n, answer });
  };
  const run = async (from: number, to: number) => {
    let next = from;
    await Promise.all(Array.from({ length: 8 }, async () => {
      while (next < to) await one(next++);
    }));
  };
  await run(1, 500);
  const warm = await residentBytes(service.pid);
  await run(500, 2001);
  const after = await residentBytes(service.pid);
  assert.deepEqual(wrong.slice(0, 3), []);
  assert.ok(after < warm * 1.5 + 32 * 1024 * 1024, `resident memory went from ${warm} to ${after}`);
  const children = await descendants(service.pid);
  assert.equal(await service.stop(), 0);
  for (const pid of children) assert.throws(() => Deno.readTextFileSync(`/proc/${pid}/stat`));
});

/** Waits until the service counts `count` executions inside. */
async function untilInside(
  service: { request(path: string): Promise<Response> },
  count: number,
): Promise<void> {
  for (;;) {
    const text = await (await service.request("/metrics")).text();
    if (text.includes(`codemode_executions_inside ${count}\n`)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
