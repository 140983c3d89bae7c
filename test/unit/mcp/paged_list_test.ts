import assert from "node:assert/strict";
import {
  MAX_ENTRIES,
  MAX_LIST_WEIGHT,
  MAX_PAGES,
  type Page,
  readPages,
} from "../../../src/mcp/paged_list.ts";

/** Answers with the same page again and again. */
async function readEndless<Entry>(
  page: Omit<Page<Entry>, "nextCursor">,
): Promise<{ kept: number; isComplete: boolean; asked: number }> {
  let asked = 0;
  const { entries, isComplete } = await readPages(() => {
    asked += 1;
    return Promise.resolve({ ...page, nextCursor: "more" });
  });
  return { kept: entries.length, isComplete, asked };
}

Deno.test("a list ends where its server says so", async () => {
  const cursors: unknown[] = [];
  const list = await readPages(({ cursor }) => {
    cursors.push(cursor);
    const nextCursor = cursor === undefined ? "2" : undefined;
    return Promise.resolve({ entries: [cursor ?? "1"], nextCursor, weight: 5 });
  });
  assert.deepEqual(list, { entries: ["1", "2"], isComplete: true, weight: 10 });
  assert.deepEqual(cursors, [undefined, "2"]);
});

Deno.test("a list without end is cut at its pages, at its entries and at what was read", async () => {
  assert.deepEqual(await readEndless({ entries: [], weight: 0 }), {
    kept: 0,
    isComplete: false,
    asked: MAX_PAGES,
  });
  const entries = Array.from({ length: 999 }, () => 1);
  assert.deepEqual(await readEndless({ entries, weight: 1 }), {
    kept: MAX_ENTRIES,
    isComplete: false,
    asked: 3,
  });
  // What is left of an entry is little, what came with it was much.
  assert.deepEqual(await readEndless({ entries: ["a"], weight: MAX_LIST_WEIGHT / 3 + 1 }), {
    kept: 3,
    isComplete: false,
    asked: 3,
  });
});

Deno.test("of entries that weigh too much together the first are kept", async () => {
  const heavy = "x".repeat(MAX_LIST_WEIGHT / 4);
  const page = { entries: Array.from({ length: 9 }, () => heavy), weight: MAX_LIST_WEIGHT };
  const expected = { kept: 4, isComplete: false, asked: 1 };
  assert.deepEqual(await readEndless(page), expected);
  const { entries, isComplete } = await readPages(() =>
    Promise.resolve({ ...page, nextCursor: undefined })
  );
  assert.deepEqual([entries.length, isComplete], [4, false]);
});

Deno.test("a list that just fits is whole", async () => {
  const entries = Array.from({ length: MAX_ENTRIES }, () => "");
  const list = await readPages(() =>
    Promise.resolve({ entries, nextCursor: undefined, weight: MAX_LIST_WEIGHT })
  );
  assert.deepEqual([list.entries.length, list.isComplete], [MAX_ENTRIES, true]);
});
