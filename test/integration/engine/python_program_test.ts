/** A Python program through the whole engine: checked, given a sandbox, its tools called. */

import assert from "node:assert/strict";
import { z } from "zod";
import { createCodemode, tool } from "../../../src/mod.ts";

Deno.test("python programs are checked and run like any other", async () => {
  const add = tool({
    description: "Adds",
    input: z.object({ a: z.number(), b: z.number() }),
    execute: ({ a, b }) => ({ sum: a + b }),
  });
  await using codemode = await createCodemode({ tools: { add } });
  const run = (code: string) => codemode.execute(code, { language: "python" });
  // Checks and sandboxes of all of them at once; each is judged for itself.
  const [sound, wrong, unnamed, failed, mixed, twice] = await Promise.all([
    run("r = await mcp.tools.add(a=1, b=2)\nprint('added')\nr"),
    run("await mcp.tools.ad(a=1)"),
    run("await asyncio.sleep(0)"),
    run('def f(of):\n  return of["b"]\n\nf({})'),
    run(
      'a = await tools.add(1, b=2)\nb = await codemode.call("tools.add", a=3, b=4)\n' +
        'found = await codemode.search(query="add", limit=1)\n[a, b, len(found)]',
    ),
    run(
      'try:\n  await getattr(tools, "add")(1, a=2)\nexcept TypeError as error:\n  told = str(error)\ntold',
    ),
  ]);
  assert.deepEqual([sound.success, sound.result, sound.logs, sound.runtime?.name], [
    true,
    { sum: 3 },
    ["added"],
    "python",
  ]);
  assert.deepEqual([wrong.error?.code, wrong.diagnostics[0]?.suggestion], [
    "TYPE_CHECK_FAILED",
    "Did you mean 'add'?",
  ]);
  assert.equal(
    unnamed.error?.message,
    "The code did not pass its check, nothing ran: line 1, column 7: " +
      "Name 'asyncio' is not defined. Did you forget \"import asyncio\"?",
  );
  assert.deepEqual([failed.error?.message, failed.error?.details], [
    "KeyError: 'b'",
    { name: "KeyError", message: "'b'", line: 2, column: 10 },
  ]);
  assert.deepEqual([mixed.error, mixed.result], [undefined, [{ sum: 3 }, { sum: 7 }, 1]]);
  assert.equal(twice.result, "mcp.tools.add(…) was given 'a' by position and by keyword");
});
