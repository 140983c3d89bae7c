/** Where requests may go, with a name server that says what the test wants. */

import assert from "node:assert/strict";
import { judgeDestination } from "../../../src/access/destination.ts";
import { withCredentials } from "../../../src/access/credentials.ts";
import { Secret } from "../../../src/base/secret.ts";
import type { CapabilitySet } from "../../../src/capability/mod.ts";

const hosts = (...allowedHosts: string[]): CapabilitySet => ({ network: { allowedHosts } });

async function judge(
  url: string,
  grant: CapabilitySet,
  addresses: readonly string[] = ["93.184.215.14"],
  callerGrant = grant,
): Promise<string> {
  const resolve = () => Promise.resolve(addresses);
  const verdict = await judgeDestination(new URL(url), { grant, callerGrant, resolve });
  return verdict.allowed ? verdict.addresses.join(" ") : verdict.error.message;
}

const missing = (target: string) =>
  `This program may not reach ${target}: the capability "network:${target}" is missing`;
const hidden = (target: string, kind: string, port: number) =>
  `This program may not reach ${target}: the name leads to an address that is not public (${kind}); ` +
  `the capability "network:<its address>:${port}" is missing`;

const CASES: readonly (readonly [string, CapabilitySet, readonly string[], string])[] = [
  ["https://a.test/", hosts("a.test"), ["1.1.1.1"], "1.1.1.1"],
  ["https://a.test./", hosts("a.test"), ["1.1.1.1"], "1.1.1.1"],
  ["https://a.test:8443/", hosts("a.test"), ["1.1.1.1"], missing("a.test:8443")],
  ["https://a.test:8443/", hosts("a.test:8443"), ["1.1.1.1"], "1.1.1.1"],
  ["https://b.test/", hosts("a.test"), ["1.1.1.1"], missing("b.test:443")],
  ["https://x.a.test/", hosts("*.a.test"), ["1.1.1.1"], "1.1.1.1"],
  ["https://a.test/", hosts("*.a.test"), ["1.1.1.1"], missing("a.test:443")],
  ["http://a.test/", hosts("a.test"), ["127.0.0.1"], hidden("a.test:80", "loopback", 80)],
  [
    "http://a.test/",
    hosts("a.test"),
    ["10.0.0.1", "::1"],
    hidden("a.test:80", "private, loopback", 80),
  ],
  ["http://a.test/", hosts("a.test"), ["169.254.169.254"], hidden("a.test:80", "link-local", 80)],
  ["http://a.test/", hosts("a.test"), ["::ffff:10.0.0.1"], hidden("a.test:80", "private", 80)],
  ["http://a.test/", hosts("a.test"), ["127.0.0.1", "1.1.1.1"], "1.1.1.1"],
  ["http://a.test/", hosts("a.test", "10.0.0.1"), ["10.0.0.1"], "10.0.0.1"],
  [
    "http://a.test/",
    hosts("a.test", "10.0.0.1:81"),
    ["10.0.0.1"],
    hidden("a.test:80", "private", 80),
  ],
  ["http://127.0.0.1/", hosts("127.0.0.1"), [], "127.0.0.1"],
  ["http://2130706433/", hosts("*"), [], missing("127.0.0.1:80")],
  ["http://127.0.0.1/", hosts("*"), [], missing("127.0.0.1:80")],
  ["http://[::1]/", hosts("[::1]"), [], "::1"],
  ["http://[::ffff:127.0.0.1]/", hosts("*", "127.0.0.1"), [], missing("[::ffff:7f00:1]:80")],
  ["http://1.1.1.1/", hosts("*"), [], "1.1.1.1"],
  ["http://localhost/", hosts("localhost"), ["::1", "127.0.0.1"], "::1 127.0.0.1"],
  ["http://localhost/", hosts("localhost"), ["10.0.0.1"], hidden("localhost:80", "private", 80)],
  ["http://localhost/", hosts("*"), ["127.0.0.1"], hidden("localhost:80", "loopback", 80)],
  [
    "http://x.localhost/",
    hosts("x.localhost"),
    ["127.0.0.1"],
    hidden("x.localhost:80", "loopback", 80),
  ],
  ["http://127.0.0.1/", hosts("localhost"), [], missing("127.0.0.1:80")],
  [
    "file:///etc/passwd",
    hosts("*"),
    [],
    "This program may not reach file:: fetch takes http: and https: addresses",
  ],
  [
    "http://u:p@a.test/",
    hosts("a.test"),
    [],
    "This program may not reach a.test: credentials do not belong in an address",
  ],
];

for (const [url, grant, addresses, verdict] of CASES) {
  const name = `${url} at ${
    addresses.join(" ") || "itself"
  }, granted ${grant.network?.allowedHosts}`;
  Deno.test(name, async () => assert.equal(await judge(url, grant, addresses), verdict));
}

Deno.test("one who was granted every host cannot ask for an address that is not public", async () => {
  const asked = hosts("127.0.0.1");
  assert.equal(await judge("http://127.0.0.1/", asked, [], hosts("*")), missing("127.0.0.1:80"));
  assert.equal(
    await judge("http://localhost/", hosts("localhost"), ["127.0.0.1"], hosts("*")),
    hidden("localhost:80", "loopback", 80),
  );
});

Deno.test("a name that nobody knows is a failure of the network", async () => {
  const rules = { grant: hosts("a.test"), callerGrant: hosts("a.test") };
  const url = new URL("http://a.test/");
  for (const resolve of [() => Promise.resolve([]), () => Promise.reject(new Error("ENOTFOUND"))]) {
    await assert.rejects(judgeDestination(url, { ...rules, resolve }), {
      code: "NETWORK_FAILED",
      message: "The host a.test is not known",
    });
  }
});

Deno.test("credentials go to their host alone, over TLS or to this machine, and replace the program's", () => {
  const credentials = [{ host: "*.a.test", header: "Authorization", value: new Secret("t") }];
  const sent = (url: string, address: string) =>
    withCredentials(
      {
        url: new URL(url),
        method: "GET",
        headers: [["authorization", "own"], ["x", "1"]],
        body: null,
      },
      address,
      credentials,
    ).headers;
  const own = [["authorization", "own"], ["x", "1"]];
  assert.deepEqual(sent("https://x.a.test/", "1.1.1.1"), [["x", "1"], ["authorization", "t"]]);
  assert.deepEqual(sent("http://x.a.test/", "127.0.0.1"), [["x", "1"], ["authorization", "t"]]);
  assert.deepEqual(sent("http://x.a.test/", "1.1.1.1"), own);
  assert.deepEqual(sent("https://a.test/", "1.1.1.1"), own);
  assert.deepEqual(sent("https://x.a.test:8443/", "1.1.1.1"), own);
});
