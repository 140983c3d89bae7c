/** Capabilities as callers write them: no throw but a typed one, and never more than was granted. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { CodemodeError } from "../../src/base/errors.ts";
import {
  allowsNetwork,
  allowsPath,
  allowsTool,
  allowsVariable,
  type CapabilitySet,
  explain,
  isSubset,
  narrow,
  parseCapabilities,
  toCapabilitySet,
  toCapabilityStrings,
} from "../../src/capability/mod.ts";
import { mutated, property } from "./property.ts";

const SCOPE = { directory: "/srv", servers: ["memory", "files", "a.b", "a"] };

const STRINGS = [
  "mcp:memory.search_nodes",
  "mcp:files",
  "mcp:a.b.c",
  "mcp:*",
  "network:api.example.com:443",
  "network:*.example.com",
  "network:[::1]:8080",
  "network:127.0.0.1",
  "read:./data",
  "write:/out/../in",
  "env:HOME",
];

const SNIPPETS = [
  ":",
  ".",
  "*",
  "**",
  "..",
  "/",
  "//",
  "../",
  "[",
  "]",
  "%2e",
  "\u0000",
  "\n",
  "@",
  "#",
  "?",
  "=",
  ":0",
  ":65536",
  ":443",
  "0x7f.1",
  "2130706433",
  "::ffff:127.0.0.1",
  "xn--",
  "é",
  "ﬀ",
  "\ud800",
  "mcp:",
  "network:",
  "read:",
  "__proto__",
  "constructor",
  ",",
  " ",
  "-",
  "\u3002",
  "K",
];

const strings = fc.oneof(
  mutated(STRINGS, SNIPPETS),
  fc.constantFrom(...STRINGS),
  fc.string({ unit: "binary", maxLength: 30 }).map((rest) => `network:${rest}`),
  fc.tuple(fc.constantFrom("mcp", "read", "write", "env", "toString"), fc.string({ maxLength: 12 }))
    .map(([kind, rest]) => `${kind}:${rest}`),
);

Deno.test(...property(
  "every string is a capability or a problem with a remedy",
  fc.array(strings, { maxLength: 5 }),
  4000,
  (given) => {
    const { capabilities, problems } = parseCapabilities(given, SCOPE);
    assert.equal(capabilities.length + problems.length, given.length);
    for (const { index, value, message, remedy } of problems) {
      assert.ok(index < given.length && message.length > 0 && remedy.length > 0);
      assert.ok(value.length <= 101 && message.length <= 200 && remedy.length <= 400);
    }
  },
));

/** The strings that are capabilities. */
function understood(given: readonly string[]): string[] {
  return given.filter((one) => parseCapabilities([one], SCOPE).problems.length === 0);
}

const lists = fc.array(strings, { maxLength: 5 }).map(understood);

Deno.test(...property("what is printed is read back as the same set", lists, 3000, (given) => {
  const set = toCapabilitySet(given, SCOPE);
  const printed = toCapabilityStrings(set);
  const again = toCapabilitySet(printed, SCOPE);
  assert.deepEqual(again, set);
  assert.deepEqual(toCapabilityStrings(again), printed);
  assert.ok(explain(set).length > 0);
}));

const names = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 4 });
const texts = fc.oneof(
  fc.constantFrom("*", "memory", "files", "a", "a.b", "memory.x", "*.x", "a.b.c", "__proto__", ""),
  fc.string({ unit: "binary", maxLength: 6 }),
);
const hosts = fc.oneof(
  fc.constantFrom("*", "*.x.com", "x.com", "y.x.com", "x.com:8080", "[::1]", "127.0.0.1", "1", ""),
  mutated(["api.x.com:443", "*.x.com", "[::1]:80"], SNIPPETS),
);
const paths = fc.oneof(
  fc.constantFrom("/", "/a", "/a/b", "a", "../a", ".", "/a/../b", ""),
  mutated(["/a/b/c.txt", "./data"], SNIPPETS),
);
/** Amounts as a configuration can hold them; who asks may ask for anything. */
const amounts = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, 1, 1e9, -1));
const sets = setsOf(amounts);
const askedSets = setsOf(fc.oneof(amounts, fc.constant(NaN)));

function setsOf(amounts: fc.Arbitrary<number>): fc.Arbitrary<CapabilitySet> {
  return fc.record({
    network: fc.record({
      allowedHosts: names(hosts),
      allowedPorts: names(fc.integer({ min: 1, max: 65535 })),
      maxRequestsPerSecond: amounts,
      maxRequestSize: amounts,
    }, { requiredKeys: [] }),
    filesystem: fc.record({
      allowedPaths: names(paths),
      writablePaths: names(paths),
      readOnly: fc.boolean(),
      maxFileSize: amounts,
      allowedExtensions: names(fc.constantFrom(".txt", ".md", "", "txt")),
    }, { requiredKeys: [] }),
    mcp: fc.record({
      allowedServers: names(texts),
      allowedTools: names(texts),
      maxCallsPerSecond: amounts,
      maxConcurrentCalls: amounts,
    }, { requiredKeys: [] }),
    system: fc.record({
      environment: names(fc.constantFrom("A", "B", "*", "", "A=B", "__proto__")),
    }),
  }, { requiredKeys: [] });
}

/** Every question of a small world, and whether the set says yes. */
function answers(set: CapabilitySet): boolean[] {
  const [hosts, servers, tools] = [["x.com", "y.x.com", "::1", "127.0.0.1", "z"], SCOPE.servers, [
    "x",
    "b.c",
    "c",
    "__proto__",
  ]];
  return [
    ...hosts.flatMap((host) => [80, 443, 8080].map((port) => allowsNetwork(set, host, port))),
    ...["/", "/a", "/a/b", "/b", "/srv/a", "/srv/data", "/a/b/c.txt"].flatMap((path) => [
      allowsPath(set, path, "read"),
      allowsPath(set, path, "write"),
    ]),
    ...servers.flatMap((server) => tools.map((tool) => allowsTool(set, server, tool))),
    ...["A", "B", "__proto__", ""].map((name) => allowsVariable(set, name)),
  ];
}

function tryNarrow(asked: CapabilitySet, granted: CapabilitySet): CapabilitySet | undefined {
  return tryTyped(() => narrow(asked, granted));
}

/** The result, or undefined for the one refusal there is. */
function tryTyped<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof CodemodeError && error.code === "CAPABILITY_VIOLATION") return undefined;
    throw error;
  }
}

Deno.test(...property(
  "what is run with is inside what was asked and inside the grant",
  fc.tuple(askedSets, sets, fc.boolean()),
  1500,
  ([one, other, within]) => {
    const granted = toCapabilitySet(other, SCOPE);
    const asked = toCapabilitySet(within ? { ...other, mcp: one.mcp ?? {} } : one, SCOPE);
    const used = tryNarrow(asked, granted);
    if (used === undefined) return;
    assert.deepEqual(isSubset(used, granted), { ok: true });
    const [a, b, c] = [answers(used), answers(asked), answers(granted)];
    assert.deepEqual(a.map((yes, at) => yes && !(b[at] && c[at])).filter(Boolean), []);
    assert.deepEqual(tryNarrow(used, granted), used);
  },
));

Deno.test(...property("a set is inside itself and written one way only", sets, 1500, (given) => {
  const set = toCapabilitySet(given, SCOPE);
  assert.deepEqual(toCapabilitySet(set, SCOPE), set);
  assert.deepEqual(answers(narrow(set, set)), answers(set));
  assert.ok(Object.isFrozen(set));
}));

Deno.test(...property(
  "lists that are too long are refused before they are compared",
  fc.integer({ min: 257, max: 5000 }),
  20,
  (count) => {
    const list = Array.from({ length: count }, (_, index) => `mcp:s${index}`);
    assert.throws(() => toCapabilitySet(list, { directory: "/srv" }), { code: "INVALID_REQUEST" });
    const set = { network: { allowedHosts: list } };
    assert.throws(() => toCapabilitySet(set, SCOPE), { code: "INVALID_REQUEST" });
  },
));
