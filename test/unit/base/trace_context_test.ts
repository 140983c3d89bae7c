/** What senders say of their place in a trace, as it is read. */

import assert from "node:assert/strict";
import { readTraceContext } from "../../../src/base/trace_context.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

Deno.test("trace context: one place, with what its tracers add where that is short", () => {
  const tracestate = "vendor=seven";
  assert.deepEqual(readTraceContext(TRACEPARENT, tracestate), {
    traceparent: TRACEPARENT,
    tracestate,
  });
  for (const odd of [undefined, null, "", 7, "x".repeat(513)]) {
    assert.deepEqual(readTraceContext(TRACEPARENT, odd), { traceparent: TRACEPARENT });
  }
  const longest = "x".repeat(512);
  assert.deepEqual(readTraceContext(TRACEPARENT, longest), {
    traceparent: TRACEPARENT,
    tracestate: longest,
  });
});

Deno.test("trace context: anything else is no place", () => {
  const odd = [
    undefined,
    null,
    7,
    [TRACEPARENT],
    "",
    `${TRACEPARENT}, ${TRACEPARENT}`,
    `${TRACEPARENT}\n`,
    TRACEPARENT.toUpperCase(),
    TRACEPARENT.slice(1),
  ];
  for (const text of odd) assert.equal(readTraceContext(text, "a=b"), undefined, String(text));
});
