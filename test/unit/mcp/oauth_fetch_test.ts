/** Where a login may lead, and how much may come back. */

import assert from "node:assert/strict";
import { createPublicNetwork } from "../../../src/access/mod.ts";
import type { Network } from "../../../src/base/network.ts";
import {
  assertReachable,
  createOAuthFetch,
  MAX_OAUTH_BYTES,
} from "../../../src/mcp/oauth_fetch.ts";

const FAR = { server: new URL("https://peer.example/mcp") };
const NEAR = { server: new URL("http://127.0.0.1:3000/mcp") };

Deno.test("a server of the internet does not lead a login into a private network", () => {
  const hosts = [
    "127.0.0.1",
    "localhost",
    "api.localhost",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.31.0.1",
    "192.168.1.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "0x7f.1",
    "2130706433",
    "[::1]",
    "[::]",
    "[::ffff:10.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::a00:1]",
    "[fc00::1]",
    "[fd12::1]",
    "[fe80::1]",
    "[ff02::1]",
    "intranet",
    "metadata.google.internal",
    "metadata.google.internal.",
    "printer.local",
    "nas.home.arpa",
  ];
  for (const host of hosts) {
    const url = new URL(`https://${host}/token`);
    assert.throws(() => assertReachable(url, FAR), {
      name: "TypeError",
      message: `Cannot ask https://${url.host} about a login: it is a private address`,
    }, host);
    assert.doesNotThrow(() => assertReachable(url, NEAR), host);
  }
  for (const host of ["issuer.example", "8.8.8.8", "172.32.0.1", "[2606:4700::1111]"]) {
    assert.doesNotThrow(() => assertReachable(new URL(`https://${host}/token`), FAR), host);
  }
});

Deno.test("plain http is for this machine, and other schemes for nobody", () => {
  const cases = [
    ["http://issuer.example/", "http://issuer.example", "it is not https"],
    ["http://10.0.0.1:8080/", "http://10.0.0.1:8080", "it is not https"],
    ["ftp://127.0.0.1/", "ftp://127.0.0.1", "it is not https"],
    ["file:///etc/passwd", "file://", "it is not https"],
    ["javascript:alert(1)", "javascript://", "it is not https"],
    ["https://ada:hush@issuer.example/", "https://issuer.example", "it names a user"],
  ] as const;
  for (const [url, place, reason] of cases) {
    assert.throws(() => assertReachable(new URL(url), NEAR), {
      name: "TypeError",
      message: `Cannot ask ${place} about a login: ${reason}`,
    });
  }
  assert.doesNotThrow(() => assertReachable(new URL("http://127.0.0.1:9/token"), NEAR));
});

const fakeNetwork = (ask: Network["fetch"]): Network => ({
  fetch: ask,
  check: () => Promise.reject(new Error("nothing else connects here")),
});

Deno.test("a host that the configuration does not name is what its addresses are", async () => {
  const asked: string[] = [];
  const own: typeof fetch = (input) => {
    asked.push(String(input));
    return Promise.resolve(new Response("{}"));
  };
  const network = createPublicNetwork({ resolve: () => Promise.resolve(["10.0.0.1"]) });
  const ask = createOAuthFetch(
    { ...FAR, issuer: "https://issuer.internal/realm", network },
    { fetch: own },
  );
  const refused = (url: string, reason: string) => ({
    name: "TypeError",
    message: `Cannot ask ${new URL(url).origin} about a login: ${reason}`,
  });
  for (const url of ["https://other.example/token", "https://peer.example:8443/x"]) {
    await assert.rejects(ask(url), refused(url, "it is a private address"));
  }
  // The operator has named these, whatever they resolve to.
  await ask("https://peer.example/.well-known/x");
  await ask("https://issuer.internal/token");
  assert.deepEqual(asked, ["https://peer.example/.well-known/x", "https://issuer.internal/token"]);
  const alone = createOAuthFetch(FAR, { fetch: own });
  const other = "https://other.example/token";
  await assert.rejects(alone(other), refused(other, "the configuration does not name it"));
  const foreign = createOAuthFetch({ ...FAR, network, isForeign: true }, { fetch: own });
  const peer = "https://peer.example/token";
  await assert.rejects(foreign(peer), refused(peer, "it is a private address"));
  const near = createOAuthFetch({ ...NEAR, network, isForeign: true }, { fetch: own });
  const here = "http://127.0.0.1:3000/token";
  await assert.rejects(near(here), refused(here, "it is a private address"));
  assert.equal(asked.length, 2);
});

Deno.test("an answer is read whole or not at all, and redirects are not followed", async () => {
  const asked: RequestInit[] = [];
  const answers = [
    new Response("{}", { status: 201, headers: { "x-a": "b" } }),
    new Response("x".repeat(MAX_OAUTH_BYTES)),
    new Response("x".repeat(MAX_OAUTH_BYTES + 1)),
    new Response(null, { status: 302, headers: { location: "https://10.0.0.1/" } }),
    new Response(null, { status: 204 }),
  ];
  const network = fakeNetwork((_, init) => {
    asked.push(init ?? {});
    return Promise.resolve(answers.shift()!);
  });
  const ask = createOAuthFetch({ ...FAR, network });
  const url = "https://issuer.example/token";
  const first = await ask(url);
  assert.deepEqual([first.status, first.headers.get("x-a"), await first.text()], [201, "b", "{}"]);
  assert.equal((await (await ask(url)).text()).length, MAX_OAUTH_BYTES);
  await assert.rejects(ask(url), {
    message: "Cannot ask https://issuer.example about a login: its answer is over 262144 bytes",
  });
  assert.equal((await ask(url)).status, 302);
  assert.equal((await ask(url)).status, 204);
  await assert.rejects(ask("https://10.0.0.1/"), { name: "TypeError" });
  assert.deepEqual(
    asked.map(({ redirect }) => redirect),
    Array.from({ length: 5 }, () => "manual"),
  );
});

Deno.test("an answer without end is left at the bound", async () => {
  let sent = 0;
  let isLeft = false;
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536));
    },
    cancel: () => void (isLeft = true),
  });
  const network = fakeNetwork(() => Promise.resolve(new Response(endless)));
  const ask = createOAuthFetch({ ...FAR, network });
  await assert.rejects(ask("https://issuer.example/"), { name: "TypeError" });
  assert.ok(isLeft && sent < 2 * MAX_OAUTH_BYTES);
});
