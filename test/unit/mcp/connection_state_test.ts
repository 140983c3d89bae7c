import assert from "node:assert/strict";
import {
  type ConnectionEvent,
  type ConnectionState,
  MAX_MISSED_CHECKS,
  nextStep,
} from "../../../src/mcp/connection_state.ts";

const EVENTS: readonly ConnectionEvent[] = [
  "wanted",
  "connected",
  "failed",
  "lost",
  "proven",
  "checkMissed",
  "elapsed",
  "loginNeeded",
  "loggedIn",
  "wornOut",
  "close",
];

const MEANINGFUL: readonly (readonly [ConnectionState, readonly ConnectionEvent[]])[] = [
  [{ name: "idle" }, ["wanted", "close"]],
  [{ name: "connecting", failures: 1 }, ["connected", "failed", "loginNeeded", "close"]],
  [{ name: "ready", failures: 1 }, [
    "lost",
    "proven",
    "checkMissed",
    "loginNeeded",
    "wornOut",
    "close",
  ]],
  [{ name: "degraded", failures: 1, missedChecks: 1 }, [
    "lost",
    "proven",
    "checkMissed",
    "loginNeeded",
    "wornOut",
    "close",
  ]],
  [{ name: "loginRequired" }, ["loggedIn", "close"]],
  [{ name: "waiting", failures: 1 }, ["elapsed", "close"]],
  [{ name: "closed" }, []],
];

for (const [state, events] of MEANINGFUL) {
  Deno.test(`${state.name}: only ${events.join(", ") || "nothing"} means something`, () => {
    const moving = EVENTS.filter((event) => nextStep(state, event).state !== state);
    assert.deepEqual(moving, events);
    const idle = EVENTS.filter((event) => !events.includes(event));
    for (const event of idle) assert.deepEqual(nextStep(state, event), { state, action: "none" });
  });
}

Deno.test("the life of a connection", () => {
  const story: readonly (readonly [ConnectionEvent, ConnectionState, string])[] = [
    ["wanted", { name: "connecting", failures: 0 }, "connect"],
    ["failed", { name: "waiting", failures: 1 }, "wait"],
    ["elapsed", { name: "connecting", failures: 1 }, "connect"],
    ["failed", { name: "waiting", failures: 2 }, "wait"],
    ["elapsed", { name: "connecting", failures: 2 }, "connect"],
    ["connected", { name: "ready", failures: 2 }, "none"],
    ["lost", { name: "waiting", failures: 3 }, "wait"],
    ["elapsed", { name: "connecting", failures: 3 }, "connect"],
    ["connected", { name: "ready", failures: 3 }, "none"],
    ["proven", { name: "ready", failures: 0 }, "none"],
    ["wornOut", { name: "connecting", failures: 0 }, "reconnect"],
    ["connected", { name: "ready", failures: 0 }, "none"],
    ["checkMissed", { name: "degraded", failures: 0, missedChecks: 1 }, "none"],
    ["proven", { name: "ready", failures: 0 }, "none"],
    ["loginNeeded", { name: "loginRequired" }, "waitForLogin"],
    ["loggedIn", { name: "connecting", failures: 0 }, "connect"],
    ["loginNeeded", { name: "loginRequired" }, "waitForLogin"],
    ["loggedIn", { name: "connecting", failures: 0 }, "connect"],
    ["connected", { name: "ready", failures: 0 }, "none"],
    ["lost", { name: "waiting", failures: 1 }, "wait"],
    ["close", { name: "closed" }, "close"],
  ];
  let state: ConnectionState = { name: "idle" };
  for (const [event, expected, action] of story) {
    const step = nextStep(state, event);
    assert.deepEqual(step, { state: expected, action }, `${state.name} + ${event}`);
    state = step.state;
  }
});

Deno.test(`a connection is given up after ${MAX_MISSED_CHECKS} missed checks in a row`, () => {
  let state: ConnectionState = { name: "ready", failures: 0 };
  for (let missed = 1; missed < MAX_MISSED_CHECKS; missed += 1) {
    state = nextStep(state, "checkMissed").state;
    assert.deepEqual(state, { name: "degraded", failures: 0, missedChecks: missed });
  }
  const step = nextStep(state, "checkMissed");
  assert.deepEqual(step, { state: { name: "waiting", failures: 1 }, action: "wait" });
});
