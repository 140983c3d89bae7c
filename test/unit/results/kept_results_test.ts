import assert from "node:assert/strict";
import { Metrics } from "../../../src/base/metrics.ts";
import { createKeptResults } from "../../../src/results/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const MINUTE_MS = 60_000;
const owner = (id: string) => ({ id, grant: {} });
const ADA = owner("ada");
const NOT_FOUND = {
  code: "RESULT_NOT_FOUND",
  message: "There is no such result: it expired, made room for others, or was never yours",
};

function setUp(limits: { bytesPerPrincipal?: number; bytes?: number } = {}) {
  const clock = new FakeClock();
  const metrics = new Metrics();
  const kept = createKeptResults({
    clock,
    metrics,
    limits: { keepForMs: 15 * MINUTE_MS, bytesPerPrincipal: 10_000, bytes: 25_000, ...limits },
  });
  const keep = (value: unknown, principal = "ada") => kept.keep(value, owner(principal)).handle!;
  const isKept = (handle: string, principal = "ada") => {
    try {
      kept.read(handle, owner(principal));
      return true;
    } catch {
      return false;
    }
  };
  const measured = (name: string) =>
    metrics.print().split("\n").filter((line) => line.startsWith(`codemode_result${name}`));
  return { clock, kept, keep, isKept, measured };
}

/** A text that weighs 4024 bytes, and 256 more when it is kept. */
const TEXT = "x".repeat(2000);

Deno.test("a result is read by its owner until it expires", () => {
  const { clock, kept } = setUp();
  const { handle, expiresAt, tokens } = kept.keep({ a: [1, 2] }, ADA);
  assert.match(handle!, /^res_[0-9a-f]{32}$/);
  assert.deepEqual([expiresAt, tokens], ["1970-01-01T00:15:00.000Z", 9]);
  clock.advance(15 * MINUTE_MS - 1);
  assert.deepEqual(kept.read(handle!, ADA, { path: "$.a" }), {
    value: [1, 2],
    type: "array",
    total: 2,
    offset: 0,
    tokens: 4,
    cuts: [],
    expiresAt: "1970-01-01T00:15:00.000Z",
  });
  clock.advance(1);
  assert.throws(() => kept.read(handle!, ADA), NOT_FOUND);
});

Deno.test("another's handle, a made-up one and none are one answer", () => {
  const { kept, keep } = setUp();
  const handle = keep(1);
  for (const one of [handle, "res_0", "", "__proto__", "constructor"]) {
    assert.throws(() => kept.read(one, owner("eve")), NOT_FOUND);
  }
  assert.equal(kept.read(handle, ADA).value, 1);
});

Deno.test("a result of a wider grant is none to a narrower one of the same principal", () => {
  const { kept } = setUp();
  const wide = { id: "ada", grant: { mcp: { allowedServers: ["notes", "bank"] } } };
  const narrow = { id: "ada", grant: { mcp: { allowedServers: ["notes"] } } };
  const handle = kept.keep(1, wide).handle!;
  assert.throws(() => kept.read(handle, narrow), NOT_FOUND);
  assert.equal(kept.read(handle, structuredClone(wide)).value, 1);
  assert.equal(kept.read(kept.keep(2, narrow).handle!, wide).value, 2);
});

Deno.test("a principal that keeps more than its share loses its oldest, and nobody else's", () => {
  const { keep, isKept } = setUp();
  const other = keep(TEXT, "bob");
  const [first, second, third] = [keep(TEXT), keep(TEXT), keep(TEXT)];
  assert.deepEqual([first, second, third].map((one) => isKept(one)), [false, true, true]);
  assert.equal(isKept(other, "bob"), true);
});

Deno.test("more than all may keep drops the oldest of all", () => {
  const { keep, isKept, measured } = setUp();
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const handles = names.map((name) => keep(TEXT, name));
  assert.deepEqual(handles.map((one, index) => isKept(one, names[index])), [
    false,
    false,
    ...Array(5).fill(true),
  ]);
  assert.deepEqual(measured("s_"), [
    'codemode_results_dropped_total{reason="limit"} 2',
    "codemode_results_kept 5",
    "codemode_results_kept_bytes 21400",
  ]);
});

Deno.test("what is bigger than a share is not kept, and drops nothing", () => {
  const { kept, keep, isKept, measured } = setUp();
  const small = keep(TEXT);
  const big = kept.keep([TEXT, TEXT, TEXT], ADA);
  assert.deepEqual(big, {});
  assert.equal(isKept(small), true);
  assert.deepEqual(measured("s_dropped"), ['codemode_results_dropped_total{reason="too_big"} 1']);
});

Deno.test("many small members weigh what they take in memory, not what they print as", () => {
  const { kept } = setUp();
  const lists = Array.from({ length: 200 }, () => []);
  assert.ok(JSON.stringify(lists).length < 1000);
  assert.equal(kept.keep(lists, ADA).handle, undefined);
});

Deno.test("expired results leave memory without being asked for", () => {
  const { clock, keep, measured } = setUp();
  keep(1);
  clock.advance(MINUTE_MS);
  keep(2);
  assert.equal(clock.pending, 1);
  clock.advance(14 * MINUTE_MS);
  assert.deepEqual(measured("s_kept"), [
    "codemode_results_kept 1",
    "codemode_results_kept_bytes 256",
  ]);
  clock.advance(MINUTE_MS);
  assert.deepEqual(measured("s_kept"), [
    "codemode_results_kept 0",
    "codemode_results_kept_bytes 0",
  ]);
  assert.equal(clock.pending, 0);
});

Deno.test("disposing forgets everything, keeps nothing more, and leaves no timer", () => {
  const { clock, kept, keep } = setUp();
  const handle = keep(1);
  kept[Symbol.dispose]();
  assert.equal(clock.pending, 0);
  assert.throws(() => kept.read(handle, ADA), NOT_FOUND);
  assert.deepEqual(kept.keep(1, ADA), {});
});

Deno.test("reads are counted by how they ended", () => {
  const { keep, isKept, measured } = setUp();
  isKept(keep(1));
  isKept("res_0");
  assert.deepEqual(measured("_reads"), [
    'codemode_result_reads_total{outcome="OK"} 1',
    'codemode_result_reads_total{outcome="RESULT_NOT_FOUND"} 1',
  ]);
});
