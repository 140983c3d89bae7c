/** What every runtime does the same: values, errors, calls, console, limits, cancelling. */

import assert from "node:assert/strict";
import { decodeValue } from "../../src/protocol/values.ts";
import { AMPLE, recordingHost } from "../harness/programs.ts";
import { type SandboxResult, type SandboxRun, summarize } from "../harness/sandbox.ts";

/** Runs a program in a sandbox of the runtime under test. */
export type Run = (code: string, run?: SandboxRun) => Promise<SandboxResult>;

/** Stacks of two programs below; engines count columns and follow `await` in their own ways. */
export interface Stacks {
  readonly thrown: string;
  readonly failedCall: string;
}

/** As the `deno` engine has them. */
export const STACKS: Stacks = Object.freeze({
  thrown: "Error: e\n    at load (guest.ts:3:23)\n    at guest.ts:6:1",
  failedCall: "McpToolError: no\n    at find (guest.ts:4:27)\n    at async guest.ts:6:1",
});

/** Tools of the programs below. */
export const MEMORY = [{
  name: "memory",
  tools: [{ name: "search_nodes", aliases: ["searchNodes"] }, { name: "then", aliases: [] }],
  global: true,
  member: true,
}];

const CANCELLED = "stopped CANCELLED: The execution was cancelled";

/** Scenarios by name; each asserts. */
export const SCENARIOS: Readonly<Record<string, (run: Run, stacks: Stacks) => Promise<void>>> = {
  "rich values cross in both directions": async (run) => {
    const { outcome, host } = await run(
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
  },
  "errors carry the program's own stack and no path of ours": async (run, stacks) => {
    const { outcome } = await run(
      "function load() {\n  throw Object.assign(new Error('e', { cause: new TypeError('c') }), { code: 'X', details: { a: 1 } })\n}\nawait 1;\nload();",
    );
    assert.ok(outcome.kind === "failed");
    const { cause, ...error } = outcome.error;
    assert.deepEqual(error, {
      name: "Error",
      message: "e",
      stack: stacks.thrown,
      properties: { code: "X", details: { a: 1 } },
    });
    assert.deepEqual([cause?.name, cause?.message], ["TypeError", "c"]);
  },
  "fifty calls at once are answered, each with its own reply": async (run) => {
    const { outcome, host } = await run(
      "return (await Promise.all(Array.from({ length: 50 }, (_, i) => mcp.memory.searchNodes(i)))).join()",
      { changes: { namespaces: MEMORY, budget: { ...AMPLE, concurrentCalls: 3 } } },
    );
    assert.deepEqual(outcome, {
      kind: "completed",
      value: Array.from({ length: 50 }, (_, i) => i).join(),
      notes: [],
    });
    assert.deepEqual(
      host.calls.map((call) => call.id),
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
  },
  "a tool's error arrives as its class with its data": async (run) => {
    const host = recordingHost(() => ({
      ok: false,
      error: {
        name: "McpToolError",
        message: "no",
        properties: { server: "s", tool: "t", details: [1] },
      },
    }));
    const { outcome } = await run(
      "try { await memory.search_nodes() } catch (e) { return [e instanceof McpToolError, e instanceof Error, e.name, e.message, e.server, e.tool, e.details] }",
      { host, changes: { namespaces: MEMORY } },
    );
    assert.deepEqual(outcome, {
      kind: "completed",
      value: [true, true, "McpToolError", "no", "s", "t", [1]],
      notes: [],
    });
  },
  "namespaces: own names only, frozen, not thenable, unknown ones suggested": async (run) => {
    const see = (code: string) => run(code, { changes: { namespaces: MEMORY } });
    const looked = await see(
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
      see("await mcp.memory.serch_nodes({})"),
      see("await mcp.memory.zzz()"),
      see("await mcp.memmory.search_nodes()"),
    ]);
    assert.deepEqual(ends.map(summarize), [
      "failed TypeError: mcp.memory.serch_nodes is not a function. Did you mean 'search_nodes'?",
      "failed TypeError: mcp.memory.zzz is not a function. Tools of memory: search_nodes, then",
      "failed TypeError: Cannot read properties of undefined (reading 'search_nodes'). Did you mean 'mcp.memory.search_nodes'?",
    ]);
  },
  "arguments that cannot cross are refused before anything is sent": async (run) => {
    const { outcome, host } = await run(
      "try { await memory.search_nodes({ f: () => 1 }) } catch (e) { return [e.name, e.message] }",
      { changes: { namespaces: MEMORY } },
    );
    assert.deepEqual(outcome, {
      kind: "completed",
      value: ["TypeError", "Cannot encode args[0].f: a function cannot leave the sandbox"],
      notes: [],
    });
    assert.deepEqual(host.calls, []);
  },
  "work that nobody awaited is reported": async (run) => {
    const host = recordingHost(() => new Promise(() => {}));
    const { outcome } = await run(
      // A slow machine's first timer fires before rejections are told of; its second one after.
      `memory.search_nodes(1); Promise.reject(new Error('nobody'));
       for (let i = 0; i < 2; i++) await new Promise((r) => setTimeout(r, 1)); return 1`,
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
  },
  "console keeps order and level and prints objects readably": async (run) => {
    const { host } = await run(`
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
  },
  "a run whose caller gave up before is cancelled and never starts": async (run) => {
    const report = await run("return 1", { signal: AbortSignal.abort() });
    assert.equal(summarize(report), "stopped CANCELLED: The execution was cancelled");
  },
  "a megabyte crosses whole, in both directions": async (run) => {
    const rows = Array.from(
      { length: 10_000 },
      (_, id) => ({ id, name: `row ${id}`, tags: ["a", "b"], ok: true }),
    );
    const host = recordingHost(() => ({ ok: true, value: rows }));
    const { outcome } = await run("return await memory.search_nodes()", {
      host,
      changes: { namespaces: MEMORY },
    });
    assert.deepEqual(outcome, { kind: "completed", value: rows, notes: [] });
  },
  "a failed call has the stack of its place in the program": async (run, stacks) => {
    const refusal = { name: "McpToolError", message: "no\n    at guest.ts:9:9", properties: {} };
    const host = recordingHost(() => ({ ok: false, error: refusal }));
    const code =
      "const find = async (query) => {\n  await 0;\n  return await mcp.memory.search_nodes({ query });\n};\nawait find('x');";
    const { outcome } = await run(code, { host, changes: { namespaces: MEMORY } });
    assert.equal(outcome.kind, "failed");
    assert.equal(outcome.kind === "failed" && outcome.error.stack, stacks.failedCall);
  },
  "cancelling ends a program that waits": async (run) => {
    const aborter = new AbortController();
    const host = recordingHost(() => {
      aborter.abort("enough");
      return new Promise(() => {});
    });
    const report = await run("await memory.search_nodes()", {
      host,
      signal: aborter.signal,
      changes: { namespaces: MEMORY },
    });
    assert.equal(summarize(report), CANCELLED);
  },
  "a program that waits too long ends on time": async (run) => {
    const report = await run("await new Promise((done) => setTimeout(done, 60_000))", {
      changes: { timeoutMs: 300 },
    });
    assert.equal(
      summarize(report),
      "stopped EXECUTION_TIMEOUT: Code execution timed out after 300ms",
    );
    assert.ok(report.usage.wallTimeMs >= 300);
  },
  "waiting for a call is not the program's own time": async (run) => {
    const host = recordingHost(() =>
      new Promise((resolve) => setTimeout(() => resolve({ ok: true, value: "late" }), 2200))
    );
    const changes = { namespaces: MEMORY, timeoutMs: 2000, waitMs: 60_000 };
    const report = await run("return await memory.search_nodes()", { host, changes });
    assert.equal(summarize(report), 'completed "late"');
    const { waitTimeMs, wallTimeMs } = report.usage;
    assert.ok(waitTimeMs >= 2190 && wallTimeMs >= waitTimeMs, JSON.stringify(report.usage));
  },
  "a tool that never answers ends with the time for waiting": async (run) => {
    let signal: AbortSignal | undefined;
    const host = recordingHost((_call, given) => {
      signal = given;
      return new Promise(() => {});
    });
    const changes = { namespaces: MEMORY, waitMs: 300 };
    const report = await run("await memory.search_nodes()", { host, changes });
    assert.equal(
      summarize(report),
      "stopped EXECUTION_TIMEOUT: Code execution waited for its calls longer than 300ms",
    );
    assert.equal(signal?.aborted, true);
  },
  "without time for waiting a tool that never answers ends with the program's": async (run) => {
    let signal: AbortSignal | undefined;
    const host = recordingHost((_call, given) => {
      signal = given;
      return new Promise(() => {});
    });
    const changes = { namespaces: MEMORY, timeoutMs: 300 };
    const report = await run("await memory.search_nodes()", { host, changes });
    assert.equal(report.outcome.kind, "stopped");
    assert.equal(signal?.aborted, true);
  },
  "limits: one message, all output, the result, calls": async (run) => {
    const budget = {
      ...AMPLE,
      frameBytes: 10_000,
      totalBytes: 50_000,
      resultBytes: 5_000,
      calls: 3,
    };
    const changes = { namespaces: MEMORY, budget };
    const ends = [];
    for (
      const code of [
        "return 'x'.repeat(20_000)",
        "for (let i = 0; i < 20; i++) { console.log('x'.repeat(5000)); await 0 }",
        "return 'x'.repeat(6_000)",
        "for (let i = 0; i < 4; i++) memory.search_nodes(i); await 0",
      ]
    ) ends.push(summarize(await run(code, { changes })));
    assert.deepEqual(ends, [
      "stopped OUTPUT_LIMIT_EXCEEDED: A single message of the program is larger than 10000 bytes",
      "stopped OUTPUT_LIMIT_EXCEEDED: The program's output in all is larger than 50000 bytes",
      "stopped OUTPUT_LIMIT_EXCEEDED: The result is larger than 5000 bytes",
      "stopped CALL_LIMIT_EXCEEDED: The program made more than 3 tool calls",
    ]);
  },
  "logs beyond their budget are dropped and counted": async (run) => {
    const report = await run("for (let i = 0; i < 5; i++) console.log(i)", {
      changes: { budget: { ...AMPLE, logLines: 2 } },
    });
    assert.deepEqual(report.host.logs.map(({ text }) => text), ["0", "1"]);
    assert.equal(report.droppedLogs, 3);
  },
};
