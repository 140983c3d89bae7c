/** The door: in place and on a real thread the answers are the same. */

import assert from "node:assert/strict";
import { type Checker, createChecker } from "../../../src/checker/mod.ts";
import { requestFor } from "./run_emitted.ts";

for (const thread of [false, true]) {
  Deno.test(`a checker answers, remembers and goes on, thread: ${thread}`, async () => {
    await using checker = createChecker({ thread });
    const good = await checker.check(requestFor("const n: number = 1; n + 1"));
    assert.equal(good.emitted?.code, "const n = 1;\nreturn n + 1;\n");
    assert.equal(await checker.check(requestFor("const n: number = 1; n + 1")), good);
    assert.ok(
      Object.isFrozen(good) && Object.isFrozen(good.diagnostics) && Object.isFrozen(good.uses),
    );
    const [deep, faulty, other] = await Promise.all([
      checker.check(requestFor("[".repeat(10_000))),
      checker.check(requestFor("mcp.memory.serch_nodes({query: 1})")),
      checker.check(requestFor("own.tool()", {
        declarations: { text: "declare const own: { tool(): void };", hash: "own" },
      })),
    ]);
    assert.equal(deep.diagnostics[0]?.code, "CHECK_TOO_COMPLEX");
    assert.deepEqual(faulty.diagnostics.map(({ code, column }) => [code, column]), [
      ["TS2551", 12],
      ["TS2322", 25],
    ]);
    assert.equal(other.ok, true);
  });
}

Deno.test("projects are rebuilt after many others", async () => {
  await using checker = createChecker({ thread: true, cacheEntries: 0 });
  for (const hash of ["a", "b", "c", "d", "e", "f", "a"]) {
    const declarations = { text: `declare const ${hash}: { tool(): number };`, hash };
    const result = await checker.check(requestFor(`${hash}.tool()`, { declarations }));
    assert.deepEqual(result.diagnostics, []);
  }
});

Deno.test("an aborted request is rejected, even when its result is known", async () => {
  await using checker: Checker = createChecker({ thread: false });
  await checker.check(requestFor("1"));
  const signal = AbortSignal.abort(new Error("gone"));
  await assert.rejects(checker.check(requestFor("1"), signal), /^Error: gone$/);
});

Deno.test("a deadline that is none is refused", () => {
  assert.throws(() => createChecker({ thread: false, deadlineMs: 0 }), {
    name: "RangeError",
    message: 'Cannot create a checker as "deadlineMs" must be > 0: it is 0',
  });
});
