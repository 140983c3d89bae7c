import assert from "node:assert/strict";
import {
  MAX_DATA_LENGTH,
  MAX_ENTRIES_PER_SECOND,
  type McpLogEntry,
} from "../../../src/mcp/log_meter.ts";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { AbandonedRequests } from "../../../src/mcp/abandoned_requests.ts";
import { LOG_PATIENCE_MS, NoticeRoutes } from "../../../src/mcp/notice_routes.ts";
import { MAX_PROGRESS_PER_SECOND, type McpProgress } from "../../../src/mcp/progress_meter.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const progress = (params: unknown) => ({ method: "notifications/progress", params });
const entry = (params: unknown) => ({ method: "notifications/message", params });

/** Routes with what is around them; `giveUp` is what a cancelled request does. */
function routesOf(clock = new FakeClock()) {
  const log: LogEntry[] = [];
  const logger = createLogger([{ write: (each) => void log.push(each) }], "debug");
  const abandoned = new AbandonedRequests(clock);
  const giveUp = (requestId: number) =>
    abandoned.cancel(
      "ann",
      () => abandoned.sent({ method: "notifications/cancelled", params: { requestId } }),
    );
  const counts = () => log.map(({ message, fields }) => [message, fields["count"]]);
  return {
    routes: new NoticeRoutes({ clock, logger, abandoned }),
    clock,
    abandoned,
    giveUp,
    counts,
  };
}

function listener() {
  const heard: McpProgress[] = [];
  const logged: McpLogEntry[] = [];
  return {
    heard,
    logged,
    onProgress: (each: McpProgress) => void heard.push(each),
    onLog: (each: McpLogEntry) => void logged.push(each),
  };
}

Deno.test("progress reaches the request whose token it has, until that is over", () => {
  const { routes } = routesOf();
  const [one, two] = [listener(), listener()];
  const first = routes.open(one);
  using second = routes.open(two);
  assert.deepEqual([first.token, second.token], ["call-1", "call-2"]);
  routes.read(progress({ progressToken: "call-1", progress: 1, total: 2, message: "half\u0007" }));
  routes.read(progress({ progressToken: "call-2", progress: 0.5, total: "many", message: 1 }));
  routes.read(progress({ progressToken: "call-3", progress: 1 }));
  routes.read(progress({ progressToken: 1, progress: 1 }));
  first[Symbol.dispose]();
  routes.read(progress({ progressToken: "call-1", progress: 2 }));
  assert.deepEqual(one.heard, [{ progress: 1, total: 2, message: "half\ufffd" }]);
  assert.deepEqual(two.heard, [{ progress: 0.5 }]);
});

Deno.test("progress grows, is a number, and comes no more often than the bound", () => {
  const clock = new FakeClock();
  const { routes } = routesOf(clock);
  const one = listener();
  using route = routes.open(one);
  const tell = (value: unknown) =>
    routes.read(progress({ progressToken: route.token, progress: value }));
  for (const value of [1, 1, 0, "2", NaN, null, undefined]) tell(value);
  assert.deepEqual(one.heard, [{ progress: 1 }]);
  for (let at = 2; at < 100; at += 1) tell(at);
  assert.equal(one.heard.length, MAX_PROGRESS_PER_SECOND);
  clock.advance(1000);
  tell(100);
  assert.deepEqual(one.heard.at(-1), { progress: 100 });
});

Deno.test("log entries reach a request only while it is the only one", () => {
  const { routes } = routesOf();
  const one = listener();
  using _first = routes.open(one);
  const info = { level: "info", logger: "l", data: { a: 1 } };
  routes.read(entry(info));
  const second = routes.open({});
  routes.read(entry({ level: "info", data: "of one of two" }));
  second[Symbol.dispose]();
  routes.read(entry({ level: "shout", data: 1 }));
  routes.read(entry({ level: "info" }));
  routes.read(entry({ level: "info", data: "x".repeat(MAX_DATA_LENGTH) }));
  assert.deepEqual(one.logged, [info]);
});

Deno.test("log entries of a call that was given up reach nobody's next call", () => {
  const { routes, clock, abandoned, giveUp, counts } = routesOf();
  const tell = (data: string) => routes.read(entry({ level: "info", data }));
  const lost = routes.open(listener());
  giveUp(7);
  lost[Symbol.dispose]();
  const one = listener();
  using _next = routes.open(one);
  tell("of the first call");
  abandoned.received({ id: 8, result: {} });
  tell("still of the first call");
  const told = "MCP server logged what belongs to no single call";
  assert.deepEqual([one.logged, counts()], [[], [[told, 1]]]);
  abandoned.received({ id: 7, result: {} });
  tell("of the second call");
  assert.deepEqual(one.logged.map(({ data }) => data), ["of the second call"]);
  giveUp(9);
  clock.advance(LOG_PATIENCE_MS - 1);
  tell("late");
  assert.deepEqual(counts(), [[told, 1], [told, 2]]);
  clock.advance(1);
  tell("of nobody else by now");
  assert.equal(one.logged.length, 2);
});

Deno.test("log entries come no more often than the bound", () => {
  const { routes } = routesOf();
  const one = listener();
  using _first = routes.open(one);
  for (let at = 0; at < 100; at += 1) routes.read(entry({ level: "info", data: at }));
  assert.equal(one.logged.length, MAX_ENTRIES_PER_SECOND);
});

Deno.test("what is no notice is left alone", () => {
  const { routes } = routesOf();
  const one = listener();
  using _route = routes.open(one);
  for (const message of [null, undefined, 1, [], {}, progress(null), entry(undefined)]) {
    routes.read(message);
  }
  assert.deepEqual([one.heard, one.logged], [[], []]);
});
