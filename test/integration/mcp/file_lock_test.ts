import assert from "node:assert/strict";
import { access, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOCK_STALE_MS, lockFile } from "../../../src/mcp/file_lock.ts";

Deno.test("one at a time has the lock, the dead hold nobody up, and nothing is left", async () => {
  const folder = await mkdtemp(join(tmpdir(), "codemode-lock-"));
  const path = join(folder, "lock");
  let [inside, most] = [0, 0];
  const work = async () => {
    await using _lock = await lockFile(path);
    most = Math.max(most, ++inside);
    await access(path);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 6 }, work));
  assert.equal(most, 1);
  await writeFile(path, "");
  const longAgo = new Date(Date.now() - LOCK_STALE_MS - 1_000);
  await utimes(path, longAgo, longAgo);
  await work();
  await assert.rejects(access(path));
  await rm(folder, { recursive: true });
  // No folder: nothing to hold, and nothing to wait for.
  await using _none = await lockFile(path);
});
