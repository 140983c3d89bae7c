import assert from "node:assert/strict";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDeferred } from "../../../src/base/deferred.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { createLogger, type LogEntry, silentLogger } from "../../../src/base/log.ts";
import { watchFile } from "../../../src/config/mod.ts";

/** Resolves at the next call of `onChange`. */
class Changes {
  #waiting: (() => void)[] = [];
  count = 0;

  readonly onChange = () => {
    this.count += 1;
    for (const wake of this.#waiting.splice(0)) wake();
  };

  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

Deno.test("a file that is written, replaced, removed and written again is told of", async () => {
  const folder = await mkdtemp(join(tmpdir(), "codemode-watch-"));
  const path = join(folder, "a.yaml");
  await writeFile(path, "1");
  const changes = new Changes();
  {
    using _watched = await watchFile(path, {
      clock: systemClock,
      logger: silentLogger,
      onChange: changes.onChange,
    });
    let next = changes.next();
    await writeFile(path, "2");
    await next;
    next = changes.next();
    await writeFile(join(folder, "b.yaml"), "3");
    await rename(join(folder, "b.yaml"), path);
    await next;
    // The same text again, and another file, are no changes; the next one is one.
    await writeFile(path, "3");
    await writeFile(join(folder, "other"), "x");
    await rm(path);
    next = changes.next();
    await writeFile(path, "4");
    await next;
    assert.equal(changes.count, 3);
  }
  await rm(folder, { recursive: true });
});

Deno.test("a folder that cannot be watched is said once", async () => {
  const { promise: told, resolve } = createDeferred<LogEntry>();
  const logger = createLogger([{ write: resolve }], "warn");
  const path = join(tmpdir(), "codemode-no-such-folder", "a.yaml");
  using _watched = await watchFile(path, {
    clock: systemClock,
    logger,
    onChange: () => assert.fail("there is nothing"),
  });
  assert.equal((await told).message, "a file cannot be watched; SIGHUP reads it again");
});
