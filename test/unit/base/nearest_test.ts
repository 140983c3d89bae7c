/** What was probably meant. */

import assert from "node:assert/strict";
import { nearestName } from "../../../src/base/nearest.ts";

const KNOWN = ["port", "host", "cors", "maxBodyBytes", "maxCodeBytes"];

Deno.test("nearest: one edit, a swap, another case", () => {
  assert.equal(nearestName("prt", KNOWN), "port");
  assert.equal(nearestName("pport", KNOWN), "port");
  assert.equal(nearestName("prot", KNOWN), "port");
  assert.equal(nearestName("HOST", KNOWN), "host");
  assert.equal(nearestName("maxbodybyte", KNOWN), "maxBodyBytes");
});

Deno.test("nearest: the nearer of two, nothing when all are far", () => {
  assert.equal(nearestName("maxCodyBytes", KNOWN), "maxCodeBytes");
  assert.equal(nearestName("maxCodBytes", KNOWN), "maxCodeBytes");
  assert.equal(nearestName("x", KNOWN), undefined);
  assert.equal(nearestName("", KNOWN), undefined);
  assert.equal(nearestName("port", []), undefined);
});
