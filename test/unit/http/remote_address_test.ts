import assert from "node:assert/strict";
import { addressGroup, remoteAddress } from "../../../src/http/remote_address.ts";

Deno.test("remote address: what is forwarded is believed of named proxies only", () => {
  const proxies = ["10.0.0.1", "10.0.0.2"];
  const of = (socket: string, forwarded?: string, trusted: string[] = proxies) =>
    remoteAddress(socket, forwarded, trusted);
  assert.equal(of("192.0.2.7", "198.51.100.1"), "192.0.2.7");
  assert.equal(of("10.0.0.1", "198.51.100.1", []), "10.0.0.1");
  assert.equal(of("10.0.0.1", "198.51.100.1"), "198.51.100.1");
  assert.equal(of("::ffff:10.0.0.1", "198.51.100.1"), "198.51.100.1");
  // What the caller wrote itself stands in front of what the proxy appended.
  assert.equal(of("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2"), "198.51.100.1");
  assert.equal(of("10.0.0.1", "10.0.0.2"), "10.0.0.2");
  assert.equal(of("10.0.0.1", " , "), "10.0.0.1");
  assert.equal(of("10.0.0.1"), "10.0.0.1");
});

Deno.test("address group: one IPv6 network counts as one, an IPv4 address as itself", () => {
  assert.equal(addressGroup("192.0.2.7"), "192.0.2.7");
  assert.equal(addressGroup("local"), "local");
  const network = "2001:db8:1:2::/64";
  for (const address of ["2001:db8:1:2::1", "2001:0DB8:1:2:ffff:1:2:3", "2001:db8:1:2:a::"]) {
    assert.equal(addressGroup(address), network, address);
  }
  assert.equal(addressGroup("::1"), "0:0:0:0::/64");
  assert.equal(addressGroup("fe80::1%eth0"), "fe80:0:0:0::/64");
});
