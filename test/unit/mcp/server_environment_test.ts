import assert from "node:assert/strict";
import { Secret } from "../../../src/base/secret.ts";
import { serverArguments, serverEnvironment } from "../../../src/mcp/server_environment.ts";

Deno.test("serverArguments: a Deno server without permissions is kept from getting all", () => {
  const args = ["run", "npm:some-server"];
  assert.deepEqual(serverArguments("deno", args), ["run", "--deny-ffi", "npm:some-server"]);
});

Deno.test("serverArguments: permissions that are named, and other programs, are left alone", () => {
  for (const flag of ["-A", "--allow-all", "--allow-net=a.com", "--deny-run", "-R", "-RW=."]) {
    assert.deepEqual(serverArguments("deno", ["run", flag, "x.ts"]), ["run", flag, "x.ts"]);
  }
  const own = ["run", "x.ts", "-A"];
  assert.deepEqual(serverArguments("deno", own), ["run", "--deny-ffi", "x.ts", "-A"]);
  assert.deepEqual(serverArguments("node", ["server.js"]), ["server.js"]);
});

const OWN = {
  PATH: "/bin",
  NODE_EXTRA_CA_CERTS: "/ca.pem",
  HTTPS_PROXY: "http://proxy:3128",
  DENO_DIR: "/cache",
  API_KEY: "ours",
};

Deno.test("serverEnvironment: Deno sees the way to its registry, and nothing else of ours", () => {
  const config = { command: "deno", environment: { TOKEN: new Secret("theirs") } };
  assert.deepEqual(serverEnvironment(config, OWN), {
    PATH: "/bin",
    NODE_EXTRA_CA_CERTS: "/ca.pem",
    HTTPS_PROXY: "http://proxy:3128",
    DENO_DIR: "/cache",
    TOKEN: "theirs",
  });
});

Deno.test("serverEnvironment: other programs see the certificates, not the proxy", () => {
  assert.deepEqual(serverEnvironment({ command: "node", environment: {} }, OWN), {
    PATH: "/bin",
    NODE_EXTRA_CA_CERTS: "/ca.pem",
  });
});
