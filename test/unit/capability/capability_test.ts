/** Capability strings: every form, and what is refused with which remedy. */

import assert from "node:assert/strict";
import { type Capability, parseCapability, printCapability } from "../../../src/capability/mod.ts";

const FORMS =
  "mcp:SERVER, mcp:SERVER.TOOL, network:HOST, network:HOST:PORT, read:PATH, write:PATH or env:NAME";

const GOOD: Readonly<Record<string, Capability>> = {
  "mcp:memory": { kind: "mcp", server: "memory" },
  "mcp:*": { kind: "mcp", server: "*" },
  "mcp:memory.*": { kind: "mcp", server: "memory", tool: "*" },
  "mcp:memory.search_nodes": { kind: "mcp", server: "memory", tool: "search_nodes" },
  "mcp:admin.tools.list": { kind: "mcp", server: "admin", tool: "tools.list" },
  "network:api.example.com": { kind: "network", host: "api.example.com" },
  "network:api.example.com:443": { kind: "network", host: "api.example.com", port: 443 },
  "network:*": { kind: "network", host: "*" },
  "network:*.example.com:1": { kind: "network", host: "*.example.com", port: 1 },
  "network:127.0.0.1:65535": { kind: "network", host: "127.0.0.1", port: 65535 },
  "network:[::1]": { kind: "network", host: "[::1]" },
  "network:[2001:db8::1]:8080": { kind: "network", host: "[2001:db8::1]", port: 8080 },
  "read:./data": { kind: "read", path: "./data" },
  "read:/a:b,c": { kind: "read", path: "/a:b,c" },
  "write:/tmp/out": { kind: "write", path: "/tmp/out" },
  "env:HOME": { kind: "env", name: "HOME" },
  "env:_a1": { kind: "env", name: "_a1" },
};

const BAD = [
  "",
  ":",
  "mcp",
  "mcp:",
  "mcp:.x",
  "mcp:x.",
  "network:",
  "network::443",
  "network:::1",
  "network:[::1",
  "network:[::g]",
  "network:a:0",
  "network:a:65536",
  "network:a:080000",
  "network:a:443:80",
  "network:a,b",
  "network:a/b",
  "network:10.0.0.0/8",
  "network:a.",
  "network:.a",
  "network:-a",
  "network:a*.b",
  "network:*.*.b",
  "network:*b",
  "network:é",
  "network:a b",
  "read:",
  "write:/a\u0000b",
  "write:/a\nb",
  "env:",
  "env:*",
  "env:A*",
  "env:1A",
  "env:A=B",
  "run:ls",
  "ffi:/lib",
  "sys:hostname",
  "all:",
  "MCP:memory",
  " mcp:memory",
  "__proto__:x",
  "constructor:x",
];

for (const [text, expected] of Object.entries(GOOD)) {
  Deno.test(`parseCapability: ${text}`, () => {
    assert.deepEqual(parseCapability(text), expected);
    assert.equal(printCapability(expected), text);
  });
}

for (const text of BAD) {
  Deno.test(`parseCapability: ${JSON.stringify(text)} is refused with the remedy`, () => {
    assert.throws(() => parseCapability(text), {
      name: "CodemodeError",
      code: "INVALID_REQUEST",
      message: `${JSON.stringify(text)} is not a capability; write ${FORMS}`,
      details: { capability: text },
    });
  });
}

Deno.test("parseCapability: a host in capitals is lowered, a path and a tool are not", () => {
  assert.deepEqual(parseCapability("network:API.Example.COM:443"), {
    kind: "network",
    host: "api.example.com",
    port: 443,
  });
  assert.deepEqual(parseCapability("read:/Data"), { kind: "read", path: "/Data" });
  assert.deepEqual(parseCapability("mcp:S.Tool"), { kind: "mcp", server: "S", tool: "Tool" });
});

Deno.test("parseCapability: 1024 characters are read, 1025 refused and shown short", () => {
  const longest = `read:${"a".repeat(1019)}`;
  assert.deepEqual(parseCapability(longest), { kind: "read", path: "a".repeat(1019) });
  const shown = `read:${"a".repeat(95)}`;
  assert.throws(() => parseCapability(`${longest}a`), {
    message: `"${shown}" is not a capability; write ${FORMS}`,
    details: { capability: shown },
  });
});

Deno.test("parseCapability: a host has 253 characters at most", () => {
  const host = "a".repeat(253);
  assert.deepEqual(parseCapability(`network:${host}`), { kind: "network", host });
  assert.throws(() => parseCapability(`network:${host}a`), { code: "INVALID_REQUEST" });
});
