import assert from "node:assert/strict";
import type { Diagnostic } from "../../../src/contract/mod.ts";
import { explainSilent, messageOf, namedSilent } from "../../../src/engine/silent_servers.ts";

function diagnostic(message: string): Diagnostic {
  const place = { line: 1, column: 5, endLine: 1, endColumn: 11 };
  return { ...place, code: "TS2339", severity: "error", message, snippet: "", suggestion: "x" };
}

const FOUND = [
  diagnostic("Property 'memory' does not exist on mcp."),
  diagnostic("Cannot find name 'files'."),
  diagnostic("Property 'web' does not exist on mcp.memory."),
];

Deno.test("servers that are away are told from names that are wrong", () => {
  assert.deepEqual(namedSilent(FOUND, ["files", "memory", "web"]), ["files", "memory"]);
  assert.deepEqual(namedSilent(FOUND, ["other"]), []);
});

Deno.test("what is said of a server that is away has no advice to change the program", () => {
  const { suggestion: _, ...rest } = FOUND[0]!;
  assert.deepEqual(explainSilent(FOUND, ["memory"]), [
    { ...rest, code: "SERVER_UNAVAILABLE", message: messageOf(["memory"]) },
    FOUND[1],
    FOUND[2],
  ]);
  assert.equal(
    messageOf(["memory"]),
    'The MCP server "memory" has shown no tools so far: starting, out of reach, waiting for a login, or without any (see /health)',
  );
});
