/** What an observer sees of a call's input, and what never. */

import assert from "node:assert/strict";
import { summarizeArguments } from "../../../src/engine/argument_summary.ts";

Deno.test("argument summary: small input is its JSON", () => {
  const input = {
    query: "ada",
    limit: 3,
    tags: ["a", null, true],
    max_tokens: 100,
    when: undefined,
  };
  assert.equal(
    summarizeArguments(input),
    '{"query":"ada","limit":3,"tags":["a",null,true],"max_tokens":100,"when":null}',
  );
  assert.equal(summarizeArguments(undefined), "null");
  assert.equal(summarizeArguments(new Uint8Array(9)), '"[9 bytes]"');
  assert.equal(summarizeArguments(12n), "12");
});

for (
  const name of [
    "password",
    "dbPassword",
    "PASSPHRASE",
    "secret",
    "client_secret",
    "token",
    "accessToken",
    "api_key",
    "apiKey",
    "X-API-Key",
    "private-key",
    "credentials",
    "Authorization",
    "Set-Cookie",
    "signature",
    "sessionId",
    "otp",
    "pin",
  ]
) {
  Deno.test(`argument summary: a value named ${name} is masked`, () => {
    assert.equal(summarizeArguments({ [name]: "S3CR3T" }), `{"${name}":"[secret]"}`);
    assert.equal(
      summarizeArguments({ a: [{ [name]: { x: "S3CR3T" } }] }).includes("S3CR3T"),
      false,
    );
    assert.equal(summarizeArguments([[name, "S3CR3T"]]), `[["${name}","[secret]"]]`);
  });
}

Deno.test("argument summary: texts that hold a credential are masked where they hold it", () => {
  const shown = (text: string) => JSON.parse(summarizeArguments(text));
  assert.equal(shown("Bearer abc.def"), "Bearer [secret]");
  assert.equal(shown("use eyJhbGci.eyJzdWIi.c2ln now"), "use [secret] now");
  assert.equal(shown("ghp_0123456789abcdef"), "[secret]");
  assert.equal(
    shown("https://ada:pw@example.org/x?q=1&access_token=abc&y=2#k"),
    "https://[secret]@example.org/x?q=1&access_token=[secret]&y=2#k",
  );
});

Deno.test("argument summary: it is short whatever the input is", () => {
  let deep: unknown = "x";
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  const wide = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index]),
  );
  for (const input of [deep, wide, "y".repeat(1e6), { ["n".repeat(1e6)]: 1 }, Array(1e6).fill(0)]) {
    const shown = summarizeArguments(input);
    assert.equal(shown.length, 200);
    assert.ok(shown.endsWith("…"));
  }
});

Deno.test("argument summary: it is well-formed text, cut between characters", () => {
  for (let length = 190; length < 200; length += 1) {
    const shown = summarizeArguments(`${"a".repeat(length)}😀😀😀\ud800`);
    assert.ok(shown.isWellFormed(), shown);
  }
});
