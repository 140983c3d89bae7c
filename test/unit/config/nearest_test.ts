/** What was probably meant. */

import assert from "node:assert/strict";
import { nearest } from "../../../src/config/nearest.ts";

const KNOWN = ["port", "host", "cors", "maxBodyBytes", "maxCodeBytes"];

Deno.test("nearest: one edit, a swap, another case", () => {
  assert.equal(nearest("prt", KNOWN), "port");
  assert.equal(nearest("pport", KNOWN), "port");
  assert.equal(nearest("prot", KNOWN), "port");
  assert.equal(nearest("HOST", KNOWN), "host");
  assert.equal(nearest("maxbodybyte", KNOWN), "maxBodyBytes");
});

Deno.test("nearest: the nearer of two, nothing when all are far", () => {
  assert.equal(nearest("maxCodyBytes", KNOWN), "maxBodyBytes");
  assert.equal(nearest("maxCodBytes", KNOWN), "maxCodeBytes");
  assert.equal(nearest("x", KNOWN), undefined);
  assert.equal(nearest("", KNOWN), undefined);
  assert.equal(nearest("port", []), undefined);
});
