/** Which runtimes can run a program, and what is said when none can. */

import assert from "node:assert/strict";
import type { ExecuteRequest, RuntimeInfo } from "../../../src/contract/mod.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { admit } from "../../../src/engine/admission.ts";
import { candidatesFor } from "../../../src/engine/candidates.ts";
import { runtimeInfo } from "../../harness/runtime_info.ts";

const DENO = runtimeInfo("deno", ["typescript", "javascript"]);
const QUICKJS = runtimeInfo("quickjs", ["typescript", "javascript"]);
const PYTHON = runtimeInfo("python", ["python"]);
const BUN = runtimeInfo("bun", ["typescript"], {
  available: false,
  reason: "bun is not installed",
});
const ALL = [DENO, QUICKJS, PYTHON, BUN];

const names = ({ runtimes }: { runtimes: readonly RuntimeInfo[] }) =>
  runtimes.map(({ name }) => name);

Deno.test("auto and names of languages leave the choice open, a runtime's name does not", () => {
  for (const asked of [undefined, "auto", "typescript", "javascript"] as const) {
    const candidates = candidatesFor(asked, "typescript", ALL);
    assert.deepEqual([candidates.isPinned, names(candidates)], [false, ["deno", "quickjs"]]);
  }
  const pinned = candidatesFor("quickjs", "javascript", ALL);
  assert.deepEqual([pinned.isPinned, names(pinned)], [true, ["quickjs"]]);
});

Deno.test("where there is no candidate, the reason of the runtime asked for is told", () => {
  const available = [
    "deno (typescript, javascript)",
    "quickjs (typescript, javascript)",
    "python (python)",
  ];
  assert.throws(() => candidatesFor("bun", "typescript", ALL), {
    code: "RUNTIME_UNAVAILABLE",
    message: "Runtime bun cannot run typescript here: bun is not installed; " +
      `available: ${available.join("; ")}`,
    details: { runtime: "bun", language: "typescript", available },
  });
  assert.throws(() => candidatesFor("auto", "bash", ALL), {
    code: "RUNTIME_UNAVAILABLE",
    message: `No runtime here runs bash; available: ${available.join("; ")}`,
    details: { runtime: "auto", language: "bash", available },
  });
  assert.throws(() => candidatesFor("auto", "typescript", [BUN]), {
    message: "No runtime here runs typescript; bun: bun is not installed; available: none",
  });
  assert.throws(() => candidatesFor("python", "typescript", ALL), {
    message: `Runtime python cannot run typescript here; available: ${available.join("; ")}`,
  });
});

Deno.test("the configured runtime holds for requests that name none, where it can", () => {
  const named = (sandbox: object, request: Partial<ExecuteRequest>) => {
    const rules = { config: parseConfig({ sandbox }, "/srv"), servers: [], runtimes: ALL };
    const { candidates } = admit({ code: "1", ...request }, { id: "test", grant: {} }, rules);
    return [candidates.isPinned, ...names(candidates)];
  };
  assert.deepEqual(named({ runtime: "quickjs" }, {}), [true, "quickjs"]);
  assert.deepEqual(named({ runtime: "quickjs" }, { runtime: "auto" }), [false, "deno", "quickjs"]);
  assert.deepEqual(named({ runtime: "quickjs" }, { language: "python" }), [false, "python"]);
  assert.deepEqual(named({ runtime: "bun" }, {}), [false, "deno", "quickjs"]);
});
