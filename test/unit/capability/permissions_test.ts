/** Flags: exact, sorted, never wider than the set, and closed to injection. */

import assert from "node:assert/strict";
import {
  type CapabilitySet,
  toCapabilitySet,
  toPermissionFlags,
  unenforcedAmounts,
} from "../../../src/capability/mod.ts";

function flagsOf(...strings: string[]): readonly string[] {
  return toPermissionFlags(toCapabilitySet(strings, { directory: "/work" }));
}

Deno.test("toPermissionFlags() gives none for nothing, and for tools alone", () => {
  assert.deepEqual(toPermissionFlags({}), []);
  assert.deepEqual(flagsOf("mcp:*"), []);
  assert.deepEqual(
    toPermissionFlags({
      network: { allowedHosts: [] },
      filesystem: { allowedPaths: [] },
      system: { environment: [] },
    }),
    [],
  );
});

Deno.test("toPermissionFlags() prints every kind, sorted and without duplicates", () => {
  const flags = [
    "--allow-env=A,B",
    "--allow-net=[::1]:9,a.com:443,a.com:80,b.com:8080",
    "--allow-read=/out,/work/data",
    "--allow-write=/out",
  ];
  const strings = [
    "write:/out",
    "read:./data",
    "read:./data/inner",
    "env:B",
    "env:A",
    "env:A",
    "network:b.com:8080",
    "network:a.com",
    "network:[::1]:9",
  ];
  assert.deepEqual(flagsOf(...strings), flags);
  assert.deepEqual(flagsOf(...strings.reverse()), flags);
});

const REFUSED: readonly [string, CapabilitySet, readonly string[]][] = [
  ["a wildcard host", { network: { allowedHosts: ["*.a.com:443"] } }, ["network:*.a.com"]],
  ["every host", { network: { allowedHosts: ["*"] } }, ["network:*"]],
  ["a host Deno reads as a scheme", { network: { allowedHosts: ["vsock", "unix"] } }, [
    "network:vsock",
    "network:unix",
  ]],
  ["an extension list", { filesystem: { allowedPaths: ["/a"], allowedExtensions: [".txt"] } }, [
    "filesystem.allowedExtensions",
  ]],
  ["a file size", { filesystem: { allowedPaths: ["/a"], maxFileSize: 9 } }, [
    "filesystem.maxFileSize=9",
  ]],
  ["a path with a comma", { filesystem: { allowedPaths: ["/a,/etc"] } }, ['path "/a,/etc"']],
  ["a path with NUL", { filesystem: { writablePaths: ["/a\0"] } }, ['path "/a\\u0000"']],
  ["a path with a line break", { filesystem: { allowedPaths: ["/a\n"] } }, ['path "/a\\n"']],
  ["a relative path", { filesystem: { allowedPaths: ["data"] } }, ['path "data"']],
];

for (const [what, set, unenforceable] of REFUSED) {
  Deno.test(`toPermissionFlags() refuses ${what} instead of widening it`, () => {
    assert.throws(() => toPermissionFlags(set), {
      code: "CAPABILITY_VIOLATION",
      message: `Cannot be enforced with flags: ${unenforceable.join(", ")}`,
      details: { unenforceable },
    });
  });
}

Deno.test("toPermissionFlags() drops entries that are no host or no variable", () => {
  assert.deepEqual(
    toPermissionFlags({
      network: { allowedHosts: ["a.com,evil.com", "a.com:99999", " "], allowedPorts: [443] },
      system: { environment: ["A,B", "AWS_*", "", "C=D"] },
    }),
    [],
  );
});

Deno.test("toPermissionFlags() drops ports that are none", () => {
  const allowedPorts = [443, 0, -1, 1.5, 65536, Number.NaN];
  assert.deepEqual(toPermissionFlags({ network: { allowedHosts: ["a.com"], allowedPorts } }), [
    "--allow-net=a.com:443",
  ]);
});

Deno.test("unenforcedAmounts() names the amounts that flags leave open", () => {
  assert.deepEqual(unenforcedAmounts({ mcp: { allowedServers: ["*"] } }), []);
  assert.deepEqual(
    unenforcedAmounts({
      network: { allowedHosts: ["a.com"], maxRequestsPerSecond: 4 },
      filesystem: { allowedPaths: ["/a"] },
    }),
    [
      "network.maxRequestsPerSecond=4",
      "network.maxRequestSize=1048576",
      "filesystem.maxFileSize=1048576",
    ],
  );
});
