import assert from "node:assert/strict";
import { addressKind, isIpAddress, unwrap } from "../../../src/base/address.ts";

const KINDS: Readonly<Record<string, readonly string[]>> = {
  public: [
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.1.1",
    "223.255.255.255",
    "11.0.0.0",
    "168.63.129.15",
    "2606:4700:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
    "2400::",
  ],
  loopback: [
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "0:0:0:0:0:0:0:1",
    "[::1]",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "::ffff:0:127.0.0.1",
  ],
  private: [
    "10.0.0.0",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "fc00::1",
    "fdff::1",
    "fec0::1",
    "64:ff9b:1::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:c0a8:101::1",
  ],
  "link-local": [
    "169.254.169.254",
    "168.63.129.16",
    "fe80::1",
    "febf::1",
    "fe80::1%eth0",
    "::ffff:a9fe:a9fe",
  ],
  multicast: ["224.0.0.1", "239.255.255.255", "ff02::1"],
  unspecified: ["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"],
  reserved: [
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "240.0.0.1",
    "255.255.255.255",
    "2001::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "::127.0.0.1",
    "4000::1",
    "1.2.3",
    "1.2.3.256",
    "0x7f.1",
    "2130706433",
    "",
    "example.com",
    ":::",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "::1::",
    "::ffff:1.2.3.4.5",
  ],
};

for (const [kind, addresses] of Object.entries(KINDS)) {
  for (const address of addresses) {
    Deno.test(`${JSON.stringify(address)} is ${kind}`, () =>
      assert.equal(addressKind(address), kind));
  }
}

Deno.test("addresses are told from names, with and without brackets and zones", () => {
  const texts = ["127.0.0.1", "[::1]", "::1", "fe80::1%eth0", "localhost", "1.2.3", "a::b::c", ""];
  assert.deepEqual(texts.map(isIpAddress), [true, true, true, true, false, false, false, false]);
  assert.equal(unwrap("[fe80::1%25eth0]"), "fe80::1");
});
