/** The working directory's own file, there or not. */

import assert from "node:assert/strict";
import { DEFAULT_CONFIG_FILE, loadConfig, parseConfig } from "../../../src/config/mod.ts";

async function inNewDirectory(act: (directory: string) => Promise<void>): Promise<void> {
  const before = Deno.cwd();
  const directory = await Deno.makeTempDir();
  Deno.chdir(directory);
  try {
    await act(Deno.cwd());
  } finally {
    Deno.chdir(before);
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("no file and none named: the defaults", () =>
  inNewDirectory(async (directory) => {
    const defaults = parseConfig({}, directory);
    assert.deepEqual(await loadConfig({ env: {} }), defaults);
    assert.deepEqual(await loadConfig({ env: { CODEMODE_CONFIG: "" } }), defaults);
  }));

Deno.test("the working directory's file is read when none is named", () =>
  inNewDirectory(async (directory) => {
    await Deno.writeTextFile(DEFAULT_CONFIG_FILE, "server: { port: 1234 }\n");
    const config = await loadConfig({ env: {} });
    assert.deepEqual(config, parseConfig({ server: { port: 1234 } }, directory));
  }));

Deno.test("a folder in the file's place is refused", () =>
  inNewDirectory(async (directory) => {
    await Deno.mkdir(DEFAULT_CONFIG_FILE);
    await assert.rejects(loadConfig({ env: {} }), {
      code: "CONFIG_INVALID",
      message:
        `Cannot read the configuration file ${directory}/${DEFAULT_CONFIG_FILE}: it is a folder`,
    });
  }));
