/** Tokens of a real issuer over real connections: discovery, rotation, and its bad days. */

import assert from "node:assert/strict";
import { createAuthenticator } from "../../../src/auth/mod.ts";
import { ISSUER_LIMITS } from "../../../src/auth/issuer_keys.ts";
import type { Clock } from "../../../src/base/clock.ts";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { type Issuer, type Mood, startIssuer } from "../../harness/issuer.ts";
import { createTokenKey } from "../../harness/tokens.ts";

const AWAY = { code: "IDENTITY_PROVIDER_UNAVAILABLE" };
const REFUSED = {
  code: "UNAUTHENTICATED",
  message: "The caller is not known: the token is not valid",
};

/** Real dates, so that tokens are in time, and timers that wait for the test. */
class SteppedClock implements Clock {
  readonly #steps = new FakeClock();

  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return this.#steps.monotonic();
  }

  after(delayMs: number, task: () => void): Disposable {
    return this.#steps.after(delayMs, task);
  }

  advance(delayMs: number): void {
    this.#steps.advance(delayMs);
  }
}

function callers(issuer: Issuer, auth: Readonly<Record<string, unknown>> = {}) {
  const { security } = parseConfig({
    security: {
      auth: { provider: "oauth2", issuer: issuer.url, audience: "codemode", ...auth },
    },
  });
  const clock = new SteppedClock();
  const entries: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void entries.push(entry) }]);
  const authenticator = createAuthenticator(security, { clock, logger });
  const idOf = async (token: string) => {
    const headers = new Headers({ authorization: `Bearer ${token}` });
    return (await authenticator.authenticate(headers)).id;
  };
  return { clock, entries, idOf };
}

Deno.test("issuer: its keys are found by its metadata, asked for once", async () => {
  await using issuer = await startIssuer();
  const { idOf } = callers(issuer);
  const tokens = await Promise.all([1, 2, 3].map((n) => issuer.token({ sub: `user-${n}` })));
  assert.deepEqual(await Promise.all(tokens.map(idOf)), ["user-1", "user-2", "user-3"]);
  assert.deepEqual(issuer.asked, ["/.well-known/oauth-authorization-server", "/keys"]);
});

Deno.test("issuer: OpenID metadata, and a configured address without any", async () => {
  await using issuer = await startIssuer();
  issuer.isOpenIdOnly = true;
  assert.equal(await callers(issuer).idOf(await issuer.token()), "ada");
  const known = callers(issuer, { jwksUri: `${issuer.url}/keys` });
  assert.equal(await known.idOf(await issuer.token()), "ada");
  assert.deepEqual(issuer.asked, [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/keys",
    "/keys",
  ]);
});

Deno.test("issuer: a rotated key is taken up, a withdrawn one is not used on", async () => {
  await using issuer = await startIssuer();
  const { clock, idOf } = callers(issuer);
  const before = await issuer.token();
  assert.equal(await idOf(before), "ada");
  const next = await createTokenKey("RS256", "second");
  [issuer.key, issuer.published] = [next, [...issuer.published, next]];
  const after = await issuer.token();
  await assert.rejects(idOf(after), REFUSED);
  clock.advance(ISSUER_LIMITS.cooldownMs);
  assert.deepEqual(await Promise.all([idOf(after), idOf(before)]), ["ada", "ada"]);
  issuer.published = [next];
  clock.advance(ISSUER_LIMITS.maxAgeMs + 1);
  await assert.rejects(idOf(before), REFUSED);
  assert.equal(await idOf(after), "ada");
});

for (const mood of ["down", "broken", "endless", "redirecting"] as const satisfies Mood[]) {
  Deno.test(`issuer: ${mood}: nobody at first, everybody known before goes on`, async () => {
    await using issuer = await startIssuer();
    issuer.mood = mood;
    const { clock, entries, idOf } = callers(issuer, { jwksUri: `${issuer.url}/keys` });
    const token = await issuer.token();
    await assert.rejects(idOf(token), AWAY);
    issuer.mood = "well";
    clock.advance(ISSUER_LIMITS.firstCooldownMs);
    assert.equal(await idOf(token), "ada");
    issuer.mood = mood;
    clock.advance(ISSUER_LIMITS.maxAgeMs + 1);
    assert.equal(await idOf(token), "ada");
    assert.equal(entries.length, 2);
    assert.ok(!issuer.asked.includes("/elsewhere"));
  });
}

Deno.test("issuer: one that never answers is given up, and waited for once", async () => {
  await using issuer = await startIssuer();
  const { clock, idOf } = callers(issuer, { jwksUri: `${issuer.url}/keys` });
  const token = await issuer.token();
  assert.equal(await idOf(token), "ada");
  issuer.mood = "silent";
  clock.advance(ISSUER_LIMITS.maxAgeMs + 1);
  const waiting = Promise.all([idOf(token), idOf(token)]);
  clock.advance(ISSUER_LIMITS.timeoutMs);
  assert.deepEqual(await waiting, ["ada", "ada"]);
  assert.equal(await idOf(token), "ada");
});

Deno.test("issuer: an absent one is nobody's fault but its own", async () => {
  const issuer = await startIssuer();
  const token = await issuer.token();
  await issuer[Symbol.asyncDispose]();
  const { entries, idOf } = callers(issuer);
  await assert.rejects(idOf(token), AWAY);
  assert.equal(entries[0]?.message, "the issuer's keys could not be loaded");
});
