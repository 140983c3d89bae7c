/** Whether a login is still one of the configuration. */

import assert from "node:assert/strict";
import type { OAuthConfig } from "../../../src/config/mod.ts";
import { fits } from "../../../src/mcp/login_fit.ts";
import type { Login } from "../../../src/mcp/mod.ts";

const CONFIG: OAuthConfig = Object.freeze({
  type: "oauth",
  grant: "authorization_code",
  scopes: [],
  redirectPort: 0,
});

const LOGIN: Login = Object.freeze({
  server: "peer",
  principal: "service",
  url: "https://peer.example/mcp",
  grant: "authorization_code",
  issuer: "https://issuer.example",
  client: { client_id: "one" },
  accessToken: "access",
});

const registered = { client_id: "made-up", redirect_uris: ["http://127.0.0.1:1/callback"] };
const document = "https://us.example/client.json";

Deno.test("a login is kept while its address, grant, client and issuer are what they were", () => {
  const cases: readonly (readonly [boolean, Partial<Login>, Partial<OAuthConfig>])[] = [
    [true, {}, { clientId: "one" }],
    [true, {}, { clientId: "one", issuer: "https://issuer.example/" }],
    [true, { client: registered }, {}],
    [true, { client: registered }, { clientMetadataUrl: document }],
    [true, { client: { client_id: document } }, { clientMetadataUrl: document }],
    [false, {}, { clientId: "two" }],
    [false, {}, {}],
    [false, { client: registered }, { clientId: "one" }],
    [false, { client: { client_id: document } }, {}],
    [false, { client: { client_id: document } }, { clientMetadataUrl: `${document}?2` }],
    [false, {}, { clientId: "one", issuer: "https://other.example" }],
    [false, { url: "https://peer.example/" }, { clientId: "one" }],
    [false, {}, { clientId: "one", grant: "client_credentials" }],
    [false, { grant: "client_credentials" }, { clientId: "one" }],
    [true, { grant: "client_credentials" }, { clientId: "one", grant: "client_credentials" }],
  ];
  const url = new URL("https://peer.example/mcp");
  for (const [expected, login, config] of cases) {
    const found = fits({ ...LOGIN, ...login }, url, { ...CONFIG, ...config });
    assert.equal(found, expected, JSON.stringify([login, config]));
  }
});
