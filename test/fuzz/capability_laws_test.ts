/** Laws of capability sets: an order, a lower bound, and hosts that no disguise lets in. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  allowsNetwork,
  allowsPath,
  type CapabilitySet,
  intersect,
  isSubset,
  namesHost,
  toCapabilitySet,
  toCapabilityStrings,
  union,
} from "../../src/capability/mod.ts";
import { property } from "./property.ts";

const SCOPE = { directory: "/srv", servers: ["a", "a.b", "b"] };

/** Few and related, so that sets are often inside one another. */
// deno-fmt-ignore
const WORLD = [
  "mcp:*", "mcp:a", "mcp:a.x", "mcp:a.b", "mcp:a.b.x", "mcp:b.x",
  "network:*", "network:*.x.com", "network:x.com", "network:y.x.com:443", "network:*.y.x.com",
  "network:x.com:8080", "network:127.0.0.1:80", "network:[::1]:80",
  "read:/", "read:/a", "read:/a/b", "read:/ab", "write:/a", "write:/a/b/c", "env:A", "env:B",
];

const sets: fc.Arbitrary<CapabilitySet> = fc.subarray(WORLD, { maxLength: 7 })
  .map((strings) => toCapabilitySet(strings, SCOPE));

const isInside = (a: CapabilitySet, b: CapabilitySet) => isSubset(a, b).ok;

Deno.test(...property(
  "being inside is an order: of itself, through others, and both ways only for equals",
  fc.tuple(sets, sets, sets),
  1500,
  ([a, x, y]) => {
    assert.ok(isInside(a, a));
    const [b, c] = [union(a, x), union(union(a, x), y)];
    assert.ok(isInside(a, b) && isInside(b, c) && isInside(a, c));
    if (isInside(a, x) && isInside(x, y)) assert.ok(isInside(a, y));
    // Equal in what they allow: whatever is inside one is inside the other.
    if (isInside(a, x) && isInside(x, a)) assert.equal(isInside(y, a), isInside(y, x));
  },
));

Deno.test(...property(
  "what two sets share is inside both, and holds all that is inside both",
  fc.tuple(sets, sets, sets),
  4000,
  ([a, b, c]) => {
    const shared = intersect(a, b);
    assert.ok(isInside(shared, a) && isInside(shared, b));
    const swapped = intersect(b, a);
    assert.ok(isInside(shared, swapped) && isInside(swapped, shared));
    if (isInside(c, a) && isInside(c, b)) assert.ok(isInside(c, shared));
    const again = toCapabilitySet(toCapabilityStrings(shared), SCOPE);
    assert.ok(isInside(again, shared) && isInside(shared, again));
  },
));

const LABELS = ["example", "com", "evil", "xexample", "www", "a-b", "co", "xn--bcher-kva"];

/** One unit of a name in another spelling that some parser on the way takes for the same. */
const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  upper: (text) => text.toUpperCase(),
  wide: (text) =>
    text.replace(/[a-z]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xff41 - 0x61)),
  softHyphen: (text) => `${text.slice(0, 1)}\u00ad${text.slice(1)}`,
  joiner: (text) => `${text.slice(0, 1)}\u200d${text.slice(1)}`,
  percent: (text) => `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`,
  null: (text) => `${text}\u0000`,
  long: (text) => text.replace("e", "\u0435"),
};

const names = fc.record({
  labels: fc.array(fc.constantFrom(...LABELS), { minLength: 1, maxLength: 5 }),
  disguise: fc.constantFrom(...Object.keys(DISGUISES)),
  dot: fc.constantFrom(".", ".", "\u3002", "\uff0e", "\uff61", ".."),
  around: fc.constantFrom(
    "$",
    "$",
    "$.",
    "$..",
    ".$",
    "$:443",
    "$@evil.com",
    "evil.com@$",
    "$#",
    " $",
    "$%00",
  ),
});

Deno.test(...property(
  "a granted suffix lets in the names below it and no other, however they are spelled",
  names,
  6000,
  ({ labels, disguise, dot, around }) => {
    const spelled = labels.map(DISGUISES[disguise] ?? String).join(dot);
    const host = around.replace("$", () => spelled);
    const isBelow = labels.length > 2 && labels.slice(-2).join(".") === "example.com";
    const isExample = labels.join(".") === "example.com";
    const suffix = toCapabilitySet(["network:*.example.com:443"], SCOPE);
    const exact = toCapabilitySet(["network:example.com:443"], SCOPE);
    const isPlain = disguise === "plain" && dot === "." && around === "$";
    for (const [set, isMeant] of [[suffix, isBelow], [exact, isExample]] as const) {
      const isAllowed = allowsNetwork(set, host, 443);
      assert.ok(!isAllowed || isMeant, `${JSON.stringify(host)} is let in`);
      if (isPlain) assert.equal(isAllowed, isMeant);
      assert.equal(allowsNetwork(set, host, 80), false);
    }
    assert.equal(namesHost(suffix, host, 443), false, "a pattern names no host");
    const asked = askFor(host);
    if (asked) assert.ok(!isInside(asked, suffix) || isBelow, `${JSON.stringify(host)} is granted`);
  },
));

/** The set that a caller asks for with `host`, where that is one. */
function askFor(host: string): CapabilitySet | undefined {
  try {
    return toCapabilitySet([`network:${host}:443`], SCOPE);
  } catch {
    return undefined;
  }
}

type Quad = readonly [number, number, number, number];

const dotted = (quad: Quad) => quad.join(".");
const numberOf = ([a, b, c, d]: Quad) => ((a * 256 + b) * 256 + c) * 256 + d;
const hex = (value: number) => value.toString(16);

/** IPv4 addresses as `inet_aton` and browsers read them. */
const SAME_ADDRESS: readonly ((quad: Quad) => string)[] = [
  dotted,
  (quad) => String(numberOf(quad)),
  (quad) => `0x${hex(numberOf(quad))}`,
  (quad) => `0${numberOf(quad).toString(8)}`,
  (quad) => quad.map((part) => `0x${hex(part)}`).join("."),
  (quad) => quad.map((part) => `0${part.toString(8)}`).join("."),
  ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  (quad) => `${dotted(quad)}.`,
];

/** IPv6 addresses that lead to an IPv4 one; they are others, and granted as such only. */
const INSIDE_IPV6: readonly ((quad: Quad) => string)[] = [
  (quad) => `::ffff:${dotted(quad)}`,
  (quad) => `[::ffff:${dotted(quad)}]`,
  ([a, b, c, d]) => `[0:0:0:0:0:FFFF:${hex(a * 256 + b)}:${hex(c * 256 + d)}]`,
  (quad) => `[64:ff9b::${dotted(quad)}]`,
];

const parts = fc.oneof(
  fc.constantFrom(0, 1, 10, 127, 169, 192, 255),
  fc.integer({ min: 0, max: 255 }),
);
const quads: fc.Arbitrary<Quad> = fc.tuple(parts, parts, parts, parts);

Deno.test(...property(
  "an address in any spelling is that address, and no name's suffix lets it in",
  fc.record({
    quad: quads,
    other: quads,
    spell: fc.constantFrom(...SAME_ADDRESS),
    wrap: fc.constantFrom(...INSIDE_IPV6),
  }),
  4000,
  ({ quad, other, spell, wrap }) => {
    const [own, others] = [quad, other].map((one) =>
      toCapabilitySet([`network:${dotted(one)}:80`], SCOPE)
    );
    const suffixes = toCapabilitySet(["network:*.example.com:80", "network:*.com:80"], SCOPE);
    assert.ok(own && others);
    assert.equal(allowsNetwork(own, spell(quad), 80), true, spell(quad));
    assert.equal(namesHost(own, spell(quad), 80), true);
    assert.equal(allowsNetwork(others, spell(quad), 80), dotted(quad) === dotted(other));
    assert.equal(allowsNetwork(suffixes, spell(quad), 80), false);
    assert.equal(allowsNetwork(own, wrap(quad), 80), false, `${wrap(quad)} is another address`);
    assert.equal(allowsNetwork(suffixes, wrap(quad), 80), false);
    const everything = toCapabilitySet(["network:*:80"], SCOPE);
    for (const host of [spell(quad), wrap(quad)]) {
      assert.equal(allowsNetwork(everything, host, 80), true);
      assert.equal(namesHost(everything, host, 80), false, "what is not public must be named");
    }
  },
));

const SEGMENTS = ["a", "b", "ab", "a.b", "..", ".", "", "...", "%2e%2e", "A"];

/** Where a path leads, read segment by segment. */
function leadsTo(segments: readonly string[]): readonly string[] {
  return segments.reduce<readonly string[]>((above, segment) => {
    if (segment === "..") return above.slice(0, -1);
    return segment === "" || segment === "." ? above : [...above, segment];
  }, []);
}

Deno.test(...property(
  "a path is let in only where it leads to what was granted or below it",
  fc.record({
    folder: fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 4 }),
    path: fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 6 }),
    isBelow: fc.boolean(),
    kind: fc.constantFrom("read", "write"),
  }),
  5000,
  ({ folder, path, isBelow, kind }) => {
    const asked = isBelow ? [...folder, ...path] : path;
    const [granted, target] = [leadsTo(folder), leadsTo(asked)];
    const isInside = granted.every((segment, index) => target[index] === segment);
    const set = toCapabilitySet([`${kind}:/${folder.join("/")}`], SCOPE);
    const shown = `/${asked.join("/")} in /${folder.join("/")}`;
    assert.equal(allowsPath(set, `/${asked.join("/")}`, "read"), isInside, shown);
    assert.equal(
      allowsPath(set, `/${asked.join("/")}`, "write"),
      isInside && kind === "write",
      shown,
    );
    assert.equal(allowsPath(set, `/${asked.join("/")}\0`, "read"), false);
    assert.equal(allowsPath(set, asked.filter((one) => one !== "").join("/"), "read"), false);
  },
));
