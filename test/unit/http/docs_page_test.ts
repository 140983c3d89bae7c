/** `/docs`: where the page sends what was typed, and that what is tested is what stands in it. */

import assert from "node:assert/strict";
import { docsAddress, type TypedParameter } from "../../../src/http/docs_address.ts";
import { scriptedApp } from "./scripted_app.ts";

const CALL = "/api/v1/tools/{server}/{tool}";

const inPath = (name: string, value: string): TypedParameter => ({ name, in: "path", value });
const inQuery = (name: string, value: string): TypedParameter => ({ name, in: "query", value });

const ADDRESSES: readonly (readonly [string, readonly TypedParameter[], string])[] = [
  [
    CALL,
    [inPath("server", "memory"), inPath("tool", "read_graph")],
    "/api/v1/tools/memory/read_graph",
  ],
  [
    CALL,
    [inPath("server", "a/b?c#d"), inPath("tool", "é ..")],
    "/api/v1/tools/a%2Fb%3Fc%23d/%C3%A9%20..",
  ],
  [CALL, [inPath("server", "{tool}"), inPath("tool", "$&")], "/api/v1/tools/%7Btool%7D/%24%26"],
  [CALL, [inPath("server", "memory"), inPath("tool", "")], "/api/v1/tools/memory/{tool}"],
  ["/search", [inQuery("q", "a b&c"), inQuery("limit", "")], "/search?q=a+b%26c"],
  ["/search", [{ name: "Last-Event-ID", in: "header", value: "7" }], "/search"],
  ["/x/{q}", [inQuery("q", "1")], "/x/{q}?q=1"],
  ["/health", [], "/health"],
];

for (const [path, typed, expected] of ADDRESSES) {
  Deno.test(`docs: ${path} is sent as ${expected}`, () => {
    assert.equal(docsAddress(path, typed), expected);
  });
}

/** The function as a browser gets it. */
async function functionOfPage(): Promise<typeof docsAddress> {
  const page = await (await scriptedApp().send("/docs")).text();
  const [, source] = /\nconst addressOf = ([^]*?\n\});\n/.exec(page) ?? [];
  assert.ok(source !== undefined);
  return (await import(`data:text/javascript,export default ${encodeURIComponent(source)}`))
    .default;
}

Deno.test("docs: the page has the same function, and needs nothing around it", async () => {
  const ofPage = await functionOfPage();
  for (const [path, typed, expected] of ADDRESSES) assert.equal(ofPage(path, typed), expected);
});

Deno.test("docs: every place in a documented path is a parameter that says it is in the path", async () => {
  const { paths }: {
    paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
  } = await (await scriptedApp().send("/openapi.json")).json();
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map(({ parameters = [] }) => ({ path, parameters }))
  );
  const filled = operations.map(({ path, parameters }) =>
    docsAddress(path, parameters.map((one) => ({ ...one, value: "v" })))
  );
  assert.ok(filled.includes("/api/v1/tools/v/v?maxResultTokens=v"));
  assert.deepEqual(filled.filter((address) => address.includes("{")), []);
});

Deno.test("docs: who comes to the front door is shown there", async () => {
  const response = await scriptedApp().send("/");
  assert.equal(response.status, 302);
  assert.equal(response.headers.get("location"), "/docs");
});
