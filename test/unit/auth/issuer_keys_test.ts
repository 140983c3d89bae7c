/** Keys of an issuer over time, with a clock and a network that do what a test says. */

import assert from "node:assert/strict";
import { metadataUrls } from "../../../src/auth/discover_jwks_uri.ts";
import { ISSUER_LIMITS, IssuerKeys } from "../../../src/auth/issuer_keys.ts";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";
import { createTokenKey } from "../../harness/tokens.ts";

const ISSUER = "https://auth.example/tenant";
const URI = "https://auth.example/keys";
const OPENID = `${ISSUER}/.well-known/openid-configuration`;
const OAUTH = "https://auth.example/.well-known/oauth-authorization-server/tenant";
const ONE = await createTokenKey("ES256", "one");
const TWO = await createTokenKey("ES256", "two");
const NO_KEY = { code: "ERR_JWKS_NO_MATCHING_KEY" };
const AWAY = {
  code: "IDENTITY_PROVIDER_UNAVAILABLE",
  message: `The keys of ${ISSUER} cannot be had, so no token can be checked`,
};

type Answers = Readonly<Record<string, () => Response | Promise<Response>>>;

/** Keys over a scripted network; an address without an answer fails like a lost one. */
function scripted(first: Answers, jwksUri = URI) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const entries: LogEntry[] = [];
  const script = { answers: first };
  const keys = new IssuerKeys({
    issuer: ISSUER,
    ...(jwksUri === "" ? {} : { jwksUri }),
    clock,
    logger: createLogger([{ write: (entry) => void entries.push(entry) }]),
    fetch: async (input, init) => {
      asked.push(String(input));
      assert.equal(init?.redirect, "error");
      const answer = script.answers[String(input)];
      if (answer === undefined) throw new TypeError("connection refused");
      return await Promise.race([answer(), aborted(init?.signal)]);
    },
  });
  const find = async (kid: string) => {
    const found = await keys.find({ alg: "ES256", kid }, { payload: "", signature: "" });
    return "type" in found ? found.type : "other";
  };
  return { clock, asked, entries, script, find };
}

function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) =>
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
}

function discovered(answers: Answers) {
  return scripted(answers, "");
}

const keySet = (...keys: { readonly jwk: unknown }[]) => () =>
  Response.json({ keys: keys.map(({ jwk }) => jwk) });
const metadata = (more = {}) => () => Response.json({ issuer: ISSUER, jwks_uri: URI, ...more });

Deno.test("issuer keys: loaded at first need, once for all who ask, and kept", async () => {
  const { asked, find } = scripted({ [URI]: keySet(ONE) });
  assert.deepEqual(asked, []);
  assert.deepEqual(await Promise.all([find("one"), find("one"), find("one")]), [
    "public",
    "public",
    "public",
  ]);
  assert.deepEqual(asked, [URI]);
});

Deno.test("issuer keys: an unknown key loads again, once in the cooldown", async () => {
  const { asked, clock, find, script } = scripted({ [URI]: keySet(ONE) });
  await find("one");
  script.answers = { [URI]: keySet(TWO) };
  for (let n = 0; n < 50; n++) await assert.rejects(find("two"), NO_KEY);
  clock.advance(ISSUER_LIMITS.cooldownMs - 1);
  await assert.rejects(find("two"), NO_KEY);
  assert.equal(asked.length, 1);
  clock.advance(1);
  assert.equal(await find("two"), "public");
  await assert.rejects(find("one"), NO_KEY);
  assert.equal(asked.length, 2);
});

Deno.test("issuer keys: old ones are loaded again before they are used", async () => {
  const { asked, clock, find, script } = scripted({ [URI]: keySet(ONE, TWO) });
  await find("one");
  clock.advance(ISSUER_LIMITS.maxAgeMs);
  await find("one");
  assert.equal(asked.length, 1);
  script.answers = { [URI]: keySet(TWO) };
  clock.advance(1);
  await assert.rejects(find("one"), NO_KEY);
  assert.equal(asked.length, 2);
});

for (
  const [name, answer, reason] of [
    ["away", undefined, "connection refused"],
    ["in trouble", () => new Response("", { status: 500 }), "answered 500"],
    ["not talking JSON", () => new Response("{"), "JSON"],
    ["not talking UTF-8", () => new Response(new Uint8Array([0xff])), "encoded data"],
    ["without keys", () => Response.json(null), "the key set has no keys"],
    ["with an empty set", () => Response.json({ keys: [] }), "the key set is empty"],
    ["with no list", () => Response.json({ keys: { 0: ONE.jwk } }), "the key set has no keys"],
    [
      "with too many keys",
      () => Response.json({ keys: Array(ISSUER_LIMITS.maxKeys + 1).fill(ONE.jwk) }),
      "the key set has more than 100 keys",
    ],
    [
      "with too many bytes",
      () => new Response(" ".repeat(ISSUER_LIMITS.maxBytes + 1)),
      "answered with more than 262144 bytes",
    ],
  ] as const
) {
  Deno.test(`issuer keys: ${name}, the last good keys go on, a day at most`, async () => {
    const { asked, clock, entries, find, script } = scripted({ [URI]: keySet(ONE) });
    await find("one");
    script.answers = answer === undefined ? {} : { [URI]: answer };
    clock.advance(ISSUER_LIMITS.maxAgeMs + 1);
    assert.equal(await find("one"), "public");
    assert.equal(await find("one"), "public");
    assert.equal(asked.length, 2);
    assert.equal(entries[0]?.message, "the issuer's keys could not be loaded");
    assert.ok(
      String(entries[0]?.fields["reason"]).includes(reason),
      `${entries[0]?.fields["reason"]}`,
    );
    clock.advance(ISSUER_LIMITS.maxStaleMs - ISSUER_LIMITS.maxAgeMs - 1);
    assert.equal(await find("one"), "public");
    clock.advance(1);
    await assert.rejects(find("one"), AWAY);
  });
}

Deno.test("issuer keys: the largest set is still read", async () => {
  const keys = Array(ISSUER_LIMITS.maxKeys - 1).fill(TWO);
  const { find } = scripted({ [URI]: keySet(ONE, ...keys) });
  assert.equal(await find("one"), "public");
});

Deno.test("issuer keys: without any, nobody can tell, and trying again is soon", async () => {
  const { asked, clock, find, script } = scripted({});
  for (let n = 0; n < 50; n++) await assert.rejects(find(`key-${n}`), AWAY);
  assert.equal(asked.length, 1);
  script.answers = { [URI]: keySet(ONE) };
  clock.advance(ISSUER_LIMITS.firstCooldownMs - 1);
  await assert.rejects(find("one"), AWAY);
  clock.advance(1);
  assert.equal(await find("one"), "public");
});

Deno.test("issuer keys: an issuer that does not answer is given up", async () => {
  const { clock, entries, find } = scripted({ [URI]: () => new Promise(() => {}) });
  const waiting = find("one");
  assert.equal(clock.pending, 1);
  clock.advance(ISSUER_LIMITS.timeoutMs);
  await assert.rejects(waiting, AWAY);
  assert.deepEqual(entries[0]?.fields, {
    issuer: ISSUER,
    reason: "no complete answer within 5000 ms",
  });
  assert.equal(clock.pending, 0);
});

Deno.test("issuer keys: an issuer that does not answer is waited for once, while its keys will do", async () => {
  const { asked, clock, find, script } = scripted({ [URI]: keySet(ONE) });
  const { maxAgeMs, maxStaleMs, timeoutMs, cooldownMs } = ISSUER_LIMITS;
  await find("one");
  script.answers = { [URI]: () => new Promise(() => {}) };
  clock.advance(maxAgeMs + 1);
  const waiting = find("one");
  clock.advance(timeoutMs);
  assert.equal(await waiting, "public");
  clock.advance(cooldownMs);
  assert.equal(await find("one"), "public");
  assert.equal(asked.length, 3);
  // Too old to do, they are waited for again.
  clock.advance(timeoutMs);
  await settle();
  script.answers = { [URI]: keySet(TWO) };
  clock.advance(maxStaleMs);
  assert.equal(await find("two"), "public");
  assert.equal(asked.length, 4);
});

Deno.test("issuer keys: found by the issuer's metadata, at either place", async () => {
  const both = discovered({ [OAUTH]: metadata(), [URI]: keySet(ONE) });
  assert.equal(await both.find("one"), "public");
  assert.deepEqual(both.asked, [OAUTH, URI]);
  const openId = discovered({ [OPENID]: metadata(), [URI]: keySet(ONE) });
  assert.equal(await openId.find("one"), "public");
  assert.deepEqual(openId.asked, [OAUTH, OPENID, URI]);
});

Deno.test("issuer keys: metadata is asked for again when keys are no longer there", async () => {
  const moved = "https://cdn.example/keys";
  const { asked, clock, find, script } = discovered({ [OAUTH]: metadata(), [URI]: keySet(ONE) });
  await find("one");
  script.answers = { [OAUTH]: metadata({ jwks_uri: moved }), [moved]: keySet(TWO) };
  clock.advance(ISSUER_LIMITS.cooldownMs);
  await assert.rejects(find("two"), NO_KEY);
  clock.advance(ISSUER_LIMITS.cooldownMs);
  assert.equal(await find("two"), "public");
  assert.deepEqual(asked, [OAUTH, URI, URI, OAUTH, moved]);
});

for (
  const [name, wrong, reason] of [
    ["another issuer", { issuer: "https://evil.example" }, "is metadata of another issuer"],
    ["an almost equal issuer", { issuer: `${ISSUER}/` }, "is metadata of another issuer"],
    ["no keys", { jwks_uri: undefined }, "has no jwks_uri"],
    ["no address", { jwks_uri: "keys" }, "has no jwks_uri"],
    [
      "a plain address",
      { jwks_uri: "http://auth.example/keys" },
      "has a jwks_uri that is not https",
    ],
    [
      "an address of this machine, though the issuer is elsewhere",
      { jwks_uri: "http://127.0.0.1/keys" },
      "has a jwks_uri that is not https",
    ],
    ["a file", { jwks_uri: "file:///etc/keys" }, "has a jwks_uri that is not https"],
  ] as const
) {
  Deno.test(`issuer keys: metadata with ${name} is not believed`, async () => {
    const { asked, entries, find } = discovered({ [OAUTH]: metadata(wrong), [URI]: keySet(ONE) });
    await assert.rejects(find("one"), AWAY);
    assert.deepEqual(asked, [OAUTH, OPENID]);
    assert.equal(
      entries[0]?.fields["reason"],
      `no metadata of the issuer: ${OAUTH}: ${reason}; ${OPENID}: connection refused`,
    );
  });
}

Deno.test("issuer keys: where metadata is, with and without a path", () => {
  assert.deepEqual(metadataUrls(ISSUER), [OAUTH, OPENID]);
  assert.deepEqual(metadataUrls("https://a.example/"), [
    "https://a.example/.well-known/oauth-authorization-server",
    "https://a.example/.well-known/openid-configuration",
  ]);
});

Deno.test("issuer keys: a lost connection to the first place is no reason to leave out the next", async () => {
  const { asked, find } = discovered({
    [OAUTH]: () => Promise.reject(new TypeError("connection reset")),
    [OPENID]: metadata(),
    [URI]: keySet(ONE),
  });
  assert.equal(await find("one"), "public");
  assert.deepEqual(asked, [OAUTH, OPENID, URI]);
});
