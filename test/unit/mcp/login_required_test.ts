import assert from "node:assert/strict";
import { SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import { loginRequired, loginRequiredOf, refusalOf } from "../../../src/mcp/login_required.ts";

const REQUIRED = loginRequired("peer", "nobody has logged in");

Deno.test("the need of a login is found below what was made of it", () => {
  assert.equal(loginRequiredOf(REQUIRED), REQUIRED);
  assert.equal(
    loginRequiredOf(new Error("lost", { cause: new Error("x", { cause: REQUIRED }) })),
    REQUIRED,
  );
  const circle = new Error("round");
  circle.cause = circle;
  for (const other of [circle, new Error("x"), "LOGIN_REQUIRED", undefined, null]) {
    assert.equal(loginRequiredOf(other), undefined);
  }
});

Deno.test("a fresh token that is refused is a matter for a person, where one logs in", () => {
  const refused = (status: number) =>
    new SdkHttpError(SdkErrorCode.ClientHttpAuthentication, "refused", { status, statusText: "" });
  const person = { refusedAgain: () => REQUIRED };
  assert.equal(refusalOf(refused(401), person), REQUIRED);
  assert.equal(refusalOf(refused(500), person), undefined);
  assert.equal(refusalOf(refused(401)), undefined);
  assert.equal(refusalOf(refused(401), { refusedAgain: () => undefined }), undefined);
  assert.equal(refusalOf(REQUIRED), REQUIRED);
});
