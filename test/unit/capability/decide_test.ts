/** The recorded decisions and what lies between them. */

import assert from "node:assert/strict";
import {
  allowsNetwork,
  allowsPath,
  allowsTool,
  type CapabilitySet,
  NO_CAPABILITIES,
} from "../../../src/capability/mod.ts";
import { readVectors } from "../../harness/vectors.ts";

interface Input {
  readonly capabilities?: CapabilitySet | null;
  readonly network?: readonly [host: string, port: number];
  readonly filesystem?: readonly [path: string, mode: "read" | "write"];
  readonly mcp?: readonly [server: string, tool: string];
  readonly mcpCalls?: readonly string[];
  readonly needsNetwork?: boolean;
}

/** Recorded decisions we decide otherwise, with the reason. There are none. */
const DEVIATIONS: Readonly<Record<string, { decision: "allow" | "deny"; reason: string }>> = {};

function decide({ capabilities, network, filesystem, mcp, mcpCalls, needsNetwork }: Input) {
  const set = capabilities ?? NO_CAPABILITIES;
  const answers = [
    ...(network ? [allowsNetwork(set, ...network)] : []),
    ...(filesystem ? [allowsPath(set, ...filesystem)] : []),
    ...(mcp ? [allowsTool(set, ...mcp)] : []),
    ...(mcpCalls ?? []).map((server) => allowsTool(set, server, "any_tool")),
    ...(needsNetwork ? [allowsNetwork(set, "example.com", 443)] : []),
  ];
  return answers.every(Boolean) ? "allow" : "deny";
}

for (const { id, input, expected } of readVectors<Input, string>("capability_decision")) {
  Deno.test(`vector ${id}`, () => {
    assert.equal(decide(input), DEVIATIONS[id]?.decision ?? expected);
  });
}

Deno.test("silence grants nothing", () => {
  for (const set of [{}, { network: {}, filesystem: {}, mcp: {}, system: {} }]) {
    assert.equal(allowsNetwork(set, "localhost", 80), false);
    assert.equal(allowsPath(set, "/", "read"), false);
    assert.equal(allowsPath({ filesystem: { readOnly: false } }, "/", "write"), false);
    assert.equal(allowsTool(set, "a", "b"), false);
    assert.equal(allowsTool({ mcp: { allowedTools: ["*"] } }, "a", "b"), false);
  }
});

Deno.test("a host without a port is granted on the allowed ports, 80 and 443 by default", () => {
  const set = { network: { allowedHosts: ["a.com"] } };
  const ports = [80, 443, 8080, 0].filter((port) => allowsNetwork(set, "a.com", port));
  assert.deepEqual(ports, [80, 443]);
});

Deno.test("a host with a port is granted on that one whatever the allowed ports are", () => {
  const set = { network: { allowedHosts: ["a.com:8080", "b.com"], allowedPorts: [443] } };
  assert.equal(allowsNetwork(set, "a.com", 8080), true);
  assert.equal(allowsNetwork(set, "a.com", 443), false);
  assert.equal(allowsNetwork(set, "b.com", 443), true);
});

Deno.test("hosts: patterns mean what is below them, names in any case, nothing malformed", () => {
  const set = { network: { allowedHosts: ["*.Example.com", "[::1]:80"], allowedPorts: [443] } };
  const allowed = [
    "a.example.com",
    "A.b.EXAMPLE.com",
    "example.com",
    "evilexample.com",
    ".example.com",
    "a.example.com.",
    "evil.com#.example.com",
    "evil.com/.example.com",
    "evil.com\n.example.com",
    "evil.com,.example.com",
    "u@a.example.com",
  ].filter((host) => allowsNetwork(set, host, 443));
  assert.deepEqual(allowed, ["a.example.com", "A.b.EXAMPLE.com"]);
  assert.equal(allowsNetwork(set, "[::1]", 80), true);
  assert.equal(allowsNetwork(set, "[0::1]", 80), false);
});

Deno.test("paths: neither a neighbour's name nor .. leads out, readOnly is the default", () => {
  const set = { filesystem: { allowedPaths: ["/tmp/in/"], writablePaths: ["/out"] } };
  const read = ["/tmp/in", "/tmp/in/a", "/tmp//in/./a", "/tmp/inx", "/tmp/in/../a", "/tmp", "/out"];
  assert.deepEqual(read.filter((path) => allowsPath(set, path, "read")), [
    "/tmp/in",
    "/tmp/in/a",
    "/tmp//in/./a",
    "/out",
  ]);
  const write = ["/tmp/in/a", "/out", "/out/a", "/outside", "/out/../a"];
  assert.deepEqual(write.filter((path) => allowsPath(set, path, "write")), ["/out", "/out/a"]);
  assert.equal(allowsPath({ filesystem: { allowedPaths: ["/"] } }, "/etc/passwd", "read"), true);
});

Deno.test("tools: each form of a pattern, and tools with dots only by their server", () => {
  const reach = (allowedTools: string[] | undefined) =>
    [["a", "x"], ["a", "y"], ["b", "x"], ["c", "x"], ["a", "b.x"], ["a", "*"]].filter(([
      server = "",
      tool = "",
    ]) =>
      allowsTool(
        {
          mcp: { allowedServers: ["a", "b"], ...(allowedTools ? { allowedTools } : {}) },
        },
        server,
        tool,
      )
    ).map((pair) => pair.join("/"));
  const all = ["a/x", "a/y", "b/x", "a/b.x", "a/*"];
  assert.deepEqual(reach(undefined), all);
  assert.deepEqual(reach(["*"]), all);
  assert.deepEqual(reach([]), []);
  assert.deepEqual(reach(["x"]), ["a/x", "b/x"]);
  assert.deepEqual(reach(["a.x"]), ["a/x"]);
  assert.deepEqual(reach(["a.*"]), ["a/x", "a/y", "a/b.x", "a/*"]);
  assert.deepEqual(reach(["b.x"]), ["b/x"]);
  assert.deepEqual(reach(["a.b.x"]), ["a/b.x"]);
  assert.deepEqual(reach(["*.x"]), ["a/x", "b/x"]);
  assert.deepEqual(reach(["c.x", "constructor", "__proto__", ""]), []);
});

Deno.test("tools: inherited names are servers only when granted", () => {
  assert.equal(allowsTool({ mcp: { allowedServers: ["a"] } }, "constructor", "x"), false);
  assert.equal(allowsTool({ mcp: { allowedServers: ["__proto__"] } }, "__proto__", "x"), true);
});
