import assert from "node:assert/strict";
import { serverArguments } from "../../../src/mcp/server_environment.ts";

Deno.test("serverArguments: a Deno server without permissions is kept from getting all", () => {
  const args = ["run", "npm:some-server"];
  assert.deepEqual(serverArguments("deno", args), ["run", "--deny-ffi", "npm:some-server"]);
});

Deno.test("serverArguments: permissions that are named, and other programs, are left alone", () => {
  for (const flag of ["-A", "--allow-all", "--allow-net=a.com", "--deny-run", "-R", "-RW=."]) {
    assert.deepEqual(serverArguments("deno", ["run", flag, "x.ts"]), ["run", flag, "x.ts"]);
  }
  assert.deepEqual(serverArguments("node", ["server.js"]), ["server.js"]);
});
