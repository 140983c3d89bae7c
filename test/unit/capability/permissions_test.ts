/** Flags are exact and stable, and nothing can be smuggled into one. */

import assert from "node:assert/strict";
import { type CapabilitySet, toPermissionFlags } from "../../../src/capability/mod.ts";

function refused(what: string) {
  return {
    name: "CodemodeError",
    code: "CAPABILITY_VIOLATION",
    message:
      `Permission flags cannot enforce ${what}; name each host, variable, file and folder exactly`,
  };
}

Deno.test("flags: the empty set has none", () => {
  assert.deepEqual(toPermissionFlags({}), []);
  const empty: CapabilitySet = {
    network: { allowedHosts: [], allowedPorts: [443] },
    filesystem: { allowedPaths: [], readOnly: false, allowedExtensions: [".txt"] },
    mcp: { allowedServers: ["*"], allowedTools: ["*"] },
    system: { environment: [] },
  };
  assert.deepEqual(toPermissionFlags(empty), []);
});

Deno.test("flags: sorted, without doubles, the same for equal sets", () => {
  const one: CapabilitySet = {
    network: { allowedHosts: ["B.com:8080", "a.com"], allowedPorts: [443, 80] },
    filesystem: { allowedPaths: ["/b/../a/", "/a"], writablePaths: ["/c"] },
    system: { environment: ["PATH", "HOME"] },
  };
  const other: CapabilitySet = {
    system: { environment: ["HOME", "PATH", "HOME"] },
    filesystem: { writablePaths: ["/c/."], allowedPaths: ["/a"] },
    network: { allowedPorts: [80, 443], allowedHosts: ["a.com", "b.com:8080"] },
  };
  const flags = [
    "--allow-net=a.com:443,a.com:80,b.com:8080",
    "--allow-read=/a,/c",
    "--allow-write=/c",
    "--allow-env=HOME,PATH",
  ];
  assert.deepEqual(toPermissionFlags(one), flags);
  assert.deepEqual(toPermissionFlags(other), flags);
});

Deno.test("flags: readOnly false makes the paths writable, anything else does not", () => {
  const of = (readOnly?: boolean) =>
    toPermissionFlags({
      filesystem: { allowedPaths: ["/a"], ...(readOnly === undefined ? {} : { readOnly }) },
    });
  assert.deepEqual(of(), ["--allow-read=/a"]);
  assert.deepEqual(of(true), ["--allow-read=/a"]);
  assert.deepEqual(of(false), ["--allow-read=/a", "--allow-write=/a"]);
});

Deno.test("flags: an address in brackets keeps them", () => {
  assert.deepEqual(toPermissionFlags({ network: { allowedHosts: ["[::1]:80", "127.0.0.1:1"] } }), [
    "--allow-net=127.0.0.1:1,[::1]:80",
  ]);
});

const HOSTS = [
  "*:443",
  "*.a.com:443",
  "10.0.0.0/8:443",
  "a.com,b.com:443",
  "a.com\u0000:443",
  "a.com\n:443",
  "a.com --allow-run:443",
  ":443",
  "a.com:0",
  "a.com:99999",
  "a.com:80:443",
];

for (const entry of HOSTS) {
  Deno.test(`flags: the host ${JSON.stringify(entry)} is refused`, () => {
    assert.throws(
      () => toPermissionFlags({ network: { allowedHosts: [entry], allowedPorts: [1] } }),
      refused(`the host ${JSON.stringify(entry === "a.com:80:443" ? `${entry}:1` : entry)}`),
    );
  });
}

Deno.test("flags: a bare IPv6 address is refused, its end could be read as a port", () => {
  assert.throws(
    () => toPermissionFlags({ network: { allowedHosts: ["::1"], allowedPorts: [80] } }),
    refused('the host "::1:80"'),
  );
});

Deno.test("flags: a port that is no port is refused", () => {
  for (const port of [0, -1, 1.5, 65536, NaN]) {
    assert.throws(
      () => toPermissionFlags({ network: { allowedHosts: ["a.com"], allowedPorts: [port] } }),
      refused(`the host "a.com:${port}"`),
    );
  }
});

Deno.test("flags: injection through a path is refused", () => {
  for (const path of ["/a,/etc", "/a\u0000b", "/a\nb", "/a\rb", "/a\u007fb"]) {
    for (const filesystem of [{ allowedPaths: [path] }, { writablePaths: [path] }]) {
      assert.throws(() => toPermissionFlags({ filesystem }), refused(`the value ${show(path)}`));
    }
  }
});

Deno.test("flags: a variable with a wildcard or a comma is refused", () => {
  for (const name of ["*", "AWS_*", "A,B", "", "A=B", "A\u0000"]) {
    assert.throws(
      () => toPermissionFlags({ system: { environment: [name] } }),
      refused(`the variable ${show(name)}`),
    );
  }
});

Deno.test("flags: a list of extensions is refused where there are paths", () => {
  for (const allowedExtensions of [[".txt"], []]) {
    assert.throws(
      () => toPermissionFlags({ filesystem: { writablePaths: ["/a"], allowedExtensions } }),
      refused("a list of file extensions"),
    );
  }
});

Deno.test("flags: whatever a set holds, only four permissions are ever made", () => {
  const hostile = JSON.parse(`{
    "network": { "allowedHosts": ["a.com:1"], "run": ["sh"], "allowAll": true },
    "filesystem": { "allowedPaths": ["/--allow-run", "/-A"], "ffi": true },
    "system": { "environment": ["A"], "run": ["*"], "sys": ["*"], "ffi": ["*"], "all": true },
    "run": true, "all": true, "__proto__": { "run": true }
  }`);
  assert.deepEqual(toPermissionFlags(hostile), [
    "--allow-net=a.com:1",
    "--allow-read=/--allow-run,/-A",
    "--allow-env=A",
  ]);
});

function show(value: string): string {
  return JSON.stringify(value);
}
