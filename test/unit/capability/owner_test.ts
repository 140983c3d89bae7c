/** Who may come back to what was begun: the same principal, granted no less. */

import assert from "node:assert/strict";
import { type CapabilitySet, reaches } from "../../../src/capability/mod.ts";

const SETS: Readonly<Record<string, CapabilitySet>> = {
  nothing: {},
  emptyParts: { network: { allowedHosts: [] }, filesystem: {}, mcp: { allowedServers: [] } },
  server: { mcp: { allowedServers: ["notes"] } },
  servers: { mcp: { allowedServers: ["notes", "bank"] } },
  all: { mcp: { allowedServers: ["*"] } },
  tool: { mcp: { allowedServers: ["notes"], allowedTools: ["notes.read"] } },
  amounts: { mcp: { allowedServers: ["notes"], maxCallsPerSecond: 5, maxConcurrentCalls: 3 } },
  host: { network: { allowedHosts: ["*.example.org", "10.0.0.1:8080"], allowedPorts: [443, 80] } },
  files: { filesystem: { allowedPaths: ["/srv/a"], writablePaths: ["/srv/b"] } },
  texts: { filesystem: { allowedPaths: ["/srv/a"], allowedExtensions: [".txt"] } },
  system: { system: { environment: ["LANG"] } },
};

const can = (granted: CapabilitySet, begun: CapabilitySet) =>
  reaches({ id: "ada", grant: granted }, { id: "ada", grant: begun });

Deno.test("owner: every grant reaches what an equal one began, of its own principal only", () => {
  for (const [name, set] of Object.entries(SETS)) {
    assert.equal(can(structuredClone(set), set), true, name);
    assert.equal(can(set, set), true, name);
    assert.equal(reaches({ id: "eve", grant: set }, { id: "ada", grant: set }), false, name);
  }
});

for (
  const [granted, begun, is] of [
    ["servers", "server", true],
    ["server", "servers", false],
    ["all", "servers", true],
    ["servers", "all", false],
    ["server", "tool", true],
    ["tool", "server", false],
    ["server", "amounts", true],
    ["amounts", "server", true],
    ["server", "nothing", true],
    ["nothing", "emptyParts", true],
    ["emptyParts", "nothing", true],
    ["nothing", "server", false],
    ["nothing", "system", false],
    ["nothing", "host", false],
    ["all", "files", false],
  ] as const
) {
  Deno.test(`owner: ${granted} ${is ? "reaches" : "does not reach"} what ${begun} began`, () => {
    assert.equal(can(SETS[granted]!, SETS[begun]!), is);
  });
}

Deno.test("owner: what a set holds by its silence counts", () => {
  const notes = (amounts: object) => ({ mcp: { allowedServers: ["notes"], ...amounts } });
  assert.equal(can(notes({ maxCallsPerSecond: 2 }), notes({})), false);
  assert.equal(
    can(notes({ maxCallsPerSecond: 2 }), notes({ maxCallsPerSecond: undefined })),
    false,
  );
  assert.equal(can(notes({ maxCallsPerSecond: 9 }), notes({})), true);
  assert.equal(can(notes({}), notes({ maxCallsPerSecond: 9 })), false);
  const files = (more: object) => ({ filesystem: { allowedPaths: ["/srv/a"], ...more } });
  assert.equal(can(files({ allowedExtensions: [".txt"] }), files({})), false);
  assert.equal(can(files({}), files({ allowedExtensions: [".txt"] })), true);
  assert.equal(
    can(files({ allowedExtensions: [".txt"] }), files({ allowedExtensions: [".txt", ".md"] })),
    false,
  );
});
