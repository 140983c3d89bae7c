/** The audit log on a real disk. */

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AuditLine,
  type AuditQuery,
  createAuditLog,
  readAudit,
} from "../../../src/audit/mod.ts";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import type { AuditEntry } from "../../../src/contract/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const MEGABYTE = 1024 * 1024;

const ended = (executionId: string, outcome = "OK", principal = "ada"): AuditEntry => ({
  type: "execution.ended",
  executionId,
  principal,
  outcome,
  executionTime: 1,
  cpuTime: 1,
  calls: 0,
});

const called = (executionId: string, tool: string): AuditEntry => ({
  type: "call.ended",
  executionId,
  principal: "ada",
  server: "memory",
  tool,
  status: "ok",
  duration: 1,
});

async function withFolder(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  try {
    await use(join(folder, "deep", "audit.jsonl"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function open(path: string, maxBytes = MEGABYTE, keep = 3) {
  const clock = new FakeClock();
  const told: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void told.push(entry) }], "debug");
  return { clock, told, log: createAuditLog({ path, maxBytes, keep, clock, logger }) };
}

async function query(path: string, what: AuditQuery = {}) {
  const lines: AuditLine[] = [];
  let torn = 0;
  for await (const line of readAudit(path, what, () => torn++)) lines.push(line);
  return { torn, lines, ids: lines.map((line) => line["executionId"]) };
}

Deno.test("entries are lines with their time, in order, for the owner alone", () =>
  withFolder(async (path) => {
    const { clock, log } = open(path);
    clock.advance(1000);
    log.record(ended("one"));
    clock.advance(500);
    log.record(ended("two"));
    await log[Symbol.asyncDispose]();
    const lines = (await readFile(path, "utf8")).split("\n");
    assert.deepEqual(lines.map((line) => line && JSON.parse(line)), [
      { time: "1970-01-01T00:00:01.000Z", ...ended("one") },
      { time: "1970-01-01T00:00:01.500Z", ...ended("two") },
      "",
    ]);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(path, ".."))).mode & 0o777, 0o700);
  }));

Deno.test("texts are cut, unknown fields do not get in, unknown forms are told to the logger", () =>
  withFolder(async (path) => {
    const { log, told } = open(path);
    const token = { token: "secret" };
    log.record({ ...ended("x".repeat(5000)), ...token });
    log.record({ type: "nonsense" } as unknown as AuditEntry);
    await log[Symbol.asyncDispose]();
    const { lines } = await query(path);
    assert.deepEqual(lines.length, 1);
    assert.equal(String(lines[0]?.["executionId"]), `${"x".repeat(2048)}…`);
    assert.ok(!("token" in lines[0]!));
    assert.deepEqual(told.map(({ message }) => message), ["an audit entry has no known form"]);
  }));

Deno.test("what ends a line elsewhere or steers a terminal neither hides an entry nor is written", () =>
  withFolder(async (path) => {
    const { log } = open(path);
    const id = 'a\u2028{"time":"1","type":"x"}\u2029\n\r\u0085\u009b31m\u202e\u007f';
    log.record(ended(id));
    await log[Symbol.asyncDispose]();
    assert.match(await readFile(path, "utf8"), /^[\x20-\x7e]+\n$/);
    const { ids, torn } = await query(path);
    assert.deepEqual([ids, torn], [[id], 0]);
    await writeFile(path, '{"time":"2","type":"old","executionId":"b\u2028c"}\n', { flag: "a" });
    const again = await query(path);
    assert.deepEqual([again.ids, again.torn], [[id, "b\u2028c"], 0]);
  }));

Deno.test("an entry is bounded, however long the lists a caller asks with", () =>
  withFolder(async (path) => {
    const { log } = open(path);
    const asked = Array.from({ length: 256 }, (_, index) => `read:/${"x".repeat(4000)}${index}`);
    const rest = { requestId: "r", codeHash: "0", language: "typescript", granted: { a: asked } };
    const whose = { executionId: "e", principal: "ada" };
    log.record({ type: "execution.admitted", ...whose, ...rest, asked });
    await log[Symbol.asyncDispose]();
    const { lines: [line] } = await query(path);
    const cut = `read:/${"x".repeat(2042)}…`;
    const list = [cut, cut, ...Array(30).fill("…"), "…"];
    assert.deepEqual([line?.["asked"], line?.["granted"]], [list, { a: list }]);
  }));

Deno.test("refusals of one principal are written up to a rate, the rest is counted", () =>
  withFolder(async (path) => {
    const { log, clock } = open(path);
    const refuse = (principal: string) =>
      log.record({ type: "request.refused", principal, code: "FORBIDDEN", reason: "no" });
    for (let n = 0; n < 1000; n += 1) refuse("unknown");
    refuse("ada");
    clock.advance(1000);
    for (let n = 0; n < 10; n += 1) refuse("unknown");
    await log[Symbol.asyncDispose]();
    const { lines } = await query(path);
    assert.deepEqual(
      lines.slice(100).map(({ type, principal, count }) => [type, principal ?? count]),
      [["dropped", 900], ["request.refused", "ada"], ["request.refused", "unknown"], [
        "dropped",
        9,
      ]],
    );
  }));

Deno.test("files are rotated by size, the oldest forgotten, and read back in order", () =>
  withFolder(async (path) => {
    const { log } = open(path, 400, 2);
    for (let n = 0; n < 10; n += 1) log.record(ended(`n${n}`));
    await log[Symbol.asyncDispose]();
    const { ids } = await query(path);
    // The first line is written at once, the others gather meanwhile: two fit into a file.
    assert.deepEqual(ids, ["n5", "n6", "n7", "n8", "n9"]);
  }));

Deno.test("a line that a crash cut off spoils no other", () =>
  withFolder(async (path) => {
    const first = open(path);
    first.log.record(ended("one"));
    await first.log[Symbol.asyncDispose]();
    await writeFile(path, '{"time":"1970', { flag: "a" });
    const second = open(path);
    second.log.record(ended("two"));
    await second.log[Symbol.asyncDispose]();
    const { ids, torn } = await query(path);
    assert.deepEqual([ids, torn], [["one", "two"], 1]);
  }));

Deno.test("what is asked for is what is found", () =>
  withFolder(async (path) => {
    const { log, clock } = open(path);
    log.record(ended("a"));
    clock.advance(1000);
    log.record(ended("b", "EXECUTION_TIMEOUT", "bob"));
    clock.advance(1000);
    log.record(called("c", "search_nodes"));
    await log[Symbol.asyncDispose]();
    const found = async (what: AuditQuery) => (await query(path, what)).ids;
    assert.deepEqual(await found({}), ["a", "b", "c"]);
    assert.deepEqual(await found({ since: 1000, until: 1000 }), ["b"]);
    assert.deepEqual(await found({ principal: "bob" }), ["b"]);
    assert.deepEqual(await found({ execution: "a" }), ["a"]);
    assert.deepEqual(await found({ type: "call.ended" }), ["c"]);
    assert.deepEqual(await found({ outcome: "OK" }), ["a"]);
    assert.deepEqual(await found({ tool: "memory.search_nodes" }), ["c"]);
    assert.deepEqual(await found({ tool: "search_nodes" }), ["c"]);
    assert.deepEqual(await found({ tool: "files.search_nodes" }), []);
    assert.deepEqual((await query(`${path}.none`)).ids, []);
  }));

Deno.test("a disk that takes nothing is told of once and stops nobody", () =>
  withFolder(async (path) => {
    await writeFile(join(path, "..", "..", "deep"), "a file where the folder should be");
    const { log, told } = open(path);
    log.record(ended("one"));
    log.record(ended("two"));
    await log[Symbol.asyncDispose]();
    assert.deepEqual(told.map(({ message }) => message), ["the audit log cannot be written"]);
  }));
