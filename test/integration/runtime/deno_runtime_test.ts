/** Programs in real sandboxes: how they end, what crosses, what is left. */

import assert from "node:assert/strict";
import { decodeValue, encodeValue } from "../../../src/protocol/values.ts";
import { createDenoRuntime } from "../../../src/runtime/mod.ts";
import { descendants } from "../../harness/processes.ts";
import { AMPLE, program, recordingHost } from "../../harness/programs.ts";
import { runInSandbox, summarize } from "../../harness/sandbox.ts";
import process from "node:process";

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };
const MEMORY = [{
  name: "memory",
  tools: [{ name: "search_nodes", aliases: ["searchNodes"] }, { name: "then", aliases: [] }],
  global: true,
  member: true,
}];

const ENDS: readonly (readonly [name: string, code: string, end: string])[] = [
  ["a value", "return 1 + 1", "completed 2"],
  ["nothing", "", 'completed {"$type":"undefined"}'],
  ["a promise", "return Promise.resolve(5)", "completed 5"],
  ["timers", "await new Promise((done) => setTimeout(done, 5)); return 'late'", 'completed "late"'],
  ["an error", "throw new RangeError('far')", "failed RangeError: far"],
  ["a syntax error", "return (", "failed SyntaxError: Unexpected token '}'"],
  ["a thrown object", "throw { code: 1 }", "failed Error: Thrown: an object"],
  ["thrown null", "throw null", "failed Error: Thrown: null"],
  ["thrown undefined", "throw undefined", "failed Error: Thrown: undefined"],
  ["thrown text", "throw 'plain'", "failed Error: Thrown: plain"],
  [
    "a function",
    "return () => 1",
    "failed TypeError: Cannot encode result: a function cannot leave the sandbox",
  ],
  [
    "a symbol",
    "return Symbol('x')",
    "failed TypeError: Cannot encode result: a symbol cannot leave the sandbox",
  ],
  [
    "a cycle",
    "const o = {}; o.o = o; return o",
    "failed TypeError: Cannot encode result.o: it closes a circle to result",
  ],
  ["a class instance", "return new (class A { x = 1 })()", 'completed {"x":1}'],
  [
    "recursion",
    "const f = () => f() + 1; try { f() } catch (e) { return e.constructor.name }",
    'completed "RangeError"',
  ],
  [
    "an error in a callback",
    "setTimeout(() => { throw new Error('late') }, 1); await new Promise((r) => setTimeout(r, 1000))",
    "failed Error: late",
  ],
  [
    "a wait for nothing",
    "await new Promise(() => {})",
    "failed Error: The program waits for something that nothing will ever settle",
  ],
  ["strict mode without this", "return typeof this", 'completed "undefined"'],
  [
    "globals kept",
    "return [typeof fetch, typeof URL, typeof structuredClone, typeof crypto.subtle, typeof WebAssembly]",
    'completed ["function","function","function","object","object"]',
  ],
  [
    "globals sealed",
    "return [typeof Deno, typeof process, typeof Worker, typeof localStorage, typeof caches, typeof close, typeof navigator.gpu]",
    'completed ["undefined","undefined","undefined","undefined","undefined","undefined","undefined"]',
  ],
];

for (const [name, code, end] of ENDS) {
  Deno.test(`ends: ${name}`, async () => assert.equal(summarize(await runInSandbox(code)), end));
}

Deno.test("rich values cross in both directions", async () => {
  const { outcome, host } = await runInSandbox(
    "const back = await memory.search_nodes({ when: context.when, bytes: new Float32Array([1.5]) });" +
      "return { back, big: 2n ** 70n, isSame: back.when.getTime() === 0, flavour: back.bytes.constructor.name }",
    {
      changes: {
        namespaces: MEMORY,
        context: { when: { $type: "Date", value: "1970-01-01T00:00:00.000Z" } },
      },
    },
  );
  assert.ok(outcome.kind === "completed");
  assert.deepEqual(decodeValue(outcome.value), {
    back: { when: new Date(0), bytes: new Float32Array([1.5]) },
    big: 2n ** 70n,
    isSame: true,
    flavour: "Float32Array",
  });
  assert.equal(host.calls.length, 1);
});

Deno.test("errors carry the program's own stack and no path of ours", async () => {
  const { outcome } = await runInSandbox(
    "function load() {\n  throw Object.assign(new Error('e', { cause: new TypeError('c') }), { code: 'X', details: { a: 1 } })\n}\nawait 1;\nload();",
  );
  assert.ok(outcome.kind === "failed");
  const { cause, ...error } = outcome.error;
  assert.deepEqual(error, {
    name: "Error",
    message: "e",
    stack: "Error: e\n    at load (guest.ts:3:23)\n    at guest.ts:6:1",
    properties: { code: "X", details: { a: 1 } },
  });
  assert.deepEqual([cause?.name, cause?.message], ["TypeError", "c"]);
});

Deno.test("fifty calls at once are answered, each with its own reply", async () => {
  const { outcome, host } = await runInSandbox(
    "return (await Promise.all(Array.from({ length: 50 }, (_, i) => mcp.memory.searchNodes(i)))).join()",
    { changes: { namespaces: MEMORY, budget: { ...AMPLE, concurrentCalls: 3 } } },
  );
  assert.deepEqual(outcome, {
    kind: "completed",
    value: Array.from({ length: 50 }, (_, i) => i).join(),
    notes: [],
  });
  assert.deepEqual(host.calls.map((call) => call.id), Array.from({ length: 50 }, (_, i) => i + 1));
});

Deno.test("a tool's error arrives as its class with its data", async () => {
  const host = recordingHost(() => ({
    ok: false,
    error: {
      name: "McpToolError",
      message: "no",
      properties: { server: "s", tool: "t", details: [1] },
    },
  }));
  const { outcome } = await runInSandbox(
    "try { await memory.search_nodes() } catch (e) { return [e instanceof McpToolError, e instanceof Error, e.name, e.message, e.server, e.tool, e.details] }",
    { host, changes: { namespaces: MEMORY } },
  );
  assert.deepEqual(outcome, {
    kind: "completed",
    value: [true, true, "McpToolError", "no", "s", "t", [1]],
    notes: [],
  });
});

Deno.test("namespaces: own names only, frozen, not thenable, unknown ones suggested", async () => {
  const run = (code: string) => runInSandbox(code, { changes: { namespaces: MEMORY } });
  const looked = await run(
    "'use strict'; const tries = [() => { mcp.memory.x = 1 }, () => { mcp.x = 1 }, () => { globalThis.mcp = 1 }, () => { context.x = 1 }];" +
      "return [Object.keys(mcp), Object.keys(memory), typeof memory.constructor, typeof memory.__proto__, typeof mcp.then, typeof memory.then, typeof memory.nope," +
      " (await mcp) === mcp, memory === mcp.memory, tries.map((f) => { try { f() } catch (e) { return e.name } })]",
  );
  assert.deepEqual(looked.outcome, {
    kind: "completed",
    value: [
      ["memory"],
      ["search_nodes", "searchNodes"],
      "undefined",
      "undefined",
      "undefined",
      "undefined",
      "undefined",
      true,
      true,
      ["TypeError", "TypeError", "TypeError", "TypeError"],
    ],
    notes: [],
  });
  const ends = await Promise.all([
    run("await mcp.memory.serch_nodes({})"),
    run("await mcp.memory.zzz()"),
    run("await mcp.memmory.search_nodes()"),
  ]);
  assert.deepEqual(ends.map(summarize), [
    "failed TypeError: mcp.memory.serch_nodes is not a function. Did you mean 'search_nodes'?",
    "failed TypeError: mcp.memory.zzz is not a function. Tools of memory: search_nodes, then",
    "failed TypeError: Cannot read properties of undefined (reading 'search_nodes'). Did you mean 'mcp.memory.search_nodes'?",
  ]);
});

Deno.test("arguments that cannot cross are refused before anything is sent", async () => {
  const { outcome, host } = await runInSandbox(
    "try { await memory.search_nodes({ f: () => 1 }) } catch (e) { return [e.name, e.message] }",
    { changes: { namespaces: MEMORY } },
  );
  assert.deepEqual(outcome, {
    kind: "completed",
    value: ["TypeError", "Cannot encode args[0].f: a function cannot leave the sandbox"],
    notes: [],
  });
  assert.deepEqual(host.calls, []);
});

Deno.test("work that nobody awaited is reported", async () => {
  const host = recordingHost(() => new Promise(() => {}));
  const { outcome } = await runInSandbox(
    "memory.search_nodes(1); Promise.reject(new Error('nobody')); await new Promise((r) => setTimeout(r, 5)); return 1",
    { host, changes: { namespaces: MEMORY } },
  );
  assert.deepEqual(outcome, {
    kind: "completed",
    value: 1,
    notes: [
      "memory.search_nodes: not awaited; cancelled when the program ended",
      "A promise nobody awaited was rejected: nobody",
    ],
  });
});

Deno.test("console keeps order and level and prints objects readably", async () => {
  const { host } = await runInSandbox(`
console.log('a', 1, { x: 1, y: { z: [1, 'two'] } }, [1, 2], null, undefined);
console.warn('w'); console.error(new TypeError('bad')); console.info('%s has %d', 'it', 2, true); console.debug();
console.group('g'); console.log(new Map([['k', new Set([1n])]]), new Date(0), /r/g); console.groupEnd();
console.log({ get x() { throw 1 } }, class A {}, Symbol('s'), -0, new Uint8Array([1, 2]), 'a\\nb');
console.assert(1 === 2, 'odd'); console.count(); console.count(); const o = {}; o.o = o; console.log(o);
console.log('x'.repeat(20000).length, 'x'.repeat(20000));`);
  const long = host.logs.pop()!.text;
  assert.deepEqual(host.logs.map(({ level, text }) => `${level} ${text}`), [
    'log a 1 { x: 1, y: { z: [ 1, "two" ] } } [ 1, 2 ] null undefined',
    "warn w",
    "error TypeError: bad",
    "info it has 2 true",
    "debug ",
    "log g",
    'log   Map(1) { "k" => Set(1) { 1n } } 1970-01-01T00:00:00.000Z /r/g',
    "log { x: [Getter] } [Function: A] Symbol(s) -0 Uint8Array [ 1, 2 ] a\nb",
    "error Assertion failed odd",
    "log default: 1",
    "log default: 2",
    "log { o: [Circular] }",
  ]);
  assert.equal(long.length, 16_384 + "… (3622 more characters)".length);
});

Deno.test("an endless loop ends on time and the next run works at once", async () => {
  await using runtime = createDenoRuntime();
  const never = new AbortController().signal;
  const loop = await runtime.open(SPEC);
  const report = await loop.run(program("for (;;) {}", { timeoutMs: 300 }), recordingHost(), never);
  assert.equal(
    summarize(report),
    "stopped EXECUTION_TIMEOUT: Code execution timed out after 300ms",
  );
  await loop.gone;
  assert.ok(report.usage.wallTimeMs >= 300 && report.usage.cpuTimeMs > 0);
  await using next = await runtime.open(SPEC);
  assert.equal(
    summarize(await next.run(program("return 1"), recordingHost(), never)),
    "completed 1",
  );
});

Deno.test("cancelling ends a run that never yields", async () => {
  const aborter = new AbortController();
  const host = recordingHost(() => {
    aborter.abort("enough");
    return new Promise(() => {});
  });
  const report = await runInSandbox("memory.search_nodes(); for (;;) {}", {
    host,
    signal: aborter.signal,
    changes: { namespaces: MEMORY },
  });
  assert.equal(summarize(report), "stopped CANCELLED: The execution was cancelled");
});

Deno.test("a run whose caller gave up before is cancelled and never starts", async () => {
  const report = await runInSandbox("return 1", { signal: AbortSignal.abort() });
  assert.equal(summarize(report), "stopped CANCELLED: The execution was cancelled");
});

Deno.test("a megabyte crosses whole, in both directions", async () => {
  const rows = Array.from(
    { length: 10_000 },
    (_, id) => ({ id, name: `row ${id}`, tags: ["a", "b"], ok: true }),
  );
  const host = recordingHost(() => ({ ok: true, value: rows }));
  const { outcome } = await runInSandbox("return await memory.search_nodes()", {
    host,
    changes: { namespaces: MEMORY },
  });
  assert.deepEqual(outcome, { kind: "completed", value: rows, notes: [] });
});

Deno.test("usage is measured: work shows in CPU time, allocation in memory", async () => {
  const idle = await runInSandbox("return 1");
  const busy = await runInSandbox(
    "const bytes = new Uint8Array(40e6).fill(1); const end = performance.now() + 200; while (performance.now() < end); return bytes.length",
  );
  assert.ok(busy.usage.memoryPeakBytes > 38e6, `peak ${busy.usage.memoryPeakBytes}`);
  assert.ok(idle.usage.memoryPeakBytes < 20e6, `idle peak ${idle.usage.memoryPeakBytes}`);
  assert.ok(busy.usage.wallTimeMs >= 200);
  assert.ok(busy.usage.cpuTimeMs > 0 && idle.usage.cpuTimeMs > 0);
});

Deno.test("what a program was granted is asked of the host and done there", async () => {
  const response = {
    url: "http://api.test/b",
    redirected: true,
    status: 201,
    statusText: "Made",
    headers: [["x-a", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]],
    body: new TextEncoder().encode("hello"),
  };
  const host = recordingHost((call) =>
    call.tool === "fetch"
      ? { ok: true, value: encodeValue(response).wire }
      : { ok: true, value: "text" }
  );
  const code = `globalThis.Request = globalThis.Response = globalThis.Headers = undefined;
    const r = await fetch("http://api.test/a", { method: "PUT", body: "hi" });
    const copy = r.clone();
    return [r.status, r.statusText, r.url, copy.url, copy.redirected, r.headers.getSetCookie(),
      await r.text(), await files.readText("a"), env.REGION, Object.isFrozen(files), Object.isFrozen(env)]`;
  const access = { network: true, files: true, environment: { REGION: "eu" } };
  const result = await runInSandbox(code, { host, changes: { access } });
  assert.deepEqual(result.outcome, {
    kind: "completed",
    value: [
      201,
      "Made",
      "http://api.test/b",
      "http://api.test/b",
      true,
      ["a=1", "b=2"],
      "hello",
      "text",
      "eu",
      true,
      true,
    ],
    notes: [],
  });
  assert.deepEqual(
    host.calls.map((
      { namespace, tool, args },
    ) => [namespace, tool, ...args.map((arg) => decodeValue(arg))]),
    [
      ["@network", "fetch", {
        url: "http://api.test/a",
        method: "PUT",
        headers: [["content-type", "text/plain;charset=UTF-8"]],
        body: new TextEncoder().encode("hi"),
        redirect: "follow",
      }],
      ["@files", "readText", "a"],
    ],
  );
});

Deno.test("a request that its program gave up ends for the program at once", async () => {
  const host = recordingHost(() => new Promise<never>(() => {}));
  const code = `const control = new AbortController();
    const asked = fetch("http://api.test/", { signal: control.signal });
    control.abort();
    try { await asked } catch (error) { return error.name }`;
  const result = await runInSandbox(code, { host, changes: { access: { network: true } } });
  assert.deepEqual(result.outcome, {
    kind: "completed",
    value: "AbortError",
    notes: ["network.fetch: not awaited; cancelled when the program ended"],
  });
});

Deno.test("without a grant there are no files and no variables, and fetch reaches nothing", async () => {
  const code =
    `const told = await fetch("http://127.0.0.1:4321/").catch((e) => [e.name, e.code, e.message]);
    return [typeof files, typeof env, ...told]`;
  assert.deepEqual((await runInSandbox(code)).outcome, {
    kind: "completed",
    value: [
      "undefined",
      "undefined",
      "TypeError",
      "NETWORK_DENIED",
      'This program may not reach 127.0.0.1:4321: the capability "network:127.0.0.1:4321" is missing',
    ],
    notes: [],
  });
});

Deno.test("nothing is left after disposal, whatever ran", async () => {
  const before = await descendants(process.pid);
  const runtime = createDenoRuntime();
  const open = await Promise.all([1, 2, 3].map(() => runtime.open(SPEC)));
  const running = open[0]!.run(
    program("for (;;) {}"),
    recordingHost(),
    new AbortController().signal,
  );
  assert.equal((await descendants(process.pid)).length, before.length + 3);
  await runtime[Symbol.asyncDispose]();
  assert.equal((await running).outcome.kind, "stopped");
  assert.deepEqual(await descendants(process.pid), before);
  await assert.rejects(runtime.open(SPEC), { code: "SHUTTING_DOWN" });
});

Deno.test("a sandbox that cannot start is a typed error", async () => {
  await using missing = createDenoRuntime({ denoPath: "/nonexistent/deno" });
  const unavailable = {
    code: "RUNTIME_UNAVAILABLE",
    message: "The configured deno program cannot be executed",
  };
  await assert.rejects(missing.open(SPEC), unavailable);
  assert.deepEqual(missing.describe().available, false);
  await using text = createDenoRuntime({ denoPath: new URL(import.meta.url).pathname });
  await assert.rejects(text.open(SPEC), unavailable);
  assert.deepEqual(text.describe().available, false);
  await using wrong = createDenoRuntime({ denoPath: "/bin/true" });
  await assert.rejects(wrong.open(SPEC), {
    code: "SANDBOX_CRASHED",
    message: "The sandbox ended before the program did: exit code 0",
  });
});

Deno.test("opening can be aborted", async () => {
  await using runtime = createDenoRuntime();
  const aborter = new AbortController();
  const opening = runtime.open(SPEC, aborter.signal);
  aborter.abort("enough");
  await assert.rejects(opening, { code: "CANCELLED" });
  await assert.rejects(runtime.open(SPEC, aborter.signal), { code: "CANCELLED" });
});

Deno.test("a failed call has the stack of its place in the program", async () => {
  const refusal = { name: "McpToolError", message: "no\n    at guest.ts:9:9", properties: {} };
  const host = recordingHost(() => ({ ok: false, error: refusal }));
  const code =
    "const find = async (query) => {\n  await 0;\n  return await mcp.memory.search_nodes({ query });\n};\nawait find('x');";
  const { outcome } = await runInSandbox(code, { host, changes: { namespaces: MEMORY } });
  assert.equal(outcome.kind, "failed");
  assert.equal(
    outcome.kind === "failed" && outcome.error.stack,
    "McpToolError: no\n    at find (guest.ts:4:27)\n    at async guest.ts:6:1",
  );
});

Deno.test("what a program used is measured even when the host is late to look", async () => {
  await using runtime = createDenoRuntime();
  for (let round = 0; round < 5; round += 1) {
    await using sandbox = await runtime.open(SPEC);
    const host = recordingHost();
    const started = sandbox.run(
      program("return Array.from({ length: 1e5 }, String).length"),
      host,
      AbortSignal.timeout(20_000),
    );
    const until = performance.now() + 300;
    while (performance.now() < until);
    const { usage } = await started;
    assert.ok(usage.cpuTimeMs > 0 && usage.memoryPeakBytes > 0, JSON.stringify(usage));
  }
});
