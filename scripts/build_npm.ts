/**
 * Builds `npm/`, a folder ready for `npm pack`: `deno pack` compiles the doors of `deno.json`, this
 * script adds the checker's thread, removes raw sources and writes an exact manifest. Then it installs
 * the packed result into an empty project and imports every door in Node. Needs `tar`, `npm`, `node`.
 */

import { access, glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { execFile } from "node:child_process";
import config from "../deno.json" with { type: "json" };
import { findOutsideImports } from "./npm/module_graph.ts";
import { toManifest } from "./npm/package_manifest.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const NPM = join(ROOT, "npm");
/** Modules that are started by path, so no import leads to them. */
const ENTRY_POINTS = ["./src/checker/thread.ts"];
/** What must be in the package besides the doors. */
const REQUIRED = ["workers/built/deno.js", "src/checker/thread.js", "README.md", "LICENSE"];
const STEP_TIMEOUT_MS = 120_000;

const execute = promisify(execFile);

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const options = { cwd, timeout: STEP_TIMEOUT_MS, maxBuffer: 16 * 1024 * 1024 };
  const { stdout } = await execute(command, [...args], options);
  return stdout;
}

/** Runs `deno pack` over the doors and the entry points, and unpacks the result into `npm/`. */
async function packInto(folder: string): Promise<void> {
  const extra = ENTRY_POINTS.map((path, index) => [`./_entry${index}`, path]);
  const packed = {
    ...config,
    exports: { ...config.exports, ...Object.fromEntries(extra) },
  };
  // Paths in a configuration count from where it lies, so it lies in the root for a moment.
  const configPath = join(ROOT, `.deno.pack.${Deno.pid}.json`);
  await writeFile(configPath, JSON.stringify(packed));
  try {
    const tarball = join(folder, "deno.tgz");
    const flags = ["--allow-dirty", "--no-source-maps", "-o", tarball];
    await run(Deno.execPath(), ["pack", "-c", configPath, ...flags], ROOT);
    await rm(NPM, { recursive: true, force: true });
    await mkdir(NPM);
    await run("tar", ["xzf", tarball, "--strip-components=1", "-C", NPM], ROOT);
  } finally {
    await rm(configPath, { force: true });
  }
}

async function findPacked(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob(pattern, { cwd: NPM })) found.push(join(NPM, path));
  return found;
}

/** Removes sources that no door leads to, and writes the manifest from what is left. */
async function finish(): Promise<void> {
  for (const path of await findPacked("**/*.ts")) {
    if (!path.endsWith(".d.ts")) await rm(path);
  }
  const modules = [...await findPacked("src/**/*.js"), ...await findPacked("src/**/*.d.ts")];
  const sources = await Promise.all(modules.map((path) => readFile(path, "utf8")));
  const manifest = toManifest(config, sources);
  await writeFile(join(NPM, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Throws when a file is missing or the client needs something a browser lacks. */
async function inspect(): Promise<void> {
  const doors = Object.values(config.exports).flatMap((path) => {
    const stem = path.replace(/\.ts$/, "");
    return [`${stem}.js`, `${stem}.d.ts`];
  });
  for (const path of [...REQUIRED, ...doors]) await access(join(NPM, path));
  const outside = await findOutsideImports(join(NPM, "src/client/mod.js"));
  for (const [specifier, file] of outside) {
    throw new TypeError(`Cannot ship the client for browsers: ${file} imports "${specifier}"`);
  }
}

/** Installs the packed folder into an empty project and imports every door there. */
async function tryInNode(folder: string): Promise<void> {
  const listing = await run("npm", ["pack", "--json", "--pack-destination", folder, NPM], folder);
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(listing);
  const project = join(folder, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", ["install", ...quiet, join(folder, filename)], project);
  for (const door of Object.keys(config.exports)) {
    const specifier = join(config.name, door).replaceAll("\\", "/");
    const program = `const names = Object.keys(await import(${JSON.stringify(specifier)}));
      if (names.length === 0) throw new Error("exports nothing"); console.log(names.join(", "));`;
    const names = await run("node", ["--input-type=module", "-e", program], project);
    console.log(`node imports ${specifier}: ${names.trim()}`);
  }
  console.log(`npm/: ${entryCount} files, ${size} bytes packed, ${unpackedSize} unpacked`);
}

const folder = await mkdtemp(join(tmpdir(), "codemode-npm-"));
try {
  await packInto(folder);
  await finish();
  await inspect();
  await tryInNode(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
