import assert from "node:assert/strict";
import { readRequest } from "../../../src/access/read_request.ts";

const GOOD = { url: "http://a.test/", method: "GET", headers: [], body: null, redirect: "follow" };
const refusal = (why: string) => ({
  code: "TOOL_INPUT_INVALID",
  message: `The request cannot be sent: ${why}`,
});

Deno.test("a request is read, and what steers the connection is dropped", () => {
  const headers = [
    ["X-A", "1"],
    ["Host", "evil.test"],
    ["Connection", "close"],
    ["Expect", "x"],
    ["Transfer-Encoding", "chunked"],
    ["Proxy-Authorization", "x"],
    ["constructor", "y"],
  ];
  assert.deepEqual(readRequest({ ...GOOD, headers }), {
    ...GOOD,
    url: new URL("http://a.test/"),
    headers: [["x-a", "1"], ["constructor", "y"]],
  });
});

const BAD: readonly (readonly [Record<string, unknown>, string])[] = [
  [{ url: "a.test" }, "its URL cannot be read"],
  [{ url: {} }, "its URL cannot be read"],
  [{ url: `http://a.test/${"x".repeat(20_000)}` }, "its URL cannot be read"],
  [{ method: "A B" }, "its method is no word"],
  [{ method: "connect" }, "fetch cannot connect"],
  [{ method: "TRACE" }, "fetch cannot TRACE"],
  [{ headers: {} }, "it has more than 128 headers"],
  [{ headers: Array(129).fill(["a", "b"]) }, "it has more than 128 headers"],
  [{ headers: [["a", "x".repeat(40_000)]] }, "its headers are larger than 32768 bytes"],
  [{ headers: [["a", 1]] }, "a header is no pair"],
  [{ headers: ["ab"] }, "a header is no pair"],
  [{ headers: [["a b", "1"]] }, "a header cannot be sent"],
  [{ headers: [["a", "1\r\nhost: evil"]] }, "a header cannot be sent"],
  [{ headers: [["a", "\u0000"]] }, "a header cannot be sent"],
  [{ headers: [["a", "\ud800"]] }, "a header cannot be sent"],
  [{ body: "text" }, "its body is not bytes"],
  [{ redirect: "never" }, "its redirect mode is unknown"],
];

for (const [change, why] of BAD) {
  Deno.test(`refused: ${JSON.stringify(change).slice(0, 60)}`, () => {
    assert.throws(() => readRequest({ ...GOOD, ...change }), refusal(why));
  });
}

Deno.test("what is no request at all is refused", () => {
  for (const given of [undefined, null, "x", 1]) {
    assert.throws(() => readRequest(given), refusal("it is no request"));
  }
});
