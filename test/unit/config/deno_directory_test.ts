import assert from "node:assert/strict";
import { denoDirectory } from "../../../src/config/deno_directory.ts";

Deno.test("denoDirectory: what is set counts, else the system's place for caches", () => {
  const env = { HOME: "/home/ada", XDG_CACHE_HOME: "", LOCALAPPDATA: "/local" };
  assert.deepEqual([
    denoDirectory({ ...env, DENO_DIR: "/d" }, "linux"),
    denoDirectory(env, "linux"),
    denoDirectory({ ...env, XDG_CACHE_HOME: "/x" }, "linux"),
    denoDirectory(env, "darwin"),
    denoDirectory(env, "win32"),
    denoDirectory({}, "linux"),
  ], [
    "/d",
    "/home/ada/.cache/deno",
    "/x/deno",
    "/home/ada/Library/Caches/deno",
    "/local/deno",
    undefined,
  ]);
});
