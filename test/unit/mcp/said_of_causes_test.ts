import assert from "node:assert/strict";
import { saidOfCauses } from "../../../src/mcp/said_of_causes.ts";

Deno.test("codes and messages are read through causes, bounded in number and length", () => {
  const inner = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const outer = new TypeError("fetch failed", { cause: Object.assign(inner, { cause: 7 }) });
  assert.deepEqual(saidOfCauses(outer), ["fetch failed", "ECONNREFUSED", "connect"]);
  assert.deepEqual(saidOfCauses("text"), ["text"]);
  assert.deepEqual(saidOfCauses(Object.assign(new Error(""), { code: 7 })), []);
  const cyclic = new Error("x".repeat(501));
  cyclic.cause = cyclic;
  assert.deepEqual(saidOfCauses(cyclic), Array(5).fill("x".repeat(500)));
});
