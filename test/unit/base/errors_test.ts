/** The table of codes: sane, complete for its types, and not to be changed at run time. */

import assert from "node:assert/strict";
import {
  CodemodeError,
  ERROR_CODES,
  type ErrorCode,
  toCodemodeError,
} from "../../../src/base/errors.ts";

const TYPES = ["validation", "security", "timeout", "memory", "network", "mcp", "runtime"];
const BLAMES = ["caller", "guest", "upstream", "host"];
/** Codes a caller of the service may meet, each with its status. */
const STATUSES: Readonly<Record<ErrorCode, number>> = {
  INVALID_REQUEST: 400,
  LOGIN_REQUIRED: 503,
  NOT_FOUND: 404,
  RESULT_NOT_FOUND: 404,
  EXECUTION_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  CONFIG_INVALID: 500,
  SYNTAX_ERROR: 422,
  TYPE_CHECK_FAILED: 422,
  CAPABILITY_VIOLATION: 403,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  APPROVAL_REQUIRED: 403,
  IDENTITY_PROVIDER_UNAVAILABLE: 503,
  RATE_LIMITED: 429,
  QUEUE_FULL: 503,
  SHUTTING_DOWN: 503,
  EXECUTION_TIMEOUT: 504,
  CPU_LIMIT_EXCEEDED: 422,
  MEMORY_LIMIT_EXCEEDED: 422,
  OUTPUT_LIMIT_EXCEEDED: 422,
  CALL_LIMIT_EXCEEDED: 422,
  CONTINUATION_FAILED: 500,
  TOOL_NOT_FOUND: 404,
  TOOL_CHANGED: 409,
  TOOL_INPUT_INVALID: 422,
  TOOL_OUTPUT_INVALID: 502,
  TOOL_TIMEOUT: 504,
  MCP_SERVER_UNAVAILABLE: 503,
  MCP_TOOL_ERROR: 502,
  NETWORK_DENIED: 403,
  NETWORK_FAILED: 502,
  FILE_FAILED: 422,
  EXECUTION_FAILED: 422,
  SANDBOX_CRASHED: 500,
  RUNTIME_UNAVAILABLE: 501,
  CANCELLED: 499,
  INTERNAL: 500,
};

Deno.test("errors: every code has its status, a known type and a known blame, frozen", () => {
  const statuses = Object.entries(ERROR_CODES).map(([code, { status }]) => [code, status]);
  assert.deepEqual(Object.fromEntries(statuses), STATUSES);
  assert.ok(Object.isFrozen(ERROR_CODES));
  for (const [code, meaning] of Object.entries(ERROR_CODES)) {
    assert.ok(Object.isFrozen(meaning), code);
    assert.ok(TYPES.includes(meaning.type), code);
    assert.ok(BLAMES.includes(meaning.blame), code);
  }
});

Deno.test("errors: each type is used; the callers' faults are 4xx but for the configuration", () => {
  const used = new Set(Object.values(ERROR_CODES).map(({ type }) => type));
  assert.deepEqual([...used].sort(), [...TYPES].sort());
  const strange = Object.entries(ERROR_CODES)
    .filter(([, { blame, status }]) => blame === "caller" && (status < 400 || status > 499))
    .map(([code]) => code);
  assert.deepEqual(strange, ["CONFIG_INVALID"]);
});

Deno.test("errors: what is busy, away or broken may be tried again, and nothing else", () => {
  const retryable = Object.entries(ERROR_CODES).filter(([, one]) => one.retryable);
  assert.deepEqual(retryable.map(([code]) => code), [
    "IDENTITY_PROVIDER_UNAVAILABLE",
    "RATE_LIMITED",
    "QUEUE_FULL",
    "SHUTTING_DOWN",
    "TOOL_TIMEOUT",
    "MCP_SERVER_UNAVAILABLE",
    "NETWORK_FAILED",
    "SANDBOX_CRASHED",
  ]);
});

Deno.test("CodemodeError: code, message, details, cause and meaning", () => {
  const cause = new Error("deep");
  const error = new CodemodeError("RATE_LIMITED", "Slower", { details: { per: 1 }, cause });
  const { name, code, message, details, meaning } = error;
  assert.deepEqual({ name, code, message, details, meaning }, {
    name: "CodemodeError",
    code: "RATE_LIMITED",
    message: "Slower",
    details: { per: 1 },
    meaning: { type: "security", blame: "caller", retryable: true, status: 429 },
  });
  assert.equal(error.cause, cause);
  assert.equal(Object.hasOwn(new CodemodeError("INTERNAL", "x"), "cause"), false);
  assert.deepEqual(new CodemodeError("INTERNAL", "x").details, {});
});

Deno.test("toCodemodeError: one of ours stays itself, the rest is INTERNAL and says nothing", () => {
  const ours = new CodemodeError("NOT_FOUND", "x");
  assert.equal(toCodemodeError(ours), ours);
  for (
    const thrown of [new Error("/home/secret"), "text", undefined, null, { code: "NOT_FOUND" }]
  ) {
    const { code, message, details, cause } = toCodemodeError(thrown);
    assert.deepEqual({ code, message, details }, {
      code: "INTERNAL",
      message: "The service failed unexpectedly",
      details: {},
    });
    assert.equal(cause, thrown);
  }
});
