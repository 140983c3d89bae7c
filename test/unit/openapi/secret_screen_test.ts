/** What an answer may not show, in each spelling that is looked for. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { SecretScreen } from "../../../src/openapi/secret_screen.ts";
import { secretsOfHeader } from "../../../src/openapi/secret_spellings.ts";
import { unescapeOnce } from "../../../src/openapi/unescape.ts";

const SECRET = 's3cr et/"key"+é&1';

function screenOf(...secrets: string[]): SecretScreen {
  const screen = new SecretScreen();
  screen.add(secrets);
  return screen;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const every = (write: (code: number) => string) =>
  [...Buffer.from(SECRET)].map((byte) => write(byte)).join("");
const units = (write: (code: number) => string) =>
  [...SECRET].map((unit) => write(unit.charCodeAt(0))).join("");
const hex = (code: number, digits: number) => code.toString(16).padStart(digits, "0");

const SPELLINGS: Readonly<Record<string, string>> = {
  plain: SECRET,
  "a JSON text": JSON.stringify(SECRET).slice(1, -1),
  "a JSON text in a JSON text": JSON.stringify(JSON.stringify(SECRET)).slice(3, -3),
  "JSON with slashes escaped": JSON.stringify(SECRET).slice(1, -1).replaceAll("/", "\\/"),
  "JSON of numbers": units((code) => `\\u${hex(code, 4)}`),
  percent: encodeURIComponent(SECRET),
  "percent, every byte, lower case": every((byte) => `%${hex(byte, 2)}`),
  "percent of percent": encodeURIComponent(encodeURIComponent(SECRET)),
  "a form": new URLSearchParams({ a: SECRET }).toString().slice(2),
  "an address that leaves reserved characters": encodeURI(SECRET),
  "references by name": SECRET.replaceAll("&", "&amp;").replaceAll('"', "&quot;"),
  "references by number": units((code) => `&#${code};`),
  "references in hex": units((code) => `&#x${hex(code, 2)};`),
  hex: Buffer.from(SECRET).toString("hex"),
  "hex, upper case": Buffer.from(SECRET).toString("hex").toUpperCase(),
};

for (const [name, spelled] of Object.entries(SPELLINGS)) {
  Deno.test(`a secret is hidden: ${name}`, () => {
    assert.equal(screenOf(SECRET).hideText(`a ${spelled} b`), "a [secret] b");
    assert.equal(screenOf("another-secret").hideText(`a ${spelled} b`), `a ${spelled} b`);
  });
}

Deno.test("a secret is hidden within base64, wherever it begins", () => {
  const secret = "token-of-the-host";
  for (const before of ["", "u", "us", "user:", "a longer name:"]) {
    for (const after of ["", "!", "!!"]) {
      const bytes = Buffer.from(before + secret + after);
      for (const text of [bytes.toString("base64"), bytes.toString("base64url")]) {
        const hidden = screenOf(secret).hideText(text);
        assert.ok(hidden.includes("[secret]"), `${before} ${after} ${hidden}`);
        const left = Buffer.from(hidden.replace("[secret]", "..."), "base64").toString("latin1");
        assert.equal(left.includes("ken-of"), false);
      }
    }
  }
});

Deno.test("a value is hidden everywhere in it, and what is none stays the same", () => {
  const screen = screenOf("key-of-the-host", "12345678");
  const own = JSON.parse('{"__proto__":{"key-of-the-host":1},"n":12345678,"m":123456789}');
  const hidden = screen.hide([own, null, true, "a key-of-the-hostkey-of-the-host b"]);
  assert.equal(
    JSON.stringify(hidden),
    '[{"__proto__":{"[secret]":1},"n":"[secret]","m":123456789},null,true,"a [secret] b"]',
  );
  const plain = { a: [1] };
  assert.equal(screenOf().hide(plain), plain);
  assert.equal(screenOf("short").hideText("short"), "short");
});

Deno.test("bytes are hidden too, and others are the very same", () => {
  const bytes = new Uint8Array([255, 0, ...Buffer.from("a pässwort%21 b"), 254]);
  const hidden = screenOf("pässwort!").hide(bytes);
  assert.deepEqual(
    hidden,
    new Uint8Array([255, 0, ...Buffer.from("a [secret] b"), 254]),
  );
  const image = new Uint8Array([137, 80, 78, 71, 37, 92, 38, 0]);
  assert.equal(screenOf("pässwort!").hide(image), image);
});

Deno.test("a header's value tells more than one text", () => {
  assert.deepEqual(secretsOfHeader("plain"), ["plain"]);
  assert.deepEqual(secretsOfHeader("Bearer abc.def"), ["Bearer abc.def", "abc.def"]);
  const basic = base64("ada:hush hush");
  assert.deepEqual(secretsOfHeader(`Basic ${basic}`), [
    `Basic ${basic}`,
    basic,
    "ada:hush hush",
    "hush hush",
  ]);
});

Deno.test("a failure's message is hidden, and its stack is another", () => {
  const screen = screenOf("key&of=host");
  const error = Object.assign(new TypeError("at http://a/?k=key%26of%3Dhost"), { code: "E" });
  const hidden = screen.hideError(error);
  assert.deepEqual([hidden.name, hidden.message], ["TypeError", "at http://a/?k=[secret]"]);
  assert.equal((hidden as { code?: string }).code, "E");
  assert.equal(`${hidden.stack} ${hidden.cause}`.includes("key"), false);
  assert.equal(screen.hideError("key&of=host").message, "[secret]");
});

Deno.test("a secret that repeats itself costs no more than another", () => {
  const screen = screenOf(`${"a".repeat(100_000)}b`);
  // Hours where each character is compared with all of it; beyond the bound it is hidden unseen.
  assert.ok(screen.hideText("a".repeat(1_000_000)).startsWith("aaa"));
  assert.ok(screen.hideText("a".repeat(1_000_000)).includes("[secret]"));
});

Deno.test("escapes are undone with the places of their characters", () => {
  const of = (text: string) => {
    const found = unescapeOnce(text);
    return found && [found.text, ...found.starts];
  };
  assert.deepEqual(of("a%20b"), ["a b", 0, 1, 4, 5]);
  assert.deepEqual(of("%C3%A9"), ["é", 0, 6]);
  assert.deepEqual(of("%F0%9F%98%80"), ["😀", 0, 0, 12]);
  assert.deepEqual(of("&#128512;\\n"), ["😀\n", 0, 0, 9, 11]);
  assert.deepEqual(of("%FF"), ["ÿ", 0, 3]);
  for (const none of ["", "plain", "100%", "%zz", "%4", "a&b", "&#x110000;", "\\", "\\u12"]) {
    assert.equal(of(none), undefined, none);
  }
  assert.deepEqual(of("\\ud800%"), ["\ud800%", 0, 6, 7]);
});

Deno.test("a secret that is a number is hidden however the number is written", () => {
  const cases: readonly (readonly [secret: string, json: string, hidden: boolean])[] = [
    ["12345678", "12345678", true],
    ["12345678", "-12345678", true],
    ["12345678", "12345678.0", true],
    ["12345678", "1.2345678e7", true],
    ["-12345678", "12345678", true],
    ["0012345678", "12345678", true],
    ["12345678901234567890", "12345678901234567890", true],
    ["9007199254740993", "9007199254740993", true],
    ["12345678.50", "12345678.50", true],
    ["9".repeat(400), "9".repeat(400), true],
    ["12345678", "123456789", false],
    ["00000001", "1", false],
    ["00000000", "0", false],
    ["0x123456", "1193046", false],
    ["Infinity", "12345678", false],
  ];
  for (const [secret, json, isHidden] of cases) {
    const screen = new SecretScreen();
    screen.add([secret]);
    const value = JSON.parse(json);
    assert.deepEqual(screen.hide({ k: [value] }), { k: [isHidden ? "[secret]" : value] }, json);
  }
});
