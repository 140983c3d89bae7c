import assert from "node:assert/strict";
import type { CheckResult } from "../../../src/checker/mod.ts";
import { ResultCache } from "../../../src/checker/result_cache.ts";
import { requestFor } from "./run_emitted.ts";

const RESULT: CheckResult = {
  ok: true,
  kind: "checked",
  diagnostics: [],
  uses: { tools: [], globals: [] },
};

Deno.test("every part of a request tells results apart", () => {
  const cache = new ResultCache({ entries: 100, bytes: 100_000 });
  const base = requestFor("1");
  cache.set(base, RESULT);
  assert.equal(cache.get(requestFor("1")), RESULT);
  const others = [
    requestFor("2"),
    requestFor("1", { language: "javascript" }),
    requestFor("1", { mode: "off" }),
    requestFor("1", { ambient: { runtime: "deno", network: true } }),
    requestFor("1", { ambient: { runtime: "quickjs", network: false } }),
    requestFor("1", { declarations: { text: "", hash: "other" } }),
  ];
  assert.deepEqual(others.map((each) => cache.get(each)), others.map(() => undefined));
});

Deno.test("the entry least recently used goes first", () => {
  const cache = new ResultCache({ entries: 2, bytes: 100_000 });
  cache.set(requestFor("a"), RESULT);
  cache.set(requestFor("b"), RESULT);
  cache.get(requestFor("a"));
  cache.set(requestFor("c"), RESULT);
  const kept = ["a", "b", "c"].map((code) => cache.get(requestFor(code)) !== undefined);
  assert.deepEqual(kept, [true, false, true]);
});

Deno.test("bytes are bounded and counted back", () => {
  const cache = new ResultCache({ entries: 100, bytes: 2000 });
  for (let index = 0; index < 50; index += 1) {
    cache.set(requestFor(`${index}`.padStart(100)), RESULT);
  }
  assert.ok(cache.bytes > 1000 && cache.bytes <= 2000);
  const before = cache.bytes;
  cache.set(requestFor("x".repeat(3000)), RESULT);
  assert.equal(cache.bytes, before);
  assert.equal(cache.get(requestFor("x".repeat(3000))), undefined);
});

Deno.test("a cache of no entries keeps nothing", () => {
  const cache = new ResultCache({ entries: 0, bytes: 2000 });
  cache.set(requestFor("a"), RESULT);
  assert.equal(cache.get(requestFor("a")), undefined);
  assert.equal(cache.bytes, 0);
});
