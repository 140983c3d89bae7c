/** Guessing, through whatever route; and what `/health` tells whom. */

import assert from "node:assert/strict";
import type { Principal } from "../../../src/auth/mod.ts";
import { CodemodeError } from "../../../src/base/errors.ts";
import { scriptedApp } from "./scripted_app.ts";

const GRANTED = { mcp: { allowedServers: ["memory"] } };
const PEOPLE: Readonly<Record<string, Principal>> = {
  ada: { id: "ada", scopes: ["codemode:execute"], grant: GRANTED },
  ops: { id: "ops", scopes: ["codemode:metrics"], grant: GRANTED },
  all: { id: "all", scopes: ["codemode:read"], grant: { mcp: { allowedServers: ["*"] } } },
  none: { id: "none", scopes: ["codemode:read"], grant: {} },
};

/** Knows `Bearer <name>` for the names that `known` holds. */
function knowing(known: Set<string>) {
  return (headers: Headers): Promise<Principal> => {
    const name = (headers.get("authorization") ?? "").replace("Bearer ", "");
    if (name === "away") {
      return Promise.reject(new CodemodeError("IDENTITY_PROVIDER_UNAVAILABLE", "Not now"));
    }
    const principal = known.has(name) ? PEOPLE[name] : undefined;
    return principal === undefined
      ? Promise.reject(new CodemodeError("UNAUTHENTICATED", "Not known"))
      : Promise.resolve(principal);
  };
}

const bearer = (name: string) => ({ headers: { authorization: `Bearer ${name}` } });
const everybody = () => new Set(Object.keys(PEOPLE));

Deno.test("guessing: who was let in before is not locked out by others at its address", async () => {
  const known = everybody();
  const { clock, send } = scriptedApp({
    authenticate: knowing(known),
    server: { limits: { failuresPerMinute: 2 } },
  });
  const ask = async (name: string) => {
    const response = await send("/runtimes", bearer(name));
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await ask("ada"), 200);
  assert.deepEqual([await ask("x"), await ask("y"), await ask("z")], [401, 401, 429]);
  // One that was never let in waits with the guesses, another one goes on.
  assert.deepEqual([await ask("all"), await ask("ada")], [429, 200]);
  // Taken back, it is let in no more, and waits like a guess from then on.
  known.delete("ada");
  assert.deepEqual([await ask("ada"), await ask("ada")], [401, 429]);
  // Nobody is locked out for ever: the failure of a minute ago is forgotten.
  clock.advance(30_000);
  assert.equal(await ask("all"), 200);
});

Deno.test("guessing: health is no way around the count, and its refusals are on record", async () => {
  const { audited, send } = scriptedApp({
    authenticate: knowing(everybody()),
    server: { limits: { failuresPerMinute: 2 } },
  });
  const ask = async (path: string, name: string) => {
    const response = await send(path, bearer(name));
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await ask("/health", "x"), 401);
  assert.equal(await ask("/health", "y"), 401);
  assert.equal(await ask("/health", "ada"), 429);
  assert.equal(await ask("/runtimes", "ada"), 429);
  assert.equal((await send("/health")).status, 200);
  assert.deepEqual(audited.map((entry) => entry.type === "request.refused" && entry.code), [
    "UNAUTHENTICATED",
    "UNAUTHENTICATED",
    "RATE_LIMITED",
    "RATE_LIMITED",
  ]);
});

Deno.test("health: servers are named to who was granted them, or watches the service", async () => {
  const part = { ok: true, state: "ready" };
  const { send } = scriptedApp({
    authenticate: knowing(everybody()),
    health: {
      status: "degraded",
      sandbox: part,
      servers: { memory: part, secret: { ok: false, state: "failing", error: "gone" } },
    },
  });
  const told = async (name: string) => {
    const { status, checks } = await (await send("/health", bearer(name))).json();
    return [status, Object.keys(checks?.servers ?? {})];
  };
  assert.deepEqual(await told("ada"), ["healthy", ["memory"]]);
  assert.deepEqual(await told("none"), ["healthy", []]);
  assert.deepEqual(await told("ops"), ["degraded", ["memory", "secret"]]);
  assert.deepEqual(await told("all"), ["degraded", ["memory", "secret"]]);
  const brief = { status: "degraded", service: "Code Mode" };
  assert.deepEqual(await (await send("/health")).json(), brief);
  // While nobody can tell who it is, the state is shown as to anyone.
  assert.deepEqual(await (await send("/health", bearer("away"))).json(), brief);
});
