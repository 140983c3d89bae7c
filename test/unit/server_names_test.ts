/** Names that would take another server's away. */

import assert from "node:assert/strict";
import { assertFreeName, displacedBy } from "../../src/server_names.ts";
import { assignNames } from "../../src/typegen/mod.ts";

Deno.test("a name displaces who is called so only until it is there", () => {
  assert.equal(displacedBy("a_b", ["a-b"]), "a-b");
  assert.equal(displacedBy("a-b", ["a_b"]), undefined);
  assert.equal(displacedBy("a-b", ["a_b", "other"]), undefined);
  assert.equal(displacedBy("A_B", ["a-b"]), undefined);
  const second = assignNames(["a-b", "a_b"]).get("a-b") ?? "";
  assert.match(second, /^a_b_[0-9a-f]{6}$/);
  assert.equal(displacedBy(second, ["a-b", "a_b"]), "a-b");
});

Deno.test("a name that is not fit is the asker's fault, one that is taken is a conflict", () => {
  const told = (name: string, reserved?: ReadonlySet<string>) => {
    try {
      assertFreeName(name, ["taken", "a-b"], reserved);
      return "free";
    } catch (error) {
      return `${(error as { code: string }).code}: ${(error as Error).message}`;
    }
  };
  const unfit =
    'INVALID_REQUEST: Cannot add the server "a b": a server\'s name has letters, digits, _ and -, ' +
    "64 at most";
  assert.equal(told("a b"), unfit);
  assert.equal(
    told("tools"),
    'INVALID_REQUEST: Cannot add the server "tools": ' +
      "this is the name of the program's own tools",
  );
  assert.equal(
    told("codemode"),
    'INVALID_REQUEST: Cannot add the server "codemode": ' +
      "this is the name of what every program has built in",
  );
  assert.equal(
    told("taken"),
    'CONFLICT: Cannot add the server "taken": there is a server of that name',
  );
  // The operator may; a caller may not.
  assert.equal(told("a_b"), "free");
  assert.equal(
    told("a_b", new Set()),
    'CONFLICT: Cannot add the server "a_b": programs would call the server "a-b" by another name',
  );
  assert.equal(
    told("kept", new Set(["kept"])),
    'CONFLICT: Cannot add the server "kept": the configuration has a server of that name',
  );
  assert.equal(told("free", new Set(["kept"])), "free");
});
