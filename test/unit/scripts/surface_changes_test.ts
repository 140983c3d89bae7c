import assert from "node:assert/strict";
import { findSurfaceChanges } from "../../../scripts/surface_changes.ts";

Deno.test("an unchanged surface has no changes", () => {
  assert.deepEqual(findSurfaceChanges({ ".": ["class A"] }, { ".": ["class A"] }), []);
});

Deno.test("what came and went is named, by door", () => {
  assert.deepEqual(
    findSurfaceChanges({ ".": ["class A", "function b"] }, {
      ".": ["class A", "interface b"],
      "./client": ["class C"],
    }),
    [".: gone: function b", ".: new: interface b", "./client: new: class C"],
  );
});
