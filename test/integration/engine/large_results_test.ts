/** Big results of programs: honest ones come whole by pages, in turns; what is too much is refused by name. */

import assert from "node:assert/strict";
import { createCodemode } from "../../../src/mod.ts";

const ROWS = `return Array.from({ length: 50_000 }, (_none, id) =>
  ({ id, name: "row " + id, a: 1, b: true, c: null, d: "some text", e: 3.4, f: "more" + id }))`;
const NAMES = "const all: Record<string, number> = {};" +
  'for (let id = 0; id < 102_000; id += 1) all["k" + id] = id; return all;';

Deno.test("50,000 rows of 8 columns are read by pages; 102,000 names are refused by name", async () => {
  await using codemode = await createCodemode({});
  const { result, truncated, error } = await codemode.execute(ROWS, { maxResultTokens: 400 });
  assert.ok(Array.isArray(result), JSON.stringify(error));
  const { handle = "" } = truncated!;
  const pages = await Promise.all(
    Array.from(
      { length: 20 },
      (_none, index) =>
        codemode.readResult(handle, { path: "$[*].id", offset: index * 2500, limit: 2 }),
    ),
  );
  assert.deepEqual(
    pages.map(({ value, total, next }) => [value, total, next]),
    pages.map((_page, index) => [[index * 2500, index * 2500 + 1], 50_000, index * 2500 + 2]),
  );
  const refused = await codemode.execute(NAMES);
  assert.equal(refused.error?.code, "OUTPUT_LIMIT_EXCEEDED");
  assert.equal(
    refused.error.message,
    "A value of the program cannot leave it: it has more than 100000 different names of members; " +
      "take it in parts, or as a list of pairs",
  );
});
