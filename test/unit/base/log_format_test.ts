/** One entry is one line, whatever a caller, a guest or a server put into it. */

import assert from "node:assert/strict";
import { formatEntry, type LogFormat } from "../../../src/base/log_format.ts";
import { CodemodeError } from "../../../src/base/errors.ts";
import type { LogEntry } from "../../../src/base/log.ts";
import { Secret } from "../../../src/base/secret.ts";

const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const FORMATS: readonly LogFormat[] = ["json", "text"];

function entry(message: string, fields: LogEntry["fields"] = {}): LogEntry {
  return { time: TIME, level: "info", message, fields };
}

Deno.test("log_format: json", () => {
  const line = formatEntry(entry("call done", { server: "a", ms: 1.5, list: [1, null] }), "json");
  assert.equal(
    line,
    '{"time":"2026-01-02T03:04:05.006Z","level":"info","message":"call done","server":"a","ms":1.5,"list":[1,null]}',
  );
});

Deno.test("log_format: text", () => {
  const fields = { server: "a", ms: 1.5, text: "two words", list: [1, null], none: undefined };
  assert.equal(
    formatEntry(entry("call done", fields), "text"),
    '2026-01-02T03:04:05.006Z INFO  call done server=a ms=1.5 text="two words" list="[1,null]"',
  );
});

const STEERING = "\n\r\u0000\u001b[31m\u007f\u0085\u009b2J\u2028\u2029\u202e\u2066";

for (const format of FORMATS) {
  Deno.test(`log_format: nothing in ${format} ends the line or steers a terminal`, () => {
    const line = formatEntry(
      entry(`m${STEERING}`, { [`k${STEERING}`]: `v${STEERING}`, deep: { [STEERING]: [STEERING] } }),
      format,
    );
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
    assert.match(line, /\\u009b2J\\u2028\\u2029\\u202e\\u2066/);
  });

  Deno.test(`log_format: ${format} of a bigint, a cycle, a throwing toJSON and a secret`, () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const hostile = { toJSON: () => JSON.parse("{") };
    const of = (fields: LogEntry["fields"]) => formatEntry(entry("m", fields), format);
    assert.match(of({ big: 12345678901234567890n }), /12345678901234567890/);
    assert.match(of({ cyclic }), /\(not serialisable\)/);
    assert.match(of({ hostile }), /\(not serialisable\)/);
    assert.match(of({ token: new Secret("hush") }), /\[secret\]/);
    assert.doesNotMatch(of({ token: new Secret("hush") }), /hush/);
  });

  Deno.test(`log_format: a huge entry in ${format} is cut and says so`, () => {
    const long = formatEntry(entry("m", { text: "x".repeat(1_000_000) }), format);
    assert.ok(long.length < 17_000, String(long.length));
    assert.match(long, format === "json" ? /"cut":1000\d\d\d}$/ : /… \(1000\d\d\d characters\)$/);
  });
}

Deno.test("log_format: a json line is JSON whatever was cut or escaped", () => {
  const huge = formatEntry(entry("m".repeat(100_000)), "json");
  assert.deepEqual(JSON.parse(huge), {
    time: "2026-01-02T03:04:05.006Z",
    level: "info",
    message: "m".repeat(1024),
    cut: 100_063,
  });
  assert.equal(JSON.parse(formatEntry(entry(STEERING), "json")).message, STEERING);
});

Deno.test("log_format: no field passes for the time, the level or the message, and none is lost", () => {
  const fields = { message: "forged", level: "error", time: "1970", other: 1 };
  assert.deepEqual(JSON.parse(formatEntry(entry("true", fields), "json")), {
    time: "2026-01-02T03:04:05.006Z",
    level: "info",
    message: "true",
    "field.message": "forged",
    "field.level": "error",
    "field.time": "1970",
    other: 1,
  });
});

Deno.test("log_format: an error with its code, its stack and a bounded chain of causes", () => {
  let cause = new Error("root");
  for (let depth = 0; depth < 8; depth++) cause = new Error(`cause ${depth}`, { cause });
  const error = new CodemodeError("QUEUE_FULL", "full", { cause });
  error.stack = "CodemodeError: full\n    at here";
  const chain = [];
  const { error: shown } = JSON.parse(formatEntry(entry("m", { error }), "json"));
  for (let one = shown; one !== undefined; one = one.cause) chain.push(one.message);
  assert.deepEqual(chain, ["full", "cause 7", "cause 6", "cause 5", "cause 4", "cause 3"]);
  assert.deepEqual({ ...shown, cause: undefined }, {
    name: "CodemodeError",
    message: "full",
    code: "QUEUE_FULL",
    stack: "CodemodeError: full\n    at here",
    cause: undefined,
  });
});
