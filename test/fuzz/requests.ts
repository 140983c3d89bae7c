/** Requests as bytes: honest ones, mutated ones, and framings that lie about their bodies. */

import fc from "fast-check";
import { mutated } from "./property.ts";
import { MAX_BODY_BYTES } from "./fuzzed_service.ts";
import type { Leaving } from "./raw_exchange.ts";

/** Every path there is. */
export const PATHS = [
  "/health",
  "/metrics",
  "/openapi.json",
  "/docs",
  "/api/v1/execute",
  "/execute",
  "/api/v1/check",
  "/api/v1/tools",
  "/api/v1/tools/tools/add",
  "/api/v1/tools/search?q=add",
  "/api/v1/declarations?tools=tools.add&budget=200",
  "/introspect",
  "/api/v1/runtimes",
  "/.well-known/oauth-protected-resource",
];

// deno-fmt-ignore
export const PATH_SNIPPETS = [
  "/", "//", "/..", "%2e%2e/", "%00", "%", "%ff", "?", "&q=", "&limit=1e3", "&limit=-1",
  "&detail=full", "&budget=100", "&tools=__proto__.x", "&servers=tools,constructor", "#", ":", "*",
  "é", "\ud83d\ude00", ";", "x".repeat(600), "&q=(a+)+$", "http://evil.example/",
];

/** Bodies that are understood. */
export const BODIES = [
  '{"code":"return 1 + 1"}',
  '{"code":"const a = 1;\\na","language":"typescript","check":"warn","timeout":100}',
  '{"code":"return context","context":{"a":[1,{"b":null}],"$type":"Map"},"memoryLimit":1000000}',
  '{"code":"return await tools.add({})","capabilities":["mcp:tools.add"]}',
  '{"code":"1","capabilities":{"mcp":{"allowedServers":["tools"]},"system":{"environment":["A"]}}}',
  '{"a":1,"b":[{"c":"d"}]}',
];

// deno-fmt-ignore
export const BODY_SNIPPETS = [
  '"', "{", "}", "[", "]", ",", ":", "null", "true", "1e999", "-0", "0x1", "NaN", "9".repeat(3000),
  "1e-400", "\\u0000", "\\ud800", "\\udc00\\ud800", "\u0000", "\ufeff", "\ud800",
  '"__proto__":{"x":1},', '"constructor":{"prototype":{"x":1}},', '"code":1,', '"code":"",',
  '"code":"return 2",', '"context":{"__proto__":{"polluted":1}},', '"timeout":1e9,', '"timeout":0,',
  '"capabilities":["network:*"],', '"capabilities":["mcp:tools.add","env:A"],', '"capabilities":[],',
  '"capabilities":{"network":{"allowedPorts":[1]}},', '"capabilities":{"__proto__":[]},',
  '"runtime":"python",', '"language":"bash",', '"typescript":false,', '"unknown":1,',
  '"context":{"$type":"Date","value":1},', '"context":[],', '"context":{"a":' + "[".repeat(200),
  '{"a":'.repeat(300), "x".repeat(6000), "y".repeat(MAX_BODY_BYTES),
];

/** UTF-8 as one unit for each byte. */
function wireOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

const utf8 = (text: string) => wireOf(new TextEncoder().encode(text));

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, "", 0, -1, 1e308, [], {}, "auto", "\ud800", ["mcp:*"], ["env:A"]),
);

/** A value that is right nine times of ten. */
function rather<Value>(right: fc.Arbitrary<Value>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: anything });
}

const CODES = ["return 1", "context", "await tools.add({ a: 1 })", "```ts\n1\n```", "x.y", "(", ""];

/** A request whose fields are of the right kind more often than not. */
const fields = fc.record({
  code: rather(fc.constantFrom(...CODES)),
  context: rather(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue())),
  language: rather(fc.constantFrom("typescript", "javascript")),
  check: rather(fc.constantFrom("error", "warn", "off")),
  timeout: rather(fc.integer({ min: 1, max: 1000 })),
  memoryLimit: rather(fc.integer({ min: 20_000_000, max: 100_000_000 })),
  capabilities: rather(fc.constantFrom(["mcp:tools"], ["mcp:tools.add", "env:A"])),
}, { requiredKeys: ["code"] }).map((value) => JSON.stringify(value));

/** A body nested so deep that whatever recurses into it overflows its stack. */
const deep = fc.tuple(
  fc.constantFrom(['{"code":"1","context":', "}"], ["", ""], ['{"code":"1","capabilities":', "}"]),
  fc.constantFrom(["[", "]"], ['{"a":', "}"]),
  fc.integer({ min: 1, max: MAX_BODY_BYTES / 2 }),
).map(([[head, tail], [open = "", close = ""], levels]) => {
  const fitting = Math.min(
    levels,
    Math.floor((MAX_BODY_BYTES - 40) / (open.length + close.length)),
  );
  return `${head}{"a":${open.repeat(fitting)}1${close.repeat(fitting)}}${tail}`;
});

const bodies: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: mutated(BODIES, BODY_SNIPPETS).map(utf8) },
  { weight: 4, arbitrary: fields.map(utf8) },
  { weight: 3, arbitrary: fc.constantFrom(...BODIES).map(utf8) },
  { weight: 1, arbitrary: deep.map(utf8) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 300 }).map(wireOf),
  },
  { weight: 1, arbitrary: fc.json().map(utf8) },
  {
    weight: 1,
    arbitrary: fc.json().map((text) => utf8(`{"code":"1","context":{"a":${text}}}`)),
  },
  { weight: 1, arbitrary: brokenText() },
);

/** JSON whose texts are no UTF-8: overlong forms, lone surrogates, bytes that are never one. */
function brokenText(): fc.Arbitrary<string> {
  const parts = [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xff], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]];
  return fc.constantFrom(...parts).map((part) => `{"code":"${String.fromCharCode(...part)}"}`);
}

/** The first one nine times of ten. */
export function mostly(usual: string, ...others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

const usualHeaders = fc.record({
  "content-type": mostly(
    "application/json",
    "application/json; charset=latin1",
    "text/plain",
    "application/problem+json",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "",
    "a/b;;",
    "application/json" + ";".repeat(3000),
  ),
  host: mostly("localhost", "127.0.0.1:3000", "[::1]", "evil.example", "LOCALHOST.", "a b", "x@y"),
});

const rareHeaders = fc.record({
  accept: fc.constantFrom(
    "*/*",
    "text/html;q=0",
    "application/json; values=tagged",
    "x".repeat(500),
  ),
  authorization: fc.constantFrom("Bearer x", "Basic ", "Bearer", "", "Bearer \xff"),
  origin: fc.constantFrom("https://good.example", "http://evil.example", "null", "::"),
  "x-request-id": fc.constantFrom("a", "x".repeat(500), "<script>", ""),
  "content-encoding": fc.constantFrom("gzip", "br", "identity", "x"),
  expect: fc.constantFrom("100-continue", "the-unexpected"),
  upgrade: fc.constantFrom("websocket", "h2c"),
  "x-forwarded-for": fc.constantFrom("1.2.3.4", "::1, ,", "x".repeat(200)),
  "constructor": fc.constant("x"),
}, { requiredKeys: [] });

const headers: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 3, arbitrary: usualHeaders },
  {
    weight: 1,
    arbitrary: fc.tuple(usualHeaders, rareHeaders).map(([usual, rare]) => ({ ...usual, ...rare })),
  },
);

/** How the length of the body is told; the `lies` leave the service waiting, or with too much. */
const FRAMINGS = ["length", "chunked", "none", "nonsense", "both", "twice"] as const;
const LIES = ["longer", "shorter", "brokenChunks", "endlessChunk"] as const;

type Framing = (typeof FRAMINGS)[number] | (typeof LIES)[number];

/** One request as it is sent. */
export interface Sent {
  readonly method: string;
  /** One unit for each byte, so that a counterexample can be read. */
  readonly pieces: readonly string[];
  readonly leaving: Leaving;
}

/** Any request. Who lies about the length does not wait for an answer that may never come. */
export const requests: fc.Arbitrary<Sent> = fc.record({
  method: mostly(
    "POST",
    "GET",
    "GET",
    "GET",
    "PUT",
    "DELETE",
    "OPTIONS",
    "HEAD",
    "PATCH",
    "PROPFIND",
    "TRACE",
  ),
  path: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("/api/v1/execute", "/api/v1/check") },
    { weight: 1, arbitrary: fc.constantFrom(...PATHS) },
    { weight: 1, arbitrary: mutated(PATHS, PATH_SNIPPETS) },
  ),
  headers,
  body: bodies,
  framing: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<Framing>("length", "length", "chunked") },
    { weight: 1, arbitrary: fc.constantFrom<Framing>(...FRAMINGS) },
    { weight: 1, arbitrary: fc.constantFrom<Framing>(...LIES) },
  ),
  gone: fc.constantFrom<Leaving>("ends", "vanishes"),
  cut: fc.nat(400),
}).map(({ method, path, headers, body, framing, gone, cut }) => {
  const { told, sent } = framed(framing, body);
  const fields = [...Object.entries({ ...headers, connection: "close" }), ...told]
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const all = `${method} ${path} HTTP/1.1\r\n${fields.join("")}\r\n${sent}`;
  const isLie = (LIES as readonly string[]).includes(framing);
  return {
    method,
    pieces: [all.slice(0, cut), all.slice(cut)],
    leaving: isLie ? gone : "hears",
  };
});

function framed(framing: Framing, body: string): { told: [string, string][]; sent: string } {
  const length = (value: number): [string, string] => ["content-length", String(value)];
  const chunked: [string, string] = ["transfer-encoding", "chunked"];
  const chunks = [body.slice(0, body.length / 2), body.slice(body.length / 2)]
    .filter((part) => part !== "")
    .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("");
  switch (framing) {
    case "length":
      return { told: [length(body.length)], sent: body };
    case "longer":
      return { told: [length(body.length + 7)], sent: body };
    case "shorter":
      return { told: [length(Math.max(0, body.length - 3))], sent: body };
    case "nonsense":
      return { told: [length(-1)], sent: body };
    case "twice":
      return { told: [length(body.length), length(body.length + 1)], sent: body };
    case "both":
      return { told: [length(body.length), chunked], sent: `${chunks}0\r\n\r\n` };
    case "chunked":
      return { told: [chunked], sent: `${chunks}0\r\n\r\n` };
    case "brokenChunks":
      return { told: [chunked], sent: `${chunks}zz\r\nx` };
    case "endlessChunk":
      return { told: [chunked], sent: `${chunks}ffffffff\r\nx` };
    default:
      return { told: [], sent: "" };
  }
}

const LINES = [
  "TRACE / HTTP/1.1\r\nhost: localhost\r\n\r\n",
  "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n",
  "POST /api/v1/execute HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n" +
  'content-length: 12\r\n\r\n{"code":"1"}',
  "POST /api/v1/check HTTP/1.0\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n" +
  'c\r\n{"code":"1"}\r\n0\r\n\r\n',
];

// deno-fmt-ignore
const WIRE_SNIPPETS = [
  "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", "\0", "HTTP/1.1", "HTTP/2.0", "HTTP/9.9",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "host: b\r\n", "content-length: 5\r\n", "content-length: +1\r\n",
  "transfer-encoding: gzip, chunked\r\n", "transfer-encoding: \x0bchunked\r\n", "connection: upgrade\r\n",
  "upgrade: h2c\r\n", "expect: 100-continue\r\n", "GET / HTTP/1.1\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\n",
  " folded\r\n", "x: \x80\xff\r\n", "h".repeat(20_000), "x: y\r\n".repeat(500), "1;ext=\"", "ffffffffffffffff\r\n",
];

/** Bytes that may be HTTP, may have been, or never were. */
export const rawBytes: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: mutated(LINES, WIRE_SNIPPETS) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2000 }).map(wireOf) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...LINES), fc.constantFrom(...LINES)).map((two) =>
      two.join("")
    ),
  },
);
