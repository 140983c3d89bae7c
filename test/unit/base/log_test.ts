/** Loggers: levels, bound fields, every sink. */

import assert from "node:assert/strict";
import { createLogger, LOG_LEVELS, type LogEntry, type LogLevel } from "../../../src/base/log.ts";

function recorder() {
  const entries: LogEntry[] = [];
  return { entries, sink: { write: (entry: LogEntry) => void entries.push(entry) } };
}

for (const [index, level] of LOG_LEVELS.entries()) {
  Deno.test(`log: at level ${level} only entries of its weight and above are written`, () => {
    const { entries, sink } = recorder();
    const logger = createLogger([sink], level);
    for (const each of LOG_LEVELS) logger[each](`a ${each}`);
    assert.deepEqual(entries.map((entry) => entry.level), LOG_LEVELS.slice(index));
  });
}

Deno.test("log: every sink gets the entry with its fields; info is the usual level", () => {
  const [one, two] = [recorder(), recorder()];
  const logger = createLogger([one.sink, two.sink]);
  logger.debug("quiet");
  logger.warn("loud", { a: 1 });
  const told = ({ level, message, fields }: LogEntry) => ({ level, message, fields });
  const expected = [{ level: "warn" as LogLevel, message: "loud", fields: { a: 1 } }];
  assert.deepEqual(one.entries.map(told), expected);
  assert.deepEqual(two.entries.map(told), expected);
  assert.equal(typeof one.entries[0]?.time, "number");
});

Deno.test("log: a child adds its fields, nearer ones win, the parent stays as it was", () => {
  const { entries, sink } = recorder();
  const parent = createLogger([sink], "error", { a: 1, b: 1 });
  const child = parent.child({ b: 2, c: 2 });
  child.error("one", { c: 3 });
  child.info("below the parent's level");
  parent.error("two");
  assert.deepEqual(entries.map(({ fields }) => fields), [{ a: 1, b: 2, c: 3 }, { a: 1, b: 1 }]);
});
