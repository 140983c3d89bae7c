/** Which authorization server a login goes to, of what a server and that one publish. */

import assert from "node:assert/strict";
import type { OAuthConfig } from "../../../src/config/mod.ts";
import { findAuthority } from "../../../src/mcp/oauth_authority.ts";

const SERVER = new URL("https://peer.example/mcp");
const ISSUER = "https://issuer.example";

function find(changes: Readonly<Record<string, unknown>>, config: Partial<OAuthConfig> = {}) {
  const published: Readonly<Record<string, unknown>> = {
    "peer.example": { resource: SERVER.href, authorization_servers: [ISSUER] },
    "issuer.example": {
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      registration_endpoint: `${ISSUER}/register`,
      response_types_supported: ["code"],
      ...changes,
    },
  };
  const fetchFn = (url: string | URL) =>
    Promise.resolve(Response.json(published[new URL(url).hostname]));
  const auth: OAuthConfig = {
    type: "oauth",
    grant: "authorization_code",
    scopes: [],
    redirectPort: 0,
    ...config,
  };
  return findAuthority(SERVER, auth, {}, fetchFn);
}

Deno.test("an issuer whose endpoints are its own is taken", async () => {
  assert.equal((await find({})).issuer, ISSUER);
  assert.equal((await find({ registration_endpoint: undefined })).issuer, ISSUER);
});

for (const name of ["authorization_endpoint", "token_endpoint", "registration_endpoint"]) {
  Deno.test(`an issuer whose ${name} is another's needs the operator's word`, async () => {
    for (const other of ["https://honest.example", "https://issuer.example:8443"]) {
      const changes = { [name]: `${other}/x` };
      await assert.rejects(
        find(changes),
        new TypeError(
          `Cannot log in: the ${name} of ${ISSUER} is at ${other}; where that is right, set auth.issuer`,
        ),
      );
      assert.equal((await find(changes, { issuer: `${ISSUER}/` })).issuer, ISSUER);
    }
  });
}
