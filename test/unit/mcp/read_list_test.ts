import assert from "node:assert/strict";
import type { ServerCapabilities } from "@modelcontextprotocol/client";
import { MAX_ENTRIES } from "../../../src/mcp/paged_list.ts";
import { MAX_KEEP_MS, readList } from "../../../src/mcp/read_list.ts";

const { signal } = new AbortController();

/** A session whose server answers these pages one after the other. */
function session(capabilities: ServerCapabilities, ...pages: Record<string, unknown>[]) {
  const asked: unknown[] = [];
  const list = (method: string, params: unknown) => {
    asked.push([method, params]);
    return Promise.resolve(pages[Math.min(asked.length, pages.length) - 1]!);
  };
  return { asked, capabilities, list };
}

Deno.test("all pages are one list, kept as long as the first says", async () => {
  const peer = session(
    { resources: {} },
    { resources: [{ uri: "a" }], nextCursor: "2", ttlMs: 500 },
    { resources: [{ uri: "b" }], ttlMs: 9 },
  );
  assert.deepEqual(await readList(peer, "resources/list", signal), {
    items: [{ uri: "a" }, { uri: "b" }],
    isComplete: true,
    keepMs: 500,
  });
  assert.deepEqual(peer.asked, [["resources/list", {}], ["resources/list", { cursor: "2" }]]);
});

Deno.test("a server without the part is not asked", async () => {
  const peer = session({ prompts: {} });
  const empty = { items: [], isComplete: true, keepMs: 0 };
  assert.deepEqual(await readList(peer, "resources/templates/list", signal), empty);
  assert.deepEqual(peer.asked, []);
});

Deno.test("how long a list is kept: what is said, with a bound; a minute where changes are told", async () => {
  const keepMs = async (capabilities: ServerCapabilities, ttlMs?: unknown) => {
    const page = { prompts: [], ...(ttlMs === undefined ? {} : { ttlMs }) };
    return (await readList(session(capabilities, page), "prompts/list", signal)).keepMs;
  };
  assert.equal(await keepMs({ prompts: {} }), 0);
  assert.equal(await keepMs({ prompts: { listChanged: true } }), 60_000);
  assert.equal(await keepMs({ prompts: {} }, Infinity), MAX_KEEP_MS);
  assert.equal(await keepMs({ prompts: {} }, -1), 0);
  assert.equal(await keepMs({ prompts: {} }, "1"), 0);
});

Deno.test("a list without end is cut and says so", async () => {
  const page = { prompts: Array.from({ length: 999 }, () => ({ name: "p" })), nextCursor: "more" };
  const peer = session({ prompts: {} }, page);
  const { items, isComplete } = await readList(peer, "prompts/list", signal);
  assert.deepEqual([items.length, isComplete, peer.asked.length], [MAX_ENTRIES, false, 3]);
});
