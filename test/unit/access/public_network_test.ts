/** Where somebody else than the operator may lead the service, with a name server of the test's. */

import assert from "node:assert/strict";
import { createPublicNetwork } from "../../../src/access/mod.ts";

const NEVER = () => Promise.reject(new Error("no name server was to be asked"));

Deno.test("what is not public is refused, however it is written", async () => {
  const network = createPublicNetwork({ resolve: NEVER });
  const hosts = [
    "127.0.0.1",
    "127.0.0.1.",
    "2130706433",
    "0x7f.1",
    "10.0.0.1:8080",
    "169.254.169.254",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "[::1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "[fd00:ec2::254]",
  ];
  for (const host of hosts) {
    const url = new URL(`http://${host}/latest`);
    const expected = {
      name: "AddressRefused",
      message: `Cannot reach ${url.host}: its address is not public`,
    };
    await assert.rejects(network.fetch(url), expected, host);
    await assert.rejects(network.check(url), expected, host);
  }
  await network.check(new URL("https://1.1.1.1/"));
  await network.check(new URL("ws://[2606:4700::1111]/"));
});

Deno.test("a name is what its addresses are", async () => {
  const names: Record<string, readonly string[]> = {
    "metadata.example": ["169.254.169.254"],
    "localhost": ["127.0.0.1", "::1"],
    "mixed.example": ["10.0.0.1", "1.1.1.1"],
    "nothing.example": [],
  };
  const network = createPublicNetwork({
    resolve: (host) => {
      const found = names[host];
      return found ? Promise.resolve(found) : Promise.reject(new Error("ENOTFOUND"));
    },
  });
  const judge = async (url: string) => {
    const [result] = await Promise.allSettled([network.check(new URL(url))]);
    return result?.status === "fulfilled" ? "allowed" : String(result?.reason.message);
  };
  assert.deepEqual(
    await Promise.all([
      "http://metadata.example/",
      "https://metadata.example./",
      "http://localhost:8080/",
      "http://nothing.example/",
      "http://unknown.example/",
      "http://mixed.example/",
      "wss://mixed.example/",
      "ws://mixed.example/",
      "wss://metadata.example/",
      "file:///etc/passwd",
      "unix:/run/docker.sock",
    ].map(judge)),
    [
      "Cannot reach metadata.example: its address is not public",
      "Cannot reach metadata.example.: its address is not public",
      "Cannot reach localhost:8080: its address is not public",
      "Cannot reach nothing.example: its address is not public",
      "Cannot reach unknown.example: it is not known",
      "allowed",
      "allowed",
      "Cannot reach mixed.example: a WebSocket to a name must be wss",
      "Cannot reach metadata.example: its address is not public",
      "Cannot reach file:: it is no address of the web",
      "Cannot reach unix:: it is no address of the web",
    ],
  );
});

Deno.test("who gives up does not wait for a name server", async () => {
  const network = createPublicNetwork({ resolve: () => new Promise(() => {}) });
  const given = new AbortController();
  const asking = network.fetch("https://slow.example/", { signal: given.signal });
  given.abort(new Error("enough"));
  await assert.rejects(asking, { message: "enough" });
});
