/** Strings as sets, and no request that is judged within a grant it exceeds. */

import assert from "node:assert/strict";
import {
  type CapabilitySet,
  isSubset,
  toCapabilitySet,
  underGrant,
} from "../../../src/capability/mod.ts";

const CONTEXT = { servers: ["memory", "HelpScout"], directory: "/srv/app" };

function excess(asked: CapabilitySet, granted: CapabilitySet): readonly string[] {
  const verdict = isSubset(asked, granted);
  return verdict.ok ? [] : verdict.excess;
}

Deno.test("toCapabilitySet: nothing asked is nothing granted", () => {
  assert.deepEqual(toCapabilitySet([], CONTEXT), {});
});

Deno.test("toCapabilitySet: each kind in its part, doubles once, relative paths made absolute", () => {
  const strings = [
    "network:API.example.com",
    "network:api.example.com",
    "network:[::1]:8080",
    "read:./data",
    "read:/srv/app/data/",
    "read:../other",
    "write:/tmp/x/../y",
    "env:HOME",
    "env:HOME",
    "mcp:memory",
  ];
  assert.deepEqual(toCapabilitySet(strings, CONTEXT), {
    network: { allowedHosts: ["api.example.com", "[::1]:8080"] },
    filesystem: { allowedPaths: ["/srv/app/data", "/srv/other"], writablePaths: ["/tmp/y"] },
    mcp: { allowedServers: ["memory"] },
    system: { environment: ["HOME"] },
  });
});

Deno.test("toCapabilitySet: network:<server> is the server in any case, with a port it is a host", () => {
  const strings = ["network:helpscout", "network:memory:443", "network:memory.x"];
  assert.deepEqual(toCapabilitySet(strings, CONTEXT), {
    network: { allowedHosts: ["memory:443", "memory.x"] },
    mcp: { allowedServers: ["HelpScout"] },
  });
});

Deno.test("toCapabilitySet: one tool named makes a list; a server beside it keeps all of its tools", () => {
  assert.deepEqual(toCapabilitySet(["mcp:a.x", "mcp:b", "mcp:a.y.z"], CONTEXT), {
    mcp: { allowedServers: ["a", "b"], allowedTools: ["a.x", "b.*", "a.y.z"] },
  });
});

Deno.test("toCapabilitySet: a bad string refuses the whole request", () => {
  assert.throws(() => toCapabilitySet(["mcp:a", "run:ls"], CONTEXT), { code: "INVALID_REQUEST" });
});

Deno.test("isSubset: everything is within itself, nothing within everything", () => {
  const set: CapabilitySet = {
    network: { allowedHosts: ["*.a.com", "b.com:1"], allowedPorts: [443], maxRequestSize: 5 },
    filesystem: {
      allowedPaths: ["/a"],
      writablePaths: ["/b"],
      readOnly: false,
      allowedExtensions: [".txt"],
      maxFileSize: 9,
    },
    mcp: { allowedServers: ["*"], allowedTools: ["a.*", "x"], maxCallsPerSecond: 50 },
    system: { environment: ["HOME"] },
  };
  assert.deepEqual(isSubset(set, set), { ok: true });
  assert.deepEqual(isSubset({}, set), { ok: true });
  assert.deepEqual(isSubset({}, {}), { ok: true });
});

Deno.test("isSubset: each excess is named as it is written, once", () => {
  const asked: CapabilitySet = {
    network: { allowedHosts: ["evil.com:443", "evil.com:443", "a.com"], maxRequestsPerSecond: 11 },
    filesystem: { allowedPaths: ["/etc"], writablePaths: ["/a"], maxFileSize: 1_048_577 },
    mcp: { allowedServers: ["a", "z"], allowedTools: ["y"], maxConcurrentCalls: 4 },
    system: { environment: ["HOME", "PATH"] },
  };
  const granted: CapabilitySet = {
    network: { allowedHosts: ["a.com"], allowedPorts: [443] },
    filesystem: { allowedPaths: ["/a"] },
    mcp: { allowedServers: ["a"], allowedTools: ["x"] },
    system: { environment: ["HOME"] },
  };
  assert.deepEqual(excess(asked, granted), [
    "network:evil.com:443",
    "network:a.com:80",
    "read:/etc",
    "write:/a",
    "mcp:z",
    "mcp:a.y",
    "env:PATH",
    "network.maxRequestsPerSecond=11",
    "filesystem.maxFileSize=1048577",
    "mcp.maxConcurrentCalls=4",
  ]);
});

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
    excess: ["network:*:443", "network:*.a.com:443"],
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
    name: "a trailing dot is another host",
    asked: net(["a.com.:443"]),
    granted: net(["a.com"]),
    excess: ["network:a.com.:443"],
  },
  {
    name: "another spelling of an IPv6 address is another host",
    asked: net(["[::1]:443", "[0:0:0:0:0:0:0:1]:443", "::1"]),
    granted: net(["[::1]"]),
    excess: ["network:[0:0:0:0:0:0:0:1]:443", "network:::1:80", "network:::1:443"],
  },
  {
    name: "what is no host is within no grant",
    asked: net([
      "evil.com#.a.com:443",
      "evil.com,x.a.com:443",
      "10.0.0.0/8:443",
      ":443",
      "a*.a.com:443",
      "x.a.com:80:443",
    ]),
    granted: net(["*", "*.a.com"]),
    excess: [
      "network:evil.com#.a.com:443",
      "network:evil.com,x.a.com:443",
      "network:10.0.0.0/8:443",
      "network::443",
      "network:a*.a.com:443",
      "network:x.a.com:80:443:80",
      "network:x.a.com:80:443:443",
    ],
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
    excess: ["read:/tmpx", "read:/tm"],
  },
  {
    name: "dots lead nowhere",
    asked: fs("/a/../b", "/a/b/..", "/a/./c", "/../../a", "/a/../../etc", ""),
    granted: fs("/a"),
    excess: ["read:/a/../b", "read:/a/../../etc", "read:"],
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
    name: "an extension of its own is an excess, a longer ending is not",
    asked: { filesystem: { allowedExtensions: [".exe", ".tar.gz", ""] } },
    granted: { filesystem: { allowedPaths: ["/a"], allowedExtensions: [".gz"] } },
    excess: ["filesystem.allowedExtensions=.exe", "filesystem.allowedExtensions="],
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
    excess: ["mcp:a.x*", "mcp:a.a*", "mcp:a.*x", "mcp:a.*.y"],
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
    excess: ["env:*", "env:HOM*", "env:home"],
  },
  {
    name: "where a grant is silent its limits are the specification's",
    asked: {
      network: { maxRequestsPerSecond: 10.1, maxRequestSize: 1_048_577 },
      filesystem: { maxFileSize: 1_048_577 },
      mcp: { maxCallsPerSecond: 6, maxConcurrentCalls: 4 },
    },
    granted: {},
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
    asked: { mcp: { maxCallsPerSecond: NaN, maxConcurrentCalls: Infinity } },
    granted: mcp(["*"]),
    excess: ["mcp.maxCallsPerSecond=NaN", "mcp.maxConcurrentCalls=Infinity"],
  },
];

for (const one of CASES) {
  Deno.test(`isSubset: ${one.name}`, () => {
    assert.deepEqual(excess(one.asked, one.granted), one.excess);
  });
}

Deno.test("underGrant: limits and extensions of the grant where the request says nothing", () => {
  const granted: CapabilitySet = {
    network: { allowedHosts: ["*"], allowedPorts: [1], maxRequestsPerSecond: 2, maxRequestSize: 3 },
    filesystem: {
      allowedPaths: ["/"],
      writablePaths: ["/"],
      readOnly: false,
      maxFileSize: 4,
      allowedExtensions: [".txt"],
    },
    mcp: { allowedServers: ["*"], allowedTools: ["x"], maxCallsPerSecond: 5 },
    system: { environment: ["HOME"] },
  };
  const asked: CapabilitySet = {
    network: { allowedHosts: ["a.com"], maxRequestSize: 1 },
    filesystem: { allowedPaths: ["/a"] },
    mcp: { allowedServers: ["a"], allowedTools: [] },
  };
  assert.deepEqual(underGrant(asked, granted), {
    network: { allowedHosts: ["a.com"], maxRequestsPerSecond: 2, maxRequestSize: 1 },
    filesystem: { allowedPaths: ["/a"], maxFileSize: 4, allowedExtensions: [".txt"] },
    mcp: { allowedServers: ["a"], allowedTools: [], maxCallsPerSecond: 5 },
  });
  assert.deepEqual(underGrant({}, granted), {});
});

Deno.test("underGrant: a property that is undefined hides nothing of the grant", () => {
  const granted: CapabilitySet = {
    filesystem: { allowedPaths: ["/a"], allowedExtensions: [".txt"] },
    mcp: { maxCallsPerSecond: 1 },
  };
  const asked: CapabilitySet = JSON.parse('{"filesystem": {"allowedPaths": ["/a"]}, "mcp": {}}');
  Object.assign(asked.filesystem ?? {}, { allowedExtensions: undefined });
  Object.assign(asked.mcp ?? {}, { maxCallsPerSecond: undefined });
  assert.deepEqual(isSubset(asked, granted), { ok: true });
  assert.deepEqual(underGrant(asked, granted), {
    filesystem: { allowedPaths: ["/a"], allowedExtensions: [".txt"] },
    mcp: { maxCallsPerSecond: 1 },
  });
});
