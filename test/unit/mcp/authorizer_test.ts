/** Whose login a connection uses. */

import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import type { McpServerConfig } from "../../../src/config/mod.ts";
import { createAuthorizer } from "../../../src/mcp/authorizer.ts";
import type { TokenStore } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const NOT_HERE = () => Promise.reject(new TypeError("not in this test"));

Deno.test("a server that a caller added uses neither the operator's login nor another caller's", async () => {
  const asked: string[] = [];
  const logins: TokenStore = {
    read: () => Promise.resolve(undefined),
    write: NOT_HERE,
    remove: NOT_HERE,
    hold: NOT_HERE,
    version: ({ server, principal }) => {
      asked.push(`${server} ${principal}`);
      return Promise.resolve("none");
    },
  };
  const auth: McpServerConfig["auth"] = {
    type: "oauth",
    grant: "authorization_code",
    scopes: [],
    redirectPort: 0,
  };
  for (const principal of [undefined, "added by ada", "added by bob"]) {
    const authorizer = createAuthorizer("peer", { auth, url: "https://peer.example/mcp" }, {
      logins,
      clock: new FakeClock(),
      logger: silentLogger,
      principal,
    });
    assert.ok(authorizer);
    await assert.rejects(authorizer.token(), { code: "LOGIN_REQUIRED" });
  }
  assert.deepEqual([...new Set(asked)], [
    "peer service",
    "peer added by ada",
    "peer added by bob",
  ]);
});
