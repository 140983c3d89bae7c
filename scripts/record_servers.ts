/**
 * Records the tool lists of published MCP servers as fixtures: `deno run -A scripts/record_servers.ts
 * [--only TEXT]`. Needs npx and the npm registry. Servers that do not start are named and skipped.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Recording, recordServer } from "./recording/record_server.ts";
import { SERVER_LIST, type ServerEntry } from "./recording/server_list.ts";

const TIMEOUT_MS = 180_000;
const FIXTURES = new URL("../test/fixtures/servers/recorded/", import.meta.url);

/** Records each server in turn; one failure does not keep the others from being recorded. */
async function main(only: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "codemode-record-"));
  const wanted = SERVER_LIST.filter((entry) => entry.package.includes(only));
  try {
    for (const entry of wanted) await recordOne(entry, root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function recordOne(entry: ServerEntry, root: string): Promise<void> {
  const directory = mkdtempSync(join(root, "home-"));
  const cacheDirectory = join(root, "cache");
  mkdirSync(cacheDirectory, { recursive: true });
  try {
    const said = await recordServer(entry, { directory, cacheDirectory, timeoutMs: TIMEOUT_MS });
    const { package: name, version, ...rest } = said;
    const recording: Recording = { package: name, version, license: licenseOf(entry), ...rest };
    const file = `${name.replaceAll(/[^a-z0-9]+/g, "_").replace(/^_/, "")}.json`;
    writeFileSync(new URL(file, FIXTURES), print(recording));
    console.log(`${name}: ${said.tools.length} tools`);
  } catch (error) {
    console.log(`${entry.package}: ${error instanceof Error ? error.message : error}`);
  }
}

/** One tool a line, so that changes can be read. */
function print({ tools, ...about }: Recording): string {
  const lines = tools.map((tool) => JSON.stringify(tool)).join(",\n");
  return `${JSON.stringify(about).slice(0, -1)},"tools":[\n${lines}\n]}\n`;
}

function licenseOf(entry: ServerEntry): string {
  const args = ["view", `${entry.package}@${entry.version}`, "license"];
  return execFileSync("npm", args, { encoding: "utf8", timeout: TIMEOUT_MS }).trim();
}

const [flag, only = ""] = process.argv.slice(2);
await main(flag === "--only" ? only : "");
