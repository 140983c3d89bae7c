/**
 * Builds `npm/`, a folder ready for `npm pack`: `deno pack` compiles the doors of `deno.json`, this
 * script adds the checker's thread, removes raw sources and writes an exact manifest. Then it installs
 * the packed result into an empty project and imports every door and runs the command in Node. Needs `tar`, `npm`, `node`.
 */

import { access, cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { execFile } from "node:child_process";
import config from "../deno.json" with { type: "json" };
import {
  AMBIENT_FILE,
  COMPILER_PACKAGES,
  declareModules,
  toConsumerProject,
  toEmitProject,
  UNTYPED_PACKAGES,
} from "./npm/compiler_project.ts";
import { lowerSyntax } from "./npm/lower_syntax.ts";
import { findModules, toPackedImports } from "./npm/module_graph.ts";
import { COMMAND, ENGINES, toManifest } from "./npm/package_manifest.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const NPM = join(ROOT, "npm");
/** Modules that are started by path, so no import leads to them. */
const ENTRY_POINTS = ["./src/checker/thread.ts", "./src/checker/bash_thread.ts", "./src/main.ts"];
/** What must be in the package besides the doors. */
const REQUIRED = [
  "workers/built/deno.js",
  "workers/built/deno_worker.js",
  "workers/built/quickjs.js",
  "workers/built/bash.js",
  "workers/built/python.js",
  "workers/built/monty.js",
  "src/checker/thread.js",
  "src/checker/bash_thread.js",
  COMMAND,
  "README.md",
  "LICENSE",
];
const STEP_TIMEOUT_MS = 120_000;
const INSTALL = ["install", "--no-audit", "--no-fund", "--prefer-offline"];

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
    const flags = ["--allow-dirty", "--allow-slow-types", "--no-source-maps", "-o", tarball];
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

/** Removes sources that no door leads to, writes the manifest from what is left, then the types. */
async function finish(folder: string): Promise<void> {
  for (const path of await findPacked("**/*.ts")) await rm(path);
  const modules = await findPacked("src/**/*.js");
  const sources = await Promise.all(modules.map((path) => readFile(path, "utf8")));
  for (const [index, path] of modules.entries()) {
    const shebang = relative(NPM, path) === COMMAND ? "#!/usr/bin/env node\n" : "";
    await writeFile(path, shebang + lowerSyntax(sources[index] ?? ""));
  }
  const manifest = `${JSON.stringify(toManifest(config, sources), null, 2)}\n`;
  await writeFile(join(NPM, "package.json"), manifest);
  const project = join(folder, "sources");
  await cp(join(ROOT, "src"), join(project, "src"), { recursive: true });
  await writeFile(join(project, "package.json"), manifest);
  await run("npm", [...INSTALL, ...COMPILER_PACKAGES], project);
  await writeFile(join(project, AMBIENT_FILE), declareModules([...ENGINES, ...UNTYPED_PACKAGES]));
  await compile(project, toEmitProject([...Object.values(config.exports), "./src/main.ts"]));
  const doors = Object.values(config.exports).map((path) => path.replace(/\.ts$/, ".d.ts"));
  const reached = await findModules(doors.map((door) => join(project, "types", door)));
  for (const path of reached.files) {
    const target = join(NPM, relative(join(project, "types"), path));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, toPackedImports(await readFile(path, "utf8")));
  }
}

async function compile(project: string, settings: unknown): Promise<void> {
  await writeFile(join(project, "tsconfig.json"), JSON.stringify(settings));
  try {
    await run("node", ["node_modules/typescript/bin/tsc", "--pretty", "false"], project);
  } catch (cause) {
    const said = cause instanceof Error && "stdout" in cause ? cause.stdout : cause;
    throw new TypeError(`Cannot compile the types for Node 20:\n${said}`, { cause });
  }
}

/** Throws when a file is missing or the client needs something a browser lacks. */
async function inspect(): Promise<void> {
  const doors = Object.values(config.exports).flatMap((path) => {
    const stem = path.replace(/\.ts$/, "");
    return [`${stem}.js`, `${stem}.d.ts`];
  });
  for (const path of [...REQUIRED, ...doors]) await access(join(NPM, path));
  const { outside } = await findModules([join(NPM, "src/client/mod.js")]);
  for (const [specifier, file] of outside) {
    throw new TypeError(`Cannot ship the client for browsers: ${file} imports "${specifier}"`);
  }
}

/** Installs the packed folder into an empty project; there Node imports every door, and types hold. */
async function tryInNode(folder: string): Promise<void> {
  const listing = await run("npm", ["pack", "--json", "--pack-destination", folder, NPM], folder);
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(listing);
  const project = join(folder, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  await run("npm", [...INSTALL, join(folder, filename), ...COMPILER_PACKAGES], project);
  const doors = Object.keys(config.exports).map((door) => join(config.name, door));
  for (const door of doors) {
    const program = `const names = Object.keys(await import(${JSON.stringify(door)}));
      if (names.length === 0) throw new Error("exports nothing"); console.log(names.join(", "));`;
    const names = await run("node", ["--input-type=module", "-e", program], project);
    console.log(`node imports ${door}: ${names.trim()}`);
  }
  const version = await run("npx", ["--no-install", "codemode", "--version"], project);
  console.log(`node runs codemode ${version.trim()}`);
  await tryTypes(project, doors);
  console.log(`npm/: ${entryCount} files, ${size} bytes packed, ${unpackedSize} unpacked`);
}

async function tryTypes(project: string, doors: readonly string[]): Promise<void> {
  const lines = doors.map((door, index) =>
    `export * as door${index} from ${JSON.stringify(door)};`
  );
  await writeFile(join(project, "consumer.ts"), lines.join("\n"));
  await compile(project, toConsumerProject("consumer.ts"));
}

const folder = await mkdtemp(join(tmpdir(), "codemode-npm-"));
try {
  await packInto(folder);
  await finish(folder);
  await inspect();
  await tryInNode(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
