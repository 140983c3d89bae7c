/** Requests made to look smaller than they are: none is within a grant that it exceeds. */

import assert from "node:assert/strict";
import {
  allowsTool,
  type CapabilitySet,
  isSubset,
  toCapabilitySet,
  union,
} from "../../../src/capability/mod.ts";

interface Case {
  readonly name: string;
  readonly asked: CapabilitySet;
  readonly granted: CapabilitySet;
  readonly excess: readonly string[];
}

const net = (allowedHosts: string[], allowedPorts?: number[]): CapabilitySet => ({
  network: { allowedHosts, ...(allowedPorts ? { allowedPorts } : {}) },
});
const fs = (...allowedPaths: string[]): CapabilitySet => ({ filesystem: { allowedPaths } });
const mcp = (allowedServers: string[], allowedTools?: string[]): CapabilitySet => ({
  mcp: { allowedServers, ...(allowedTools ? { allowedTools } : {}) },
});

const CASES: readonly Case[] = [
  {
    name: "a wildcard is within no name",
    asked: net(["*:443", "*.a.com:443"]),
    granted: net(["a.com", "x.a.com"]),
    excess: ["network:*:443"],
  },
  {
    name: "a narrower wildcard is within a wider one, not the other way",
    asked: net(["*.b.a.com:443", "*.com:443"]),
    granted: net(["*.a.com"]),
    excess: ["network:*.com:443"],
  },
  {
    name: "a suffix is not its own subdomain",
    asked: net(["a.com:443", "evila.com:443"]),
    granted: net(["*.a.com"]),
    excess: ["network:a.com:443", "network:evila.com:443"],
  },
  {
    name: "hosts in any case",
    asked: net(["A.Com:443"]),
    granted: net(["a.COM"]),
    excess: [],
  },
  {
    name: "a trailing dot names the same host, not its neighbour",
    asked: net(["a.com.:443", "a.com.b.:443"]),
    granted: net(["a.com"]),
    excess: ["network:a.com.b:443"],
  },
  {
    name: "every spelling of an IPv6 address is the same host",
    asked: net(["[::1]:443", "[0:0:0:0:0:0:0:1]:443", "[::2]:443"]),
    granted: net(["[::1]"]),
    excess: ["network:[::2]:443"],
  },
  {
    name: "what is no host asks for nothing",
    asked: net([
      "evil.com#.a.com:443",
      "evil.com,x.a.com:443",
      "10.0.0.0/8:443",
      ":443",
      "a*.a.com:443",
      "x.a.com:80:443",
    ]),
    granted: net(["*", "*.a.com"]),
    excess: [],
  },
  {
    name: "ports are those asked for, the usual two when none is",
    asked: net(["a.com"], [443, 8080]),
    granted: net(["a.com:443"]),
    excess: ["network:a.com:8080"],
  },
  {
    name: "no ports ask for nothing",
    asked: net(["evil.com"], []),
    granted: {},
    excess: [],
  },
  {
    name: "a neighbour's name is not inside",
    asked: fs("/tmpx", "/tmp/a", "/tmp/", "/tm"),
    granted: fs("/tmp"),
    excess: ["read:/tm", "read:/tmpx"],
  },
  {
    name: "dots lead nowhere",
    asked: fs("/a/../b", "/a/b/..", "/a/./c", "/../../a", "/a/../../etc"),
    granted: fs("/a"),
    excess: ["read:/b", "read:/etc"],
  },
  {
    name: "readOnly false asks to write what it names",
    asked: { filesystem: { allowedPaths: ["/a"], readOnly: false } },
    granted: fs("/a"),
    excess: ["write:/a"],
  },
  {
    name: "readOnly false within readOnly false",
    asked: { filesystem: { allowedPaths: ["/a/b"], readOnly: false } },
    granted: { filesystem: { allowedPaths: ["/a"], readOnly: false } },
    excess: [],
  },
  {
    name: "a writable path may be read, a readable one not written",
    asked: { filesystem: { allowedPaths: ["/w"], writablePaths: ["/r"] } },
    granted: { filesystem: { allowedPaths: ["/r"], writablePaths: ["/w"] } },
    excess: ["write:/r"],
  },
  {
    name: "extensions of its own are an excess",
    asked: { filesystem: { allowedPaths: ["/a"], allowedExtensions: [".exe", ".gz", ""] } },
    granted: { filesystem: { allowedPaths: ["/a"], allowedExtensions: [".gz"] } },
    excess: ["filesystem.allowedExtensions=", "filesystem.allowedExtensions=.exe"],
  },
  {
    name: "all servers are more than some",
    asked: mcp(["*"]),
    granted: mcp(["a", "b"]),
    excess: ["mcp:*"],
  },
  {
    name: "all servers are more than all servers with some tools",
    asked: mcp(["*"]),
    granted: mcp(["*"], ["a.*"]),
    excess: ["mcp:*"],
  },
  {
    name: "all tools are more than one",
    asked: mcp(["a"]),
    granted: mcp(["a"], ["a.x"]),
    excess: ["mcp:a"],
  },
  {
    name: "a bare tool is that tool of each server asked for",
    asked: mcp(["a", "b"], ["x"]),
    granted: mcp(["a", "b"], ["a.x"]),
    excess: ["mcp:b.x"],
  },
  {
    name: "a tool of a server that is not asked for asks for nothing",
    asked: mcp(["a"], ["b.y", "a.x"]),
    granted: mcp(["a"], ["a.x"]),
    excess: [],
  },
  {
    name: "no tools ask for nothing",
    asked: mcp(["a"], []),
    granted: mcp(["a"], ["a.x"]),
    excess: [],
  },
  {
    name: "a tool with dots is not the tool its name begins with",
    asked: mcp(["a"], ["a.x.y", "a.x"]),
    granted: mcp(["a"], ["x"]),
    excess: ["mcp:a.x.y"],
  },
  {
    name: "server.* does not cover a tool of another server that is called like it",
    asked: mcp(["a", "b"], ["a.b.c"]),
    granted: mcp(["a", "b"], ["b.*"]),
    excess: ["mcp:a.b.c"],
  },
  {
    name: "stars stand alone",
    asked: mcp(["a"], ["a.x*", "a*", "*x", "a.*.y"]),
    granted: mcp(["a"], ["a.x", "xx"]),
    excess: ["mcp:a.*.y", "mcp:a.*x", "mcp:a.a*", "mcp:a.x*"],
  },
  {
    name: "inherited names are names like any other",
    asked: { ...mcp(["__proto__", "constructor"]), system: { environment: ["toString"] } },
    granted: mcp(["a"]),
    excess: ["mcp:__proto__", "mcp:constructor", "env:toString"],
  },
  {
    name: "variables have no wildcards",
    asked: { system: { environment: ["*", "HOM*", "home"] } },
    granted: { system: { environment: ["HOME"] } },
    excess: ["env:home"],
  },
  {
    name: "where a grant is silent its limits are the specification's",
    asked: {
      network: {
        allowedHosts: ["a.com"],
        maxRequestsPerSecond: 10.1,
        maxRequestSize: 1_048_577,
      },
      filesystem: { allowedPaths: ["/a"], maxFileSize: 1_048_577 },
      mcp: { allowedServers: ["a"], maxCallsPerSecond: 6, maxConcurrentCalls: 4 },
    },
    granted: { ...net(["a.com"]), ...fs("/a"), ...mcp(["a"]) },
    excess: [
      "network.maxRequestsPerSecond=10.1",
      "network.maxRequestSize=1048577",
      "filesystem.maxFileSize=1048577",
      "mcp.maxCallsPerSecond=6",
      "mcp.maxConcurrentCalls=4",
    ],
  },
  {
    name: "limits may be lowered and kept",
    asked: { mcp: { maxCallsPerSecond: 50, maxConcurrentCalls: 1 } },
    granted: { mcp: { maxCallsPerSecond: 50, maxConcurrentCalls: 2 } },
    excess: [],
  },
  {
    name: "NaN and Infinity are within no limit",
    asked: { mcp: { allowedServers: ["a"], maxCallsPerSecond: NaN, maxConcurrentCalls: Infinity } },
    granted: mcp(["*"]),
    excess: ["mcp.maxCallsPerSecond=NaN", "mcp.maxConcurrentCalls=Infinity"],
  },
];

for (const one of CASES) {
  Deno.test(`isSubset() against tricks: ${one.name}`, () => {
    const asked = toCapabilitySet(one.asked, { directory: "/", servers: [] });
    const verdict = isSubset(asked, one.granted);
    assert.deepEqual(verdict.ok ? [] : verdict.excess, one.excess);
  });
}

Deno.test("a server whose name begins with another's lends that one no tool", () => {
  const scope = { directory: "/", servers: ["a", "a.b"] };
  const granted = toCapabilitySet(["mcp:a.x", "mcp:a.b.t"], scope);
  assert.deepEqual(granted, mcp(["a", "a.b"], ["a.b.t", "a.x"]));
  assert.equal(allowsTool(granted, "a", "x"), true);
  assert.equal(allowsTool(granted, "a.b", "t"), true);
  assert.equal(allowsTool(granted, "a", "b.t"), false);
  assert.deepEqual(isSubset(mcp(["a"], ["a.b.t"]), granted), { ok: false, excess: ["mcp:a.b.t"] });
});

Deno.test("a tool that cannot be told from another server's is left out", () => {
  const both = union(mcp(["a"], ["a.b.t"]), mcp(["a.b"], ["a.b.x"]));
  assert.deepEqual(both, mcp(["a.b"], ["a.b.x"]));
  assert.equal(allowsTool(both, "a.b", "t"), false);
});
