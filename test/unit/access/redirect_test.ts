import assert from "node:assert/strict";
import { type Hop, isRedirect, nextHop } from "../../../src/access/redirect.ts";

const BODY = new Uint8Array([1]);
const hop = (method: string, url = "https://a.test/x?q#part"): Hop => ({
  url: new URL(url),
  method,
  headers: [["authorization", "t"], ["cookie", "c"], ["content-type", "text/plain"], [
    "x-own",
    "1",
  ]],
  body: method === "GET" || method === "HEAD" ? null : BODY,
});

const METHODS: readonly (readonly [status: number, method: string, next: string])[] = [
  [301, "POST", "GET"],
  [302, "POST", "GET"],
  [303, "POST", "GET"],
  [303, "PUT", "GET"],
  [303, "HEAD", "HEAD"],
  [301, "PUT", "PUT"],
  [302, "DELETE", "DELETE"],
  [307, "POST", "POST"],
  [308, "POST", "POST"],
  [302, "GET", "GET"],
];

for (const [status, method, next] of METHODS) {
  Deno.test(`${status} of ${method} is followed by ${next}`, () => {
    const after = nextHop(hop(method), status, "/y");
    const keepsBody = next === method && hop(method).body !== null;
    assert.equal(after?.method, next);
    assert.equal(after?.body, keepsBody ? BODY : null);
    const names = after?.headers.map(([name]) => name);
    const wanted = ["authorization", "cookie", "content-type", "x-own"];
    assert.deepEqual(
      names,
      next === method ? wanted : wanted.filter((name) => name !== "content-type"),
    );
  });
}

Deno.test("what was meant for one origin does not reach another", () => {
  for (
    const location of ["https://b.test/", "http://a.test/", "https://a.test:444/", "//b.test/"]
  ) {
    assert.deepEqual(nextHop(hop("GET"), 302, location)?.headers, [
      ["content-type", "text/plain"],
      ["x-own", "1"],
    ], location);
  }
  assert.equal(nextHop(hop("GET"), 302, "https://a.test:443/z")?.headers.length, 4);
});

Deno.test("addresses are resolved, parts are kept, and what is none is told", () => {
  const at = (location: string) => nextHop(hop("GET"), 302, location)?.url.href;
  assert.equal(at("../y"), "https://a.test/y#part");
  assert.equal(at("?z#new"), "https://a.test/x?z#new");
  assert.equal(at("file:///etc/passwd"), "file:///etc/passwd#part");
  assert.equal(at("http://["), undefined);
});

Deno.test("five statuses are redirects", () => {
  const all = Array.from({ length: 400 }, (_, index) => 200 + index);
  assert.deepEqual(all.filter(isRedirect), [301, 302, 303, 307, 308]);
});
