import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import assert from "node:assert/strict";
import {
  readCallFailure,
  serverUnavailable,
  unavailableReason,
} from "../../../src/mcp/call_failure.ts";

const SESSION = { hasId: true };
const http = (status: number, text = "") =>
  new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, `Error POSTing: ${text}`, {
    status,
    statusText: "",
    text,
  });

const CASES: readonly (readonly [string, unknown, string, boolean, boolean])[] = [
  ["the server refuses", new ProtocolError(-32603, "broken"), "MCP_TOOL_ERROR", false, false],
  ["too much", new ProtocolError(-31_999, "it has more"), "TOOL_OUTPUT_INVALID", false, false],
  ["broken off", new ProtocolError(-32_798, ""), "MCP_SERVER_UNAVAILABLE", false, false],
  ["endless", new ProtocolError(-32_797, "it is long"), "TOOL_OUTPUT_INVALID", false, false],
  ["an unknown tool", new ProtocolError(-32602, "Tool t not found"), "TOOL_NOT_FOUND", false, true],
  [
    "lost",
    new SdkError(SdkErrorCode.ConnectionClosed, "closed"),
    "MCP_SERVER_UNAVAILABLE",
    true,
    false,
  ],
  [
    "not sent",
    new SdkError(SdkErrorCode.NotConnected, "Not connected"),
    "MCP_SERVER_UNAVAILABLE",
    true,
    true,
  ],
  [
    "refused",
    new TypeError("fetch failed", {
      cause: new Error("error sending request: client error (Connect): no route"),
    }),
    "MCP_SERVER_UNAVAILABLE",
    true,
    true,
  ],
  [
    "refused, on Node",
    new TypeError("fetch failed", {
      cause: Object.assign(new Error("no"), { code: "ECONNREFUSED" }),
    }),
    "MCP_SERVER_UNAVAILABLE",
    true,
    true,
  ],
  ["reset", new TypeError("connection reset"), "MCP_SERVER_UNAVAILABLE", false, false],
  ["session forgotten", http(404), "MCP_SERVER_UNAVAILABLE", true, true],
  ["an argument", http(400, "session_length is wrong"), "MCP_SERVER_UNAVAILABLE", false, false],
  [
    "session forgotten, older",
    http(400, "No valid session ID"),
    "MCP_SERVER_UNAVAILABLE",
    true,
    true,
  ],
  ["server error", http(500), "MCP_SERVER_UNAVAILABLE", false, false],
  ["unauthorized", http(401), "MCP_SERVER_UNAVAILABLE", false, false],
  [
    "unreadable",
    new SdkError(SdkErrorCode.InvalidResult, "bad"),
    "TOOL_OUTPUT_INVALID",
    false,
    false,
  ],
  ["anything", "text", "MCP_SERVER_UNAVAILABLE", true, false],
];

for (const [name, thrown, code, sessionLost, unsent] of CASES) {
  Deno.test(`a failed call: ${name}`, () => {
    const failure = readCallFailure("s", "t", thrown, SESSION);
    assert.deepEqual(
      [failure.error.code, failure.sessionLost, failure.unsent],
      [code, sessionLost, unsent],
    );
    assert.equal(failure.error.details.server, "s");
    assert.equal(failure.error.details.tool, "t");
  });
}

Deno.test("a failed call: without a session there is none to forget", () => {
  for (const thrown of [http(404), http(400, "No valid session ID")]) {
    const failure = readCallFailure("s", "t", thrown);
    assert.deepEqual([failure.sessionLost, failure.unsent], [false, false]);
  }
});

Deno.test("a failed call: what the tool says is told as it is, with its number", () => {
  const message = "Tool lookup failed: customer 42 not found";
  for (const code of [-32_603, -32_602, -32_000]) {
    const { error, unsent } = readCallFailure("s", "t", new ProtocolError(code, message));
    assert.deepEqual([error.code, error.message, error.details, unsent], [
      "MCP_TOOL_ERROR",
      message,
      { server: "s", tool: "t", message, errorCode: code },
      false,
    ]);
  }
});

Deno.test("the reason of a failure is what no other message has around it", () => {
  const away = (reason?: string) => serverUnavailable("s", { reason, mayHaveTakenEffect: false });
  assert.equal(unavailableReason(away("it is away")), "it is away");
  assert.equal(unavailableReason(away()), 'The MCP server "s" is not available');
  const { error } = readCallFailure("s", "t", new ProtocolError(-32_603, "broken"));
  assert.equal(unavailableReason(error), "broken");
  assert.equal(unavailableReason(away("x".repeat(501))), "x".repeat(500));
});
