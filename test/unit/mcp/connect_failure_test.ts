import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { AddressRefused } from "../../../src/base/network.ts";
import { serverUnavailable } from "../../../src/mcp/call_failure.ts";
import { connectFailure, connectFailureCause } from "../../../src/mcp/connect_failure.ts";
import { ServerFailure } from "../../../src/mcp/server_failure.ts";

const probe = (cause: Error) =>
  new SdkError(SdkErrorCode.EraNegotiationFailed, `Probe failed: ${cause.message}`, undefined, {
    cause,
  });
const data = { status: 403, statusText: "", text: "Invalid API key: sk-1" };
const refused = new TypeError("fetch failed", {
  cause: new Error(
    "error sending request for url (http://peer.example/mcp?key=sk-1): client error (Connect): no",
  ),
});
const spawn = Object.assign(new Error("spawn /home/operator/x ENOENT"), { code: "ENOENT" });

const CASES: readonly (readonly [unknown, string, string])[] = [
  [
    new ServerFailure("Its program is not there", { cause: spawn }),
    "Its program is not there",
    "Its program is not there: ENOENT: spawn /home/operator/x ENOENT",
  ],
  [
    probe(new AddressRefused("Cannot reach a: its address is not public")),
    "Cannot reach a: its address is not public",
    "ERA_NEGOTIATION_FAILED: Probe failed: Cannot reach a: its address is not public",
  ],
  [
    probe(serverUnavailable("s", { reason: "it is away", mayHaveTakenEffect: false })),
    "it is away",
    'ERA_NEGOTIATION_FAILED: Probe failed: The MCP server "s" is not available: it is away: ' +
    "MCP_SERVER_UNAVAILABLE",
  ],
  [
    new CodemodeError("CONFIG_INVALID", 'The MCP server "s" needs a valid "url"'),
    'The MCP server "s" needs a valid "url"',
    'CONFIG_INVALID: The MCP server "s" needs a valid "url"',
  ],
  [
    new SdkHttpError(SdkErrorCode.ClientHttpForbidden, "Error POSTing: Invalid key: sk-1", data),
    "It answered with HTTP status 403",
    "CLIENT_HTTP_FORBIDDEN: Error POSTing: Invalid key: sk-1",
  ],
  [new ProtocolError(-32000, "key sk-1"), "It answered with error -32000", "key sk-1"],
  [
    probe(refused),
    "Its address cannot be reached",
    "ERA_NEGOTIATION_FAILED: Probe failed: fetch failed: " +
    "error sending request for url (http://peer.example): client error (Connect): no",
  ],
  ["broken /home/operator", "The connection to it failed", "broken /home/operator"],
  [
    new Error("bad http://[x/?key=1", { cause: new Error("bad") }),
    "The connection to it failed",
    "bad (an address)",
  ],
  [new Error("x".repeat(600)), "The connection to it failed", "x".repeat(500)],
];

for (const [thrown, told, logged] of CASES) {
  Deno.test(`a failed connection: ${told} (${String(thrown).slice(0, 40)})`, () => {
    assert.equal(connectFailure(thrown), told);
    assert.equal(connectFailureCause(thrown), logged);
  });
}
