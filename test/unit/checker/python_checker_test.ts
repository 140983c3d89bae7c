/** What the checker of Python asks its analyst, and what becomes of a refusal. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { createPythonChecker } from "../../../src/checker/mod.ts";

const REQUEST = {
  code: "1 + 1",
  language: "python",
  declarations: { text: "", hash: "none" },
  ambient: { runtime: "python", network: false },
  mode: "error",
} as const;

Deno.test("python checker: questions carry whom they are for, and a full queue is told", async () => {
  const asked: string[] = [];
  const full = new CodemodeError("QUEUE_FULL", "64 checks of Python programs are waiting");
  await using checker = createPythonChecker({
    analyst: {
      ask: (_question, { principal }) => {
        asked.push(principal);
        return Promise.reject(full);
      },
    },
  });
  await assert.rejects(checker.check({ ...REQUEST, principal: "ada" }), full);
  await assert.rejects(checker.check(REQUEST), full);
  assert.deepEqual(asked, ["ada", ""]);
});
