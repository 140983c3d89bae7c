/** Capability strings: what each form means, and what is said of those that mean nothing. */

import assert from "node:assert/strict";
import { parseCapabilities } from "../../../src/capability/mod.ts";

const SERVERS = ["memory", "files.local", "files"];

function parse(value: string, servers: readonly string[] = SERVERS) {
  const { capabilities, problems } = parseCapabilities([value], { servers });
  return problems.length === 0 ? capabilities[0] : problems[0];
}

const UNDERSTOOD: readonly [string, unknown][] = [
  ["mcp:memory", { kind: "mcp", server: "memory" }],
  ["mcp:memory.search_nodes", { kind: "mcp", server: "memory", tool: "search_nodes" }],
  ["mcp:memory.*", { kind: "mcp", server: "memory" }],
  ["mcp:files.local.read", { kind: "mcp", server: "files.local", tool: "read" }],
  ["mcp:files.a.b", { kind: "mcp", server: "files", tool: "a.b" }],
  ["mcp:*", { kind: "mcp", server: "*" }],
  ["network:memory", { kind: "mcp", server: "memory" }],
  ["network:API.GitHub.com.", { kind: "network", host: "api.github.com" }],
  ["network:api.github.com:443", { kind: "network", host: "api.github.com", port: 443 }],
  ["network:*.example.com:443", { kind: "network", host: "*.example.com", port: 443 }],
  ["network:*", { kind: "network", host: "*" }],
  ["network:[::1]:8080", { kind: "network", host: "[::1]", port: 8080 }],
  ["network:[2001:DB8:0:0::1]", { kind: "network", host: "[2001:db8::1]" }],
  ["network:2130706433:80", { kind: "network", host: "127.0.0.1", port: 80 }],
  ["network:bücher.example", { kind: "network", host: "xn--bcher-kva.example" }],
  ["read:./data", { kind: "read", path: "./data" }],
  ["read:C:\\data", { kind: "read", path: "C:\\data" }],
  ["write:/out", { kind: "write", path: "/out" }],
  ["env:HOME", { kind: "env", name: "HOME" }],
];

for (const [value, expected] of UNDERSTOOD) {
  Deno.test(`parseCapabilities() reads ${value}`, () => {
    assert.deepEqual(parse(value), expected);
  });
}

const REFUSED: readonly string[] = [
  "network:",
  "network:a.com:0",
  "network:a.com:65536",
  "network:a.com:x",
  "network:a.com,b.com:443",
  "network:a.com/path",
  "network:user@a.com",
  "network:a.*.com",
  "network:*.*.com",
  "network:*.127.0.0.1",
  "network:[::1",
  "network:10.0.0.0/8",
  "network:%61.com",
  "network:a\0.com",
];

for (const value of REFUSED) {
  Deno.test(`parseCapabilities() refuses ${JSON.stringify(value)} as a host`, () => {
    assert.deepEqual(parse(value), {
      index: 0,
      value,
      message: "Not a host with an optional port",
      remedy:
        "Write network:<host>, network:<host>:<port 1-65535>, network:*.<suffix> or network:[<IPv6>]:<port>",
    });
  });
}

Deno.test("parseCapabilities() collects every problem with its place and a remedy", () => {
  const forms =
    "mcp:<server>[.<tool>], network:<host>[:<port>], read:<path>, write:<path>, env:<NAME>";
  const values = [
    "mcp:memroy",
    "mcp:",
    "mcp:memory.",
    "netwrk:a.com",
    "constructor:x",
    "read:",
    "env:A=B",
    "mcp:zzzzzz",
  ];
  assert.deepEqual(parseCapabilities(["mcp:memory", ...values], { servers: SERVERS }).problems, [
    {
      index: 1,
      value: "mcp:memroy",
      message: 'Unknown MCP server "memroy"',
      remedy: 'Did you mean "mcp:memory"?',
    },
    {
      index: 2,
      value: "mcp:",
      message: "Server or tool name is missing",
      remedy: "Write mcp:<server> or mcp:<server>.<tool>",
    },
    {
      index: 3,
      value: "mcp:memory.",
      message: "Server or tool name is missing",
      remedy: "Write mcp:<server> or mcp:<server>.<tool>",
    },
    {
      index: 4,
      value: "netwrk:a.com",
      message: 'Unknown capability kind "netwrk"',
      remedy: `Did you mean "network:…"? Forms: ${forms}`,
    },
    {
      index: 5,
      value: "constructor:x",
      message: 'Unknown capability kind "constructor"',
      remedy: `Use one of ${forms}`,
    },
    {
      index: 6,
      value: "read:",
      message: "Path is empty or has control characters",
      remedy: "Write read:<path>",
    },
    {
      index: 7,
      value: "env:A=B",
      message: "Not the name of an environment variable",
      remedy: "Write env:<NAME> with letters, digits and _",
    },
    {
      index: 8,
      value: "mcp:zzzzzz",
      message: 'Unknown MCP server "zzzzzz"',
      remedy: "Known servers: memory, files.local, files",
    },
  ]);
});

Deno.test("parseCapabilities() takes any server when none are known", () => {
  assert.deepEqual(parseCapabilities(["mcp:any.tool"]), {
    capabilities: [{ kind: "mcp", server: "any", tool: "tool" }],
    problems: [],
  });
});

Deno.test("parseCapabilities() bounds the list and each string", () => {
  const { capabilities, problems } = parseCapabilities(Array(257).fill("mcp:a"));
  assert.equal(capabilities.length, 256);
  assert.deepEqual(problems, [{
    index: 256,
    value: "mcp:a",
    message: "More than 256 capabilities",
    remedy: "Grant folders, suffixes or whole servers",
  }]);
  assert.deepEqual(parseCapabilities([`read:${"x".repeat(4092)}`]).problems, [{
    index: 0,
    value: `read:${"x".repeat(95)}…`,
    message: "Capability is too long",
    remedy: "Keep it within 4096 characters",
  }]);
});
