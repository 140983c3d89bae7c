import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import type { Diagnostic } from "../../../src/contract/mod.ts";
import { awayError, explainSilent, namedSilent } from "../../../src/engine/silent_servers.ts";
import type { SilentServer } from "../../../src/engine/toolbox.ts";

function diagnostic(message: string): Diagnostic {
  const place = { line: 1, column: 5, endLine: 1, endColumn: 11 };
  return { ...place, code: "TS2339", severity: "error", message, snippet: "", suggestion: "x" };
}

/** A server that is away, and why if that is known. */
function away(name: string, why?: CodemodeError): SilentServer {
  return { server: name.replaceAll("_", "-"), name, why: () => why };
}

const LOGIN = new CodemodeError("LOGIN_REQUIRED", "Log in to memory", {
  details: { server: "memory", remedy: "codemode login memory", mayHaveTakenEffect: false },
});
const FOUND = [
  diagnostic("Property 'memory' does not exist on mcp."),
  diagnostic("Cannot find name 'files'."),
  diagnostic("Property 'web' does not exist on mcp.memory."),
];
const NO_TOOLS = "has shown no tools so far: starting, out of reach, or without any (see /health)";

Deno.test("servers that are away are told from names that are wrong", () => {
  const named = (...names: string[]) =>
    namedSilent(FOUND, names.map((name) => away(name))).map(({ name }) => name);
  assert.deepEqual(named("files", "memory", "web"), ["files", "memory"]);
  assert.deepEqual(named("other"), []);
  const script = [diagnostic("There is no server my-files. There are: a, b.")];
  assert.deepEqual(namedSilent(script, [away("my_files")]).length, 1);
});

Deno.test("what is said of a server that is away has no advice to change the program", () => {
  const { suggestion: _, ...rest } = FOUND[0]!;
  const explained = (server: SilentServer) => explainSilent(FOUND, [server]);
  assert.deepEqual(explained(away("memory")), [
    { ...rest, code: "SERVER_UNAVAILABLE", message: `The MCP server "memory" ${NO_TOOLS}` },
    FOUND[1],
    FOUND[2],
  ]);
  assert.deepEqual(explained(away("memory", LOGIN))[0], {
    ...rest,
    code: "LOGIN_REQUIRED",
    message: "Log in to memory",
  });
});

Deno.test("what somebody can do comes before what only waiting helps", () => {
  const { code, message, details } = awayError([away("files"), away("memory", LOGIN)], "No. ");
  assert.deepEqual({ code, message, details }, {
    code: "LOGIN_REQUIRED",
    message: "No. Log in to memory",
    details: { ...LOGIN.details, servers: ["files", "memory"] },
  });
  const waiting = awayError([away("a"), away("b")]);
  assert.deepEqual(
    [waiting.code, waiting.message, waiting.details],
    [
      "MCP_SERVER_UNAVAILABLE",
      `The MCP servers "a", "b" ${NO_TOOLS.replace("has", "have")}`,
      { servers: ["a", "b"], mayHaveTakenEffect: false },
    ],
  );
});
