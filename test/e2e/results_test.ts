/** Results that fit what their caller can take, over a real service, and the whole of them by handle. */

import assert from "node:assert/strict";
import { CodemodeClient } from "../../src/client/mod.ts";
import { estimateTokens } from "../../src/results/mod.ts";
import { noServers } from "../harness/service_config.ts";
import { startService } from "../harness/start_service.ts";

const ROWS = `Array.from({ length: 20_000 }, (_, id) => ({
  id, name: "user " + id, tags: ["a", "b"], note: "lorem ipsum dolor sit amet ".repeat(8),
}))`;

Deno.test("results: five megabytes for a caller that takes 6000 tokens", async (t) => {
  await using service = await startService({ config: noServers() });
  const codemode = new CodemodeClient(service.url);
  const answer = await codemode.execute(`return { total: 20_000, rows: ${ROWS} }`, {
    maxResultTokens: 6000,
  });
  const whole = (await codemode.execute(`return ${ROWS}`)).result as readonly unknown[];

  await t.step("sees as much as it takes", () => {
    assert.ok(JSON.stringify(whole).length > 5_000_000);
    const { result, truncated } = answer;
    assert.ok(estimateTokens(JSON.stringify({ result, truncated })) <= 6000);
    const { total, rows } = result as { total: number; rows: unknown[] };
    const kept = rows.length - 1;
    assert.ok(kept > 30, String(kept));
    assert.equal(total, 20_000);
    assert.deepEqual(rows.slice(0, kept), whole.slice(0, kept));
    assert.equal(rows[kept], `… ${20_000 - kept} of 20000 items cut`);
    assert.deepEqual(truncated?.cuts, [{ path: "$.rows", kind: "array", kept, total: 20_000 }]);
  });

  await t.step("reads the rest by handle, and nothing is lost", async () => {
    const read: unknown[] = [];
    for (let offset: number | undefined = 0; offset !== undefined;) {
      const page = await codemode.readResult(answer.truncated!.handle!, {
        path: "$.rows",
        offset,
        maxTokens: 200_000,
      });
      assert.ok(page.tokens <= 200_000);
      assert.deepEqual([page.type, page.total, page.cuts], ["array", 20_000, []]);
      read.push(...page.value as unknown[]);
      offset = page.next;
    }
    assert.deepEqual(read, whole);
  });
});
