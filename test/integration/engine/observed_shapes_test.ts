/** What a tool's results have looked like is read by whoever had them, and refuses no program. */

import assert from "node:assert/strict";
import { z } from "zod";
import { createCodemode, tool } from "../../../src/mod.ts";

const find_user = tool({
  description: "Finds a user",
  input: z.object({ id: z.number() }),
  execute: ({ id }) =>
    id === 1 ? { id, name: "s3cr3t", "s3cr3t@example.com": true } : [{ id, tags: ["s3cr3t"] }],
});

Deno.test("a learned type is read in declarations and searches, and programs go on as before", async () => {
  await using codemode = await createCodemode({ tools: { find_user } });
  const run = async (code: string) => {
    const { success, result, error } = await codemode.execute(code);
    assert.ok(success, JSON.stringify(error));
    return result;
  };
  const before = await codemode.declarations();
  assert.ok(!before.includes("Observed"));
  await run("const one: string = (await tools.find_user({ id: 1 })).name; return one");
  const signature = await run(`
    for (const user of await tools.find_user({ id: 2 })) user.tags.map((tag) => tag.length);
    return (await codemode.search("user"))[0].signature;
  `);
  const after = await codemode.declarations();
  assert.match(String(signature), /@returns observed in at least 2 results; not promised/);
  for (const text of [String(signature), after]) {
    assert.match(text, /Promise<Observed<.*tags: string\[\]/s);
    assert.ok(!text.includes("s3cr3t"), text);
  }
  assert.equal(
    await run("const user: number[] = [(await tools.find_user({ id: 1 })).id]; return user[0]"),
    1,
  );
});
