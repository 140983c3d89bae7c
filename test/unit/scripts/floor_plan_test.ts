/**
 * The house rules against bait: every rule has a file that must be caught with the exact message and
 * a clean one that must pass.
 */

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import plugin from "../../../scripts/lint/floor_plan.ts";
import { floorPlan } from "../../../scripts/lint/place.ts";

const HEAD = "/** What it is. */\n";

/** Lints one source as if it stood at `path`; answers `rule: message` lines. */
function lint(path: string, source: string): string[] {
  const found = Deno.lint.runPlugin(plugin, path, HEAD + source);
  return found.map(({ id, message }) => `${id.replace("house/", "")}: ${message}`);
}

interface Bait {
  readonly says: string;
  readonly path: string;
  readonly caught: string;
  readonly clean: string;
  readonly cleanPath?: string;
}

const IMPORT_BAITS: readonly Bait[] = [
  {
    says:
      'imports: Cannot import room "pool" in room "http": it may import base, contract, config, auth, mcp, catalog, journal, engine, door',
    path: "src/http/execute.ts",
    caught: 'import { Pool } from "../pool/mod.ts";\nexport type P = Pool;',
    clean: 'import { Engine } from "../engine/mod.ts";\nexport type E = Engine;',
  },
  {
    says: "imports: Cannot import src/engine/gate.ts past its door: import src/engine/mod.ts",
    path: "src/http/middleware/limit.ts",
    caught: 'import { gate } from "../../engine/gate.ts";\nexport const g = gate;',
    clean: 'import { now } from "../../base/clock.ts";\nexport const n = now;',
  },
  {
    says: 'imports: Cannot place src/utility/x.ts: "utility" is not a room of the floor plan',
    path: "src/utility/x.ts",
    caught: 'export * from "./y.ts";',
    clean: 'export * from "./y.ts";',
    cleanPath: "src/pool/x.ts",
  },
  {
    says:
      'imports: Cannot import room "cluster" in room "http": it may import base, contract, config, auth, mcp, catalog, journal, engine, door',
    path: "src/http/execute.ts",
    caught: 'export const load = () => import("../cluster/mod.ts");',
    clean: 'export const load = () => import("../engine/mod.ts");',
  },
  {
    says: 'imports: Cannot import room "contract" in room "protocol": it may import no room',
    path: "src/protocol/frames.ts",
    caught: 'export type T = import("../contract/mod.ts").Tool;',
    clean: 'export type T = import("./values.ts").Value;',
  },
  {
    says: 'imports: Cannot import values of room "contract" in room "client": only its types',
    path: "src/client/client.ts",
    caught: 'import { ExecuteSchema } from "../contract/mod.ts";\nexport const e = ExecuteSchema;',
    clean: 'import type { Execute } from "../contract/mod.ts";\nexport type E = Execute;',
  },
  {
    says: 'imports: Cannot import values of room "contract" in room "client": only its types',
    path: "src/client/mod.ts",
    caught: 'export { ExecuteSchema } from "../contract/mod.ts";',
    clean:
      'export { type A } from "./a.ts";\nimport { type B } from "../contract/mod.ts";\nexport type C = B;',
  },
  {
    says: 'imports: Cannot import src/app.ts in room "engine": nothing stands on the roof',
    path: "src/engine/engine.ts",
    caught: 'import { app } from "../app.ts";\nexport const a = app;',
    clean: 'import { app } from "../app.ts";\nexport const a = app;',
    cleanPath: "src/cli/serve.ts",
  },
  {
    says: "imports: Cannot import src/pool/sizing.ts past its door: import src/pool/mod.ts",
    path: "src/app.ts",
    caught: 'import { size } from "./pool/sizing.ts";\nexport const s = size;',
    clean: 'import { Pool } from "./pool/mod.ts";\nexport type P = Pool;',
  },
  {
    says: 'imports: Cannot import test/harness/x.ts in room "pool": it is not in src',
    path: "src/pool/pool.ts",
    caught: 'export * from "../../test/harness/x.ts";',
    clean: 'export * from "../../src/base/clock.ts";',
  },
  {
    says:
      'imports: Cannot import workers/guest/seal.ts in room "runtime": the wall stands between host and guest',
    path: "src/runtime/deno.ts",
    caught: 'import { seal } from "../../workers/guest/seal.ts";\nexport const s = seal;',
    clean: 'import { Frame } from "../protocol/frames.ts";\nexport type F = Frame;',
  },
  {
    says: "imports: Cannot import src/base/errors.ts in the guest: it may read protocol",
    path: "workers/guest/serve.ts",
    caught: 'import { fail } from "../../src/base/errors.ts";\nfail();',
    clean: 'import { parse } from "../../src/protocol/parse_frame.ts";\nparse();',
  },
  {
    says: 'imports: Cannot import "hono" in room "engine": it enters by http',
    path: "src/engine/engine.ts",
    caught: 'import { cors } from "hono/cors";\nexport const c = cors;',
    clean: 'import { cors } from "hono/cors";\nexport const c = cors;',
    cleanPath: "src/http/app.ts",
  },
  {
    says: 'imports: Cannot import "@scope/pad": the floor plan gives it no room',
    path: "src/mcp/manager.ts",
    caught: 'import { pad } from "@scope/pad/left";\nexport const p = pad;',
    clean: 'import { Client } from "@modelcontextprotocol/client";\nexport type C = Client;',
  },
  {
    says: 'imports: Cannot import "npm:zod@4" in place: pin it in deno.json',
    path: "src/contract/tool.ts",
    caught: 'import { z } from "npm:zod@4";\nexport const t = z;',
    clean: 'import { z } from "zod";\nexport const t = z;',
  },
  {
    says: 'imports: Cannot import "node:fs" in room "typegen": built-ins are not for neutral rooms',
    path: "src/typegen/declarations.ts",
    caught: 'import { hash } from "node:fs";\nexport const h = hash;',
    clean: 'import { hash } from "node:crypto";\nexport const h = hash;',
  },
  {
    says:
      'imports: Cannot import "node:crypto" in room "client": built-ins are not for neutral rooms',
    path: "src/client/client.ts",
    caught: 'import { hash } from "node:crypto";\nexport const h = hash;',
    clean: 'import { hash } from "node:crypto";\nexport const h = hash;',
    cleanPath: "src/checker/checker.ts",
  },
];

const RULE_BAITS: readonly Bait[] = [
  {
    says: 'neutral: Cannot mention Deno in room "client": it also runs in Node and browsers',
    path: "src/client/client.ts",
    caught: "export const where = () => Deno.cwd();",
    clean: 'export const where = () => "Deno";',
  },
  {
    says: 'neutral: Cannot mention Deno in room "protocol": it also runs in Node and browsers',
    path: "src/protocol/lines.ts",
    caught: 'export const d = (it: Record<string, string>) => it["Deno"];',
    clean: 'export const d = (it: Record<string, string>) => it["deno"];',
  },
  {
    says: "print: Cannot print in src/mcp/manager.ts: printers are src/main.ts, src/cli/output.ts",
    path: "src/mcp/manager.ts",
    caught: 'export const say = () => console.log("hi");',
    clean: 'export const say = () => console.log("hi");',
    cleanPath: "src/cli/output.ts",
  },
  {
    says:
      'permissions: Cannot make the permission "--allow-net=" in src/runtime/deno.ts: sandboxes have none',
    path: "src/runtime/deno.ts",
    caught: "export const flag = (host: string) => `--allow-net=${host}`;",
    clean: 'export const flag = "--no-prompt";',
  },
  {
    says:
      'permissions: Cannot make the permission "--allow-run" in src/pool/pool.ts: sandboxes have none',
    path: "src/pool/pool.ts",
    caught: 'export const flag = "--allow-run";',
    clean: 'export const flag = "--allow-run";',
    cleanPath: "scripts/pool.ts",
  },
  {
    says:
      'permissions: Cannot make the permission "--allow-read" in src/runtime/python_runtime.ts: sandboxes have none',
    path: "src/runtime/python_runtime.ts",
    caught: 'export const flag = "--allow-read";',
    clean: 'export const flag = "--allow-read";',
    cleanPath: "src/runtime/python_engine.ts",
  },
  {
    says: 'casts: Cannot cast to "never": it silences the compiler',
    path: "src/pool/pool.ts",
    caught: "export const n = 1 as never;",
    clean: "export const n = 1 as const;",
  },
  {
    says: 'casts: Cannot cast through "unknown" without a reason: say it in a comment above',
    path: "workers/deno.ts",
    caught: "const a = 1; // one\n\nexport const n = a as unknown as string;",
    clean:
      "const a = 1;\n// The engine hands strings over as numbers.\nexport const n = a as unknown as string;",
  },
  {
    says: 'casts: Cannot cast through "unknown" without a reason: say it in a comment above',
    path: "src/pool/pool.ts",
    caught:
      "const b = 1;\nexport const f = (a: number) => {\n  return b +  { a }\n    .a as unknown as string;\n};",
    clean:
      "const b = 1;\nexport const f = (a: number) => {\n  // Numbers pass as text here.\n  return b + { a }\n    .a as unknown as string;\n};",
  },
  {
    says: "no-default-export: Cannot export a default: export it by its name",
    path: "test/harness/server.ts",
    caught: "export default 1;",
    clean: "export default 1;",
    cleanPath: "scripts/lint/floor_plan.ts",
  },
  {
    says: 'no-enum: Cannot declare the enum "Colour": use a union of strings',
    path: "src/pool/pool.ts",
    caught: "export enum Colour { Red }",
    clean: 'export type Colour = "red";',
  },
  {
    says: "no-module-state: Cannot keep state in a module: put it into an object",
    path: "src/pool/pool.ts",
    caught: "export let count = 0;",
    clean: "export const limit = 0;",
  },
  {
    says: "no-module-state: Cannot act on import: export a function instead",
    path: "src/pool/pool.ts",
    caught: "Promise.resolve();",
    clean: "Object.freeze(Map.prototype);",
  },
  {
    says: "no-module-state: Cannot act on import: export a function instead",
    path: "src/cli/serve.ts",
    caught: "Promise.resolve();",
    clean: "Promise.resolve();",
    cleanPath: "src/main.ts",
  },
  {
    says: 'file-name: Cannot name a file "utils": name it for what it exports',
    path: "src/pool/utils.ts",
    caught: "export const a = 1;",
    clean: "export const a = 1;",
    cleanPath: "src/pool/sizing.ts",
  },
  {
    says: 'file-name: Cannot name a file "coldStart": file names are snake_case',
    path: "src/pool/coldStart.ts",
    caught: "export const a = 1;",
    clean: "export const a = 1;",
    cleanPath: "test/unit/pool/cold_start_test.ts",
  },
  {
    says: 'no-real-time: Cannot wait with "setTimeout" in a unit test: use a fake clock',
    path: "test/unit/pool/pool_test.ts",
    caught: "setTimeout(() => {}, 5);",
    clean: "setTimeout(() => {}, 5);",
    cleanPath: "test/integration/pool/pool_test.ts",
  },
  ...["ignore", "only", "skip"].map((word): Bait => ({
    says: `no-muted-test: Cannot mute a test with "${word}": every test runs`,
    path: "test/unit/pool/pool_test.ts",
    caught: `Deno.test.${word}("a", () => {});`,
    clean: 'Deno.test("a", () => {});',
  })),
  {
    says: 'no-muted-test: Cannot mute a test with "sanitizeResources": every test runs',
    path: "test/unit/pool/pool_test.ts",
    caught: `Deno.test({ name: "a", sanitizeResources: ${false}, fn() {} });`,
    clean: 'Deno.test({ name: "a", sanitizeResources: true, fn() {} });',
  },
  {
    says: 'no-muted-test: Cannot mute a test with "ignore": every test runs',
    path: "test/e2e/http_test.ts",
    caught: 'Deno.test({ name: "a", ignore: true, fn() {} });',
    clean: 'Deno.test({ name: "a", fn() {} });',
  },
];

for (const [index, bait] of [...IMPORT_BAITS, ...RULE_BAITS].entries()) {
  Deno.test(`bait ${index + 1}: ${bait.says}`, () => {
    assert.deepEqual(lint(bait.path, bait.caught), [bait.says]);
    assert.deepEqual(lint(bait.cleanPath ?? bait.path, bait.clean), []);
  });
}

Deno.test("a file without an opening comment is caught, one after a shebang is not", () => {
  const run = (source: string, path = "scripts/test.ts") =>
    Deno.lint.runPlugin(plugin, path, source).map(({ message }) => message);
  const says = "Cannot open a file without a comment: say what it is and what it promises";
  assert.deepEqual(run("export const a = 1;\n// late"), [says]);
  assert.deepEqual(run("export const a = 1;", "test/unit/pool/pool_test.ts"), []);
  assert.deepEqual(run("#!/usr/bin/env deno\n/** Runs. */\nexport const a = 1;"), []);
});

Deno.test("every rule of the plugin has its bait", () => {
  const baited = [...IMPORT_BAITS, ...RULE_BAITS].map(({ says }) => says.split(":")[0]);
  assert.deepEqual(
    Object.keys(plugin.rules).sort(),
    [...new Set([...baited, "header"])].sort(),
  );
});

Deno.test("the floor plan has no cycle and names only its own rooms", () => {
  const done = new Set<string>();
  const visit = (room: string, above: readonly string[]) => {
    assert.ok(!above.includes(room), `cycle: ${[...above, room].join(" -> ")}`);
    const entry = floorPlan.rooms[room];
    assert.ok(entry !== undefined, `no such room: ${room}`);
    if (done.has(room)) return;
    const below = [...entry.imports, ...(entry.typeImports ?? [])];
    for (const next of below) visit(next, [...above, room]);
    done.add(room);
  };
  for (const room of Object.keys(floorPlan.rooms)) visit(room, []);
  assert.equal(done.size, Object.keys(floorPlan.rooms).length);
});

Deno.test("every folder of src is a room of the plan", async () => {
  const entries = await readdir(new URL("../../../src", import.meta.url), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  assert.deepEqual(folders.filter((name) => floorPlan.rooms[name] === undefined), []);
});
