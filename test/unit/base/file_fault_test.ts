/** Reasons why files cannot be read. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileFault } from "../../../src/base/file_fault.ts";

const faultOf = (path: string) => readFile(path).then(() => "", fileFault);

Deno.test("a file that cannot be read is said to be what it is", async () => {
  assert.equal(await faultOf("src/nowhere.ts"), "there is no such file");
  assert.equal(await faultOf("src"), "it is a folder");
  assert.equal(await faultOf("deno.json/x"), "a part of its path is no folder");
  assert.equal(await faultOf("x".repeat(300)), "its name is too long");
});

Deno.test("what has no words is told by its code", () => {
  assert.equal(fileFault({ code: "EACCES" }), "access is denied");
  assert.equal(fileFault({ code: "EMFILE" }), "EMFILE");
  for (const other of [{ code: 7 }, undefined, new Error("x"), { code: "constructor" }]) {
    const told = (other as { code?: unknown } | undefined)?.code;
    assert.equal(fileFault(other), typeof told === "string" ? told : "it cannot be opened");
  }
});
